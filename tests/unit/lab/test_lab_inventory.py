# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The inventory is YAML Ansible can use, and every road to a host is the lab's own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from lab.errors import LabError
from lab.inventory import text
from lab.spec import make_spec

DIRECTORY = Path("/home/some one/labs/x")


def inventory(managers: int | None = None, **options: Any) -> dict[str, Any]:
    spec = make_spec(**options)
    loaded: dict[str, Any] = yaml.safe_load(text(spec, "10.89.3.0/24", "10.89.3.2:5000", DIRECTORY, managers))
    return loaded["all"]  # type: ignore[no-any-return]


def test_groups() -> None:
    groups = inventory(managers=None)["children"]["swarm"]["children"]
    assert list(groups["swarm_managers"]["hosts"]) == ["m1", "m2", "m3"]
    assert list(groups["swarm_workers"]["hosts"]) == ["w1", "w2"]


@pytest.mark.parametrize("number", range(6))
def test_other_numbers_of_managers(number: int) -> None:
    groups = inventory(managers=number)["children"]["swarm"]["children"]
    assert len(groups["swarm_managers"]["hosts"]) == number
    assert len(groups["swarm_workers"]["hosts"]) == 5 - number


def test_too_many_managers() -> None:
    with pytest.raises(LabError, match="ask for 0 to 5"):
        inventory(managers=6)


def test_host_variables() -> None:
    host = inventory(engine="26.1", firewall="ufw")["children"]["swarm"]["children"]["swarm_workers"][
        "hosts"
    ]["w2"]
    assert host == {"ansible_host": "10.89.3.102", "lab_engine": "26.1", "lab_firewall": "ufw"}


def test_connection_variables() -> None:
    variables = inventory()["vars"]
    assert variables["ansible_user"] == "root"
    assert variables["ansible_ssh_private_key_file"] == "/home/some one/labs/x/key"
    assert variables["ansible_python_interpreter"] == "/usr/bin/python3"
    assert variables["lab_registry"] == "10.89.3.2:5000"
    assert variables["ansible_pipelining"] is True
    assert "StrictHostKeyChecking=no" in variables["ansible_ssh_common_args"]
    assert "UserKnownHostsFile=" in variables["ansible_ssh_common_args"]
    assert "ControlPersist=" in variables["ansible_ssh_args"]
