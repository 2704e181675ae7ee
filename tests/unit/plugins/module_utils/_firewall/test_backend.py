# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The registry of backends: each has the whole Protocol, one more needs no other change, none is loaded needlessly."""

from __future__ import annotations

import ast
import inspect
import subprocess
import sys
import typing as t
from pathlib import Path

import pytest
import yaml
from ansible_collections.flotilla.swarm.plugins.module_utils._firewall import backend as backends
from ansible_collections.flotilla.swarm.plugins.module_utils._firewall import deploy, plan
from ansible_collections.flotilla.swarm.plugins.module_utils._firewall.backend import Reading, Registration
from ansible_collections.flotilla.swarm.plugins.module_utils._firewall.host import FirewallError, Host
from ansible_collections.flotilla.swarm.plugins.module_utils._firewall.openings import (
    all_openings,
    declared_openings,
    guardable,
    split_opening,
)
from ansible_collections.flotilla.swarm.plugins.module_utils._firewall.read import read_firewall
from ansible_collections.flotilla.swarm.plugins.modules import swarm_firewall

ROOT = Path(__file__).resolve().parents[5]
ROOM = ROOT / "plugins" / "module_utils" / "_firewall"
FUNCTIONS = [
    name for name, value in vars(backends.Backend).items() if inspect.isfunction(value) and name[0] != "_"
]
MEMBERS = ["10.0.0.11", "fd00::11"]
OPTIONS: dict[str, t.Any] = {"state": "present", "members": MEMBERS, "backend": "auto"}


@pytest.mark.parametrize("row", backends.REGISTRY, ids=lambda row: row.name)
@pytest.mark.parametrize("function", FUNCTIONS)
def test_every_registered_backend_has_the_protocol(row: Registration, function: str) -> None:
    declared = inspect.signature(getattr(backends.Backend, function))
    without_self = list(declared.parameters.values())[1:]
    implemented = inspect.signature(getattr(row.load(), function))
    assert list(implemented.parameters.values()) == without_self
    assert implemented.return_annotation == declared.return_annotation


def test_the_protocol_is_read_check_apply_and_remove() -> None:
    assert FUNCTIONS == ["read", "check", "apply", "remove"]


def test_whatever_lists_the_backends_lists_those_of_the_registry() -> None:
    choices = ["auto", *backends.names(), "none"]
    assert deploy.ARGUMENTS["backend"]["choices"] == choices
    documented = yaml.safe_load(swarm_firewall.DOCUMENTATION)["options"]["backend"]["choices"]
    assert list(documented) == choices
    specs = yaml.safe_load((ROOT / "roles/swarm_firewall/meta/argument_specs.yml").read_text())
    assert specs["argument_specs"]["main"]["options"]["swarm_firewall_backend"]["choices"] == choices


@pytest.mark.parametrize("path", sorted(ROOM.glob("*.py")), ids=lambda path: path.stem)
def test_only_a_backend_and_the_registry_know_its_name(path: Path) -> None:
    if path.stem != "backend" and not path.stem.startswith(tuple(backends.names())):
        tree = ast.walk(ast.parse(path.read_text()))
        constants = [node.value for node in tree if isinstance(node, ast.Constant)]
        assert not set(backends.names()) & {one for one in constants if isinstance(one, str)}


class Wall:
    """A made-up firewall: its rules are in memory."""

    def __init__(self, active: bool = True) -> None:
        self.active = active
        self.openings: set[str] = set()
        self.calls: list[str] = []
        self.works = True

    def read(self, _host: Host) -> Reading:
        """Read the openings."""
        if not self.active:
            return Reading(note="wall is switched off on this host.")
        guarded = guardable(split_opening(one)[1] for one in self.openings)
        return Reading(plan.live_firewall("wall", [plan.Access(frozenset(self.openings), guarded)]))

    def check(self, _host: Host, plan: plan.FirewallPlan) -> None:
        """Refuse one address."""
        self.calls.append("check")
        if any(one.startswith("10.6.6.6 ") for one in plan["openings"]):
            raise FirewallError("wall does not take 10.6.6.6 on this host.")

    def apply(self, _host: Host, plan: plan.FirewallPlan) -> None:
        """Open."""
        self.calls.append("apply")
        self.openings = set(plan["openings"]) if self.works else set()
        self.active = True

    def remove(self, _host: Host) -> None:
        """Close all."""
        self.calls.append("remove")
        self.openings.clear()


def register(monkeypatch: pytest.MonkeyPatch, wall: Wall, **more: t.Any) -> None:
    row = Registration("wall", "wallctl", lambda host: True, lambda: wall, **more)
    monkeypatch.setattr(backends, "REGISTRY", (*backends.REGISTRY, row))


@pytest.fixture
def host(tmp_path: Path) -> Host:
    (tmp_path / "usr/bin").mkdir(parents=True)
    (tmp_path / "usr/bin/wallctl").touch(mode=0o755)
    return Host(lambda argv: pytest.fail(f"{argv} was started"), str(tmp_path))


def test_a_new_backend_is_found_planned_and_applied_without_another_change(
    monkeypatch: pytest.MonkeyPatch, host: Host
) -> None:
    wall = Wall()
    register(monkeypatch, wall)
    live = read_firewall(host)
    assert (live["backend"], live["installed"], live["note"]) == ("wall", ["wall"], None)
    checked = deploy.deploy(host, OPTIONS, check_mode=True)
    assert checked["changed"] and wall.openings == set() and wall.calls == ["check"]
    openings = declared_openings(MEMBERS, manager=False)
    result = deploy.deploy(host, {**OPTIONS, "backend": "wall"}, check_mode=False)
    assert result == checked
    assert (result["backend"], result["openings"], result["opened"]) == ("wall", openings, openings)
    assert wall.openings == set(openings) and wall.calls == ["check", "check", "apply"]
    assert not deploy.deploy(host, OPTIONS, check_mode=False)["changed"]
    removed = deploy.deploy(host, {"state": "absent"}, check_mode=False)
    assert removed["closed"] == openings and wall.openings == set() and wall.calls[-1] == "remove"


def test_a_backend_refuses_a_plan_in_check_mode_too(monkeypatch: pytest.MonkeyPatch, host: Host) -> None:
    wall = Wall()
    register(monkeypatch, wall)
    for check_mode in (True, False):
        with pytest.raises(FirewallError, match=r"does not take 10\.6\.6\.6"):
            deploy.deploy(host, {**OPTIONS, "members": ["10.6.6.6"]}, check_mode)
    assert "apply" not in wall.calls


def test_rules_that_are_not_in_force_are_an_error_with_the_difference(
    monkeypatch: pytest.MonkeyPatch, host: Host
) -> None:
    wall = Wall()
    wall.works = False
    register(monkeypatch, wall)
    with pytest.raises(
        FirewallError, match=r"^wall accepted .* not in force \(10\.0\.0\.11 tcp 7946, "
    ) as caught:
        deploy.deploy(host, OPTIONS, check_mode=False)
    assert caught.value.facts["firewall"]["open"] == declared_openings(MEMBERS, manager=False)


def test_a_standalone_backend_can_be_chosen_where_no_firewall_is_active(
    monkeypatch: pytest.MonkeyPatch, host: Host
) -> None:
    wall = Wall(active=False)
    register(monkeypatch, wall, standalone=True)
    result = deploy.deploy(host, OPTIONS, check_mode=False)
    assert (result["backend"], result["changed"]) == ("none", False)
    assert result["msg"] == "wall is switched off on this host." and result["warnings"] == [result["msg"]]
    result = deploy.deploy(host, {**OPTIONS, "backend": "wall"}, check_mode=False)
    assert result["changed"] and wall.openings == set(result["openings"])


def test_rules_of_a_backend_that_no_longer_filters_are_removed(
    monkeypatch: pytest.MonkeyPatch, host: Host, tmp_path: Path
) -> None:
    left, wall = Wall(), Wall()
    left.openings = set(all_openings(MEMBERS, ["tcp 7946"]))
    monkeypatch.setattr(
        left, "remove", lambda host: (left.openings.clear(), (tmp_path / "etc/left").unlink())
    )
    (tmp_path / "etc").mkdir()
    (tmp_path / "etc/left").touch()
    row = Registration("left", "leftctl", lambda host: False, lambda: t.cast(t.Any, left), files="/etc/left")
    monkeypatch.setattr(backends, "REGISTRY", (row,))
    register(monkeypatch, wall)
    wall.openings = set(declared_openings(MEMBERS, manager=False))
    result = deploy.deploy(host, OPTIONS, check_mode=False)
    assert result["changed"] and "rules of the backend left, which is not in use" in result["diff"]["before"]
    assert left.openings == set() and wall.openings
    assert not deploy.deploy(host, OPTIONS, check_mode=False)["changed"]


def test_a_host_without_a_firewall_loads_no_backend(tmp_path: Path) -> None:
    """A process of its own: the other tests have loaded the backends."""
    name = read_firewall.__module__
    code = (
        f"import sys; from {name} import read_firewall; from {Host.__module__} import Host\n"
        f"live = read_firewall(Host(None, {str(tmp_path)!r}))\n"
        "assert live['backend'] == 'none' and live['installed'] == []\n"
        f"print(*[one for one in sys.modules if one.startswith({name.rpartition('.')[0]!r} + '.')])"
    )
    collections = Path(read_firewall.__code__.co_filename).parents[6]
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={"PYTHONPATH": str(collections)},
        capture_output=True,
        text=True,
        check=False,
    )
    loaded = {one.rpartition(".")[2] for one in done.stdout.split()}
    assert done.returncode == 0, done.stderr
    assert "read" in loaded
    assert not [one for one in loaded if one.startswith(tuple(backends.names()))]
