# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t
from pathlib import Path
from types import SimpleNamespace
from unittest import mock

import pytest
from ansible.errors import AnsibleActionFail
from ansible_collections.flotilla.swarm.plugins.action import swarm_plan
from ansible_collections.flotilla.swarm.plugins.action.swarm_plan import ActionModule
from ansible_collections.flotilla.swarm.tests.unit.support.nodes import (
    address_of,
    host_info,
    manager_info,
    raw_node,
    remote_managers,
    swarm_info,
)

GROUPS = {"swarm_managers": ["m1"], "swarm_workers": ["w1", "w2"]}


class Untouched(dict[str, t.Any]):
    """A host's variables, of which each is templated when it is read."""

    def __getitem__(self, name: str) -> t.Any:
        assert name not in ("unrelated", "__swarm_plan"), f"{name} is read for nothing"
        return super().__getitem__(name)


class HostVars(dict[str, dict[str, t.Any]]):
    """``hostvars`` without an inventory behind it."""

    def raw_get(self, name: str) -> dict[str, t.Any]:
        """A host's variables, untemplated."""
        return self[name]


def inactive(*names: str) -> dict[str, dict[str, t.Any]]:
    return {name: host_info(name, swarm_info("inactive", name=name)) for name in names}


def formed(labels: dict[str, str] | None = None) -> dict[str, dict[str, t.Any]]:
    known = labels if labels is not None else {"flotilla.declared": "[]"}
    raws = [raw_node(f"id-{name}", name, address=address_of(name), labels=known) for name in ("w1", "w2")]
    raws.insert(0, raw_node("id-m1", "m1", "manager", address=address_of("m1"), labels=known, leader=True))
    infos = {"m1": host_info("m1", manager_info(raws, "m1"))}
    for name in ("w1", "w2"):
        swarm = swarm_info("worker", f"id-{name}", name, remote_managers=remote_managers(raws))
        infos[name] = host_info(name, swarm)
    return infos


def run(
    infos: dict[str, dict[str, t.Any]],
    groups: dict[str, list[str]] | None = None,
    check: bool = False,
    variables: dict[str, t.Any] | None = None,
    play: dict[str, t.Any] | None = None,
    diff: bool = False,
    **args: t.Any,
) -> dict[str, t.Any]:
    groups = groups or GROUPS
    names = {name for group in groups.values() for name in group}
    hostvars = HostVars(
        {
            name: Untouched(
                {
                    "ansible_host": address_of(name),
                    "unrelated": "x",
                    # The plan that the role registered before is no variable of a role.
                    "__swarm_plan": {"old": True},
                    **(variables or {}),
                    **({"__swarm_plan_info": {"host": infos[name]}} if name in infos else {}),
                }
            )
            for name in names
        }
    )
    task = SimpleNamespace(
        args=args, check_mode=check, async_val=0, diff=diff, action="swarm_plan", collections=[]
    )
    action = ActionModule(
        task=task,
        connection=mock.MagicMock(),
        play_context=mock.MagicMock(),
        loader=mock.MagicMock(),
        templar=mock.MagicMock(),
        shared_loader_obj=mock.MagicMock(),
    )
    first = sorted(names)[0]
    task_vars = {
        "hostvars": hostvars,
        "groups": groups,
        "inventory_hostname": first,
        **hostvars[first],
        **(play or {}),
    }
    return action.run(None, task_vars)


def test_a_new_swarm_is_created_by_the_hosts_that_the_plan_names() -> None:
    found = run(inactive("m1", "w1", "w2"))
    assert (found["changed"], found["diff"]) == (False, {}), "the roles change something, not the plan"
    assert (found["init"], found["entry"]) == ("m1", "m1")
    assert (found["join_managers"], found["join_workers"]) == ([], ["w1", "w2"])
    assert found["todo"] == ["m1", "w1", "w2"]
    assert found["steps"] == [{"role": "swarm_quorum", "tasks": step} for step in found["quorum_steps"]]
    assert found["quorum_steps"] == ["prove", "swarm", "join", "nodes"]
    assert (found["engines_todo"], found["engine_steps"]) == ([], [])
    assert found["roles"] == {"m1": "manager", "w1": "worker", "w2": "worker"}
    assert found["prove"] == ["m1", "w1", "w2"]
    assert set(found["hosts"]["w1"]) == {"join", "prove"}
    assert run(inactive("m1", "w1", "w2"))["run"] != found["run"]


PLAN = [
    "+ m1: create the swarm (advertise 10.0.0.11)",
    "+ w1: join as worker (advertise 10.0.0.101)",
    "+ w2: join as worker (advertise 10.0.0.102)",
]


def test_the_plan_is_printed_once_before_it_is_carried_out(capsys: pytest.CaptureFixture[str]) -> None:
    for check in (False, True):
        run(inactive("m1", "w1", "w2"), play={"__swarm_plan": None}, check=check)
        assert capsys.readouterr().out.splitlines() == PLAN
    # Then Ansible prints the diff, which is the plan.
    run(inactive("m1", "w1", "w2"), play={"__swarm_plan": None}, check=True, diff=True)
    assert capsys.readouterr().out == ""
    # Of a plan that is made again only what is new.
    before = {"lines": [line[2:] for line in PLAN[:2]]}
    run(inactive("m1", "w1", "w2"), play={"__swarm_plan": before})
    assert capsys.readouterr().out.splitlines() == PLAN[2:]


@pytest.mark.parametrize("check", [False, True])
def test_where_nothing_is_to_be_done_the_swarm_is_shown_as_it_was_read(
    capsys: pytest.CaptureFixture[str], check: bool
) -> None:
    found = run(formed(), play={"__swarm_plan": None}, check=check, status=True)
    shown = capsys.readouterr().out.splitlines()
    assert shown[0] == "Nothing has to be changed."
    assert [line.split()[0] for line in shown[1:]] == ["Swarm", "NODE", "m1", "w1", "w2", "Every"]
    assert found["manager_after"] == "m1"
    run(formed(), play={"__swarm_plan": None})
    assert capsys.readouterr().out == "Nothing has to be changed.\n"
    # Only Engines had to be changed, and this is the plan that is made again.
    run(formed(), play={"__swarm_plan": {"lines": ["m1: hold docker.io"]}}, status=True)
    assert capsys.readouterr().out.startswith("Swarm ")


def test_the_manager_that_is_asked_at_the_end_is_one_that_stays() -> None:
    groups = {"swarm_managers": ["w1"], "swarm_workers": ["m1", "w2"]}
    found = run(formed(), groups=groups)
    assert (found["entry"], found["manager_after"]) == ("m1", "w1")


def test_where_nothing_is_to_be_done_no_host_is_touched() -> None:
    found = run(formed())
    assert (found["todo"], found["steps"], found["quorum_steps"]) == ([], [], [])
    assert (found["lines"], found["labels"], found["warnings"]) == ([], [], [])
    assert not run(formed(), check=True)["changed"]


def test_a_change_of_labels_takes_one_host_only() -> None:
    found = run(formed(), variables={"swarm_labels_node__site": {"site": "fra1"}})
    assert found["todo"] == ["m1"]
    assert [entry["labels"] for entry in found["labels"]] == [{"site": "fra1"}] * 3
    assert found["steps"] == [
        {"role": "swarm_quorum", "tasks": "hold"},
        {"role": "swarm_labels", "tasks": "labels"},
    ]


def test_check_mode_shows_the_whole_plan_and_leaves_nothing_to_the_roles() -> None:
    found = run(inactive("m1", "w1", "w2"), check=True)
    assert found["changed"] is True
    assert found["diff"]["prepared"].splitlines() == [
        "+ m1: create the swarm (advertise 10.0.0.11)",
        "+ w1: join as worker (advertise 10.0.0.101)",
        "+ w2: join as worker (advertise 10.0.0.102)",
    ]
    empty = (
        "init",
        "reset",
        "join_managers",
        "join_workers",
        "stale",
        "roles_to_change",
        "settings",
        "labels",
        "prove",
    )
    assert not any(found[part] for part in empty)
    assert (found["hosts"], found["todo"], found["steps"]) == ({}, [], [])


def test_role_changes_and_stale_entries_are_arguments_of_swarm_node() -> None:
    infos = formed()
    nodes = infos["m1"]["swarm"]["nodes"]
    infos["w1"] = inactive("w1")["w1"]
    groups = {"swarm_managers": ["m1", "w2", "w1"]}
    found = run(infos, groups)
    assert found["quorum_steps"] == ["prove", "stale", "join", "nodes"]
    assert found["stale"] == [{"hostname": "id-w1", "state": "absent"}]
    assert found["roles_to_change"] == [{"hostname": "id-w2", "role": "manager"}]
    assert (found["join_managers"], found["join_workers"]) == (["w1"], [])
    assert nodes


def test_demotions_follow_promotions() -> None:
    infos = formed()
    infos["m1"]["swarm"]["nodes"][1]["role"] = "worker"
    found = run(infos, {"swarm_managers": ["w1"], "swarm_workers": ["m1", "w2"]})
    assert found["roles_to_change"] == [
        {"hostname": "id-w1", "role": "manager"},
        {"hostname": "id-m1", "role": "worker"},
    ]


def test_every_step_is_a_task_file() -> None:
    roles = Path(__file__).resolve().parents[4] / "roles"
    parts = {part: ["x"] for causes in swarm_plan._QUORUM_STEPS.values() for part in causes}
    hosts = {"m1": {"firewall": {}, "firewall_package": "x"}, "w1": {"firewall_after": {}}}
    parts |= {"hosts": hosts, "labels": ["x"], "entry": "m1"}
    # Who forms a swarm cannot keep others out of it, and nobody has to where nothing is done.
    held = [{"role": "swarm_quorum", "tasks": "hold"}]
    assert swarm_plan._steps({**parts, "init": None})[:1] == held
    assert swarm_plan._steps({**{part: [] for part in parts}, "hosts": {}, "entry": "m1"}) == []
    steps = swarm_plan._steps(parts)
    quorum = [("swarm_quorum", step) for step in swarm_plan._QUORUM_STEPS]
    assert [(step["role"], step["tasks"]) for step in steps] == [
        ("swarm_firewall", "install"),
        ("swarm_firewall", "open"),
        ("swarm_labels", "labels"),
        *quorum,
        ("swarm_firewall", "close"),
    ]
    for step in held + steps:
        assert (roles / step["role"] / "tasks" / f"{step['tasks']}.yml").is_file()
    for step in swarm_plan.STEPS:
        assert (roles / "swarm_engine" / "tasks" / f"{step}.yml").is_file()


def test_where_engines_are_changed_every_host_is_read_again() -> None:
    infos = formed()
    infos["w1"] = host_info("w1", swarm_info("no_engine", name="w1"))
    found = run(infos)
    assert found["engines_todo"] == found["todo"] == ["m1", "w1", "w2"]
    assert found["engine_steps"] == found["hosts"]["w1"]["engine"]["steps"] == ["install_debian", "start"]
    del infos["w2"]
    assert run(infos)["todo"] == ["m1", "w1"], "as far as it was reached at all"


def test_the_inventory_is_checked_before_any_host_is_read() -> None:
    found = run({}, stage="inventory")
    assert (found["changed"], found["warnings"]) == (False, [])
    assert "lines" not in found
    groups = {"swarm_managers": ["m1", "m2"], "swarm_workers": ["w1"]}
    with pytest.raises(
        AnsibleActionFail, match=r"names 2 managers, and an even number tolerates no more losses than 1"
    ):
        run({}, groups, stage="inventory")
    warned = run({}, groups, stage="inventory", variables={"swarm_quorum_even": "warn"})
    assert len(warned["warnings"]) == 1


@pytest.mark.parametrize(
    ("variables", "sentence"),
    [
        (
            {"swarm_quorum_adress": "x"},
            r"no role has a variable swarm_quorum_adress; did you mean swarm_quorum_address\?",
        ),
        (
            {"swarm_labels_node": {"ssd": True}},
            "swarm_labels_node: label 'ssd' is a yes or no, not a string",
        ),
        ({"swarm_quorum_settings": {"x": 1}}, "swarm_quorum_settings has no option x; its options are"),
    ],
)
def test_what_cannot_work_fails_in_one_sentence(variables: dict[str, t.Any], sentence: str) -> None:
    with pytest.raises(AnsibleActionFail, match=sentence):
        run(inactive("m1", "w1", "w2"), variables=variables)


def test_variables_of_the_play_are_refused() -> None:
    with pytest.raises(AnsibleActionFail, match="swarm_quorum_size is set on the play"):
        run(inactive("m1", "w1", "w2"), play={"swarm_quorum_size": 1})


def test_a_host_that_was_not_reached_is_no_host_to_do_anything_on() -> None:
    infos = formed()
    del infos["w2"]
    found = run(infos, variables={"swarm_labels_node": {"a": "b"}})
    assert found["todo"] == ["m1"]
    assert found["warnings"] == ["w2 was not reached; its node stays as it is."]


def test_an_unknown_argument_is_refused() -> None:
    with pytest.raises(Exception, match="value of stage must be one of"):
        run({}, stage="all")
