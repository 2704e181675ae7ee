# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import os
import typing as t
from pathlib import Path

import pytest
from ansible_collections.flotilla.swarm.plugins.module_utils._engine.errors import Refused
from ansible_collections.flotilla.swarm.plugins.module_utils._firewall import deploy
from ansible_collections.flotilla.swarm.plugins.module_utils._firewall.host import FirewallError, Host

RECORDED = Path(__file__).parent / "recorded"
OPTIONS: dict[str, t.Any] = {"state": "present", "members": ["10.0.0.11", "fd00::11"], "manager": True}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A host with ufw, whose chains are as recorded."""
    (tmp_path / "usr/sbin").mkdir(parents=True)
    (tmp_path / "etc/ufw").mkdir(parents=True)
    (tmp_path / "etc/default").mkdir(parents=True)
    for name in ("ufw", "iptables", "ip6tables"):
        (tmp_path / "usr/sbin" / name).touch(mode=0o755)
    for name in ("user.rules", "user6.rules"):
        (tmp_path / "etc/ufw" / name).write_text((RECORDED / name).read_text())
    (tmp_path / "etc/ufw/ufw.conf").write_text("ENABLED=yes\n")
    (tmp_path / "etc/default/ufw").write_text("IPV6=yes\n")
    return tmp_path


def run(argv: list[str]) -> tuple[int, str, str]:
    name = Path(argv[0]).name
    assert name != "ufw", "nothing may be changed"
    return 0, (RECORDED / f"{name}-S.txt").read_text(), ""


def test_without_root_the_module_refuses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    with pytest.raises(
        Refused, match=r"^swarm_firewall needs root on this host; run it with become: true\.$"
    ):
        deploy.work(OPTIONS, False, None)


def test_the_verb_works_on_this_host(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(deploy, "deploy", lambda host, options, check_mode: (type(host), options, check_mode))
    assert deploy.VERB.work(OPTIONS, True, None) == (Host, OPTIONS, True)
    assert not deploy.VERB.interface.connects


def test_a_host_without_a_firewall_is_not_changed(tmp_path: Path) -> None:
    host = Host(lambda argv: pytest.fail(f"{argv} was started"), str(tmp_path))
    assert deploy.deploy(host, OPTIONS, False) == {
        "changed": False,
        "backend": "none",
        "openings": [],
        "guarded": [],
        "opened": [],
        "closed": [],
        "diff": {"before": "", "after": ""},
        "msg": "No firewall is active on this host, so no port was opened and no port is refused.",
    }


def test_the_backend_none_changes_nothing(root: Path) -> None:
    result = deploy.deploy(Host(run, str(root)), {**OPTIONS, "backend": "none"}, False)
    assert (result["changed"], result["backend"]) == (False, "none")
    assert result["msg"] == "The backend none was chosen, so ufw on this host was not changed."


def test_check_mode_reports_the_change_and_makes_none(root: Path) -> None:
    result = deploy.deploy(Host(run, str(root)), OPTIONS, True)
    assert result["changed"] and result["backend"] == "ufw" and "msg" not in result
    assert "10.0.0.12 tcp 7946" in result["closed"] and "10.0.0.11 esp" in result["closed"]
    assert "10.0.0.12 tcp 7946\n" in result["diff"]["before"]
    assert "10.0.0.12" not in result["diff"]["after"]


@pytest.mark.parametrize("check_mode", [True, False])
def test_an_ipv6_member_is_refused_where_ufw_handles_ipv4_only(root: Path, check_mode: bool) -> None:
    (root / "etc/default/ufw").write_text("IPV6=no\n")
    with pytest.raises(FirewallError, match="a member has an IPv6 address; set IPV6=yes"):
        deploy.deploy(Host(run, str(root)), OPTIONS, check_mode)
