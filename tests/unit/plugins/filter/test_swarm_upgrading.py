# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest
from ansible.errors import AnsibleFilterError
from ansible_collections.flotilla.swarm.plugins.filter.swarm_upgraded import FilterModule as Upgraded
from ansible_collections.flotilla.swarm.plugins.filter.swarm_upgrading import FilterModule as Upgrading
from ansible_collections.flotilla.swarm.tests.unit.plugins.module_utils._upgrade.test_plan import (
    SWARM,
    VERSIONS,
    package,
)

upgrading = Upgrading().filters()["swarm_upgrading"]
upgraded = Upgraded().filters()["swarm_upgraded"]


def _plan(**hosts: t.Any) -> dict[str, t.Any]:
    hostvars: dict[str, t.Any] = {name: {"found": found} for name, found in hosts.items()}
    hostvars["m1"]["swarm"] = {"nodes": SWARM}
    chosen = {"entry": "m1", "host_of": {f"id-{name}": name for name in hosts}}
    found: dict[str, t.Any] = upgrading("26.1", chosen, hostvars, "swarm", "found")
    return found


def test_the_plan_has_what_the_role_does_on_each_host() -> None:
    read = {"packages": [package()], "uses": []}
    found = _plan(m1=read, w1=read)
    assert (found["hosts"], found["refused"]) == (["w1", "m1"], [])
    assert found["steps"]["w1"] == {
        "wanted": "26.1.5",
        "before": "20.10.24+dfsg1",
        "install": [f"docker.io={VERSIONS[1]}"],
        "held": [],
        "way_back": (
            'The way back to the earlier Engine is "apt-get install --allow-downgrades --allow-change-held-packages '
            f'docker.io={VERSIONS[4]}".'
        ),
    }
    assert len(upgraded(SWARM, found["before"])) == len(SWARM) + 2


def test_a_host_that_was_not_read_is_named() -> None:
    with pytest.raises(AnsibleFilterError, match="w1 could not be read"):
        _plan(m1={"packages": [package()], "uses": []}, w1={"unreachable": True})
