# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every verb, with trouble at each of its writes: what it says is what was done, and nothing is done twice."""

from __future__ import annotations

import functools
import typing as t
from dataclasses import dataclass

import pytest
from ansible_collections.flotilla.swarm.plugins.module_utils._network.deploy import VERB as NETWORK
from ansible_collections.flotilla.swarm.plugins.module_utils._node.deploy import VERB as NODE
from ansible_collections.flotilla.swarm.plugins.module_utils._options import fingerprint
from ansible_collections.flotilla.swarm.plugins.module_utils._run.verb import Verb, perform
from ansible_collections.flotilla.swarm.plugins.module_utils._secret.deploy import CONFIG_VERB, SECRET_VERB
from ansible_collections.flotilla.swarm.plugins.module_utils._secret.options import CONFIG, SECRET
from ansible_collections.flotilla.swarm.plugins.module_utils._service.deploy import VERB as SERVICE
from ansible_collections.flotilla.swarm.plugins.module_utils._stack.deploy import VERB as STACK
from ansible_collections.flotilla.swarm.plugins.module_utils._swarm.init import VERB as INIT
from ansible_collections.flotilla.swarm.plugins.module_utils._swarm.join import VERB as JOIN
from ansible_collections.flotilla.swarm.tests.unit.support import lossy
from ansible_collections.flotilla.swarm.tests.unit.support.lossy import (
    DEAD,
    LATE,
    LEADER,
    LOST,
    REFUSED,
    Host,
    Losing,
    LosingNodes,
    Manager,
)
from ansible_collections.flotilla.swarm.tests.unit.support.nodes import raw_node
from ansible_collections.flotilla.swarm.tests.unit.support.secrets import checked

Raw = dict[str, t.Any]
Result = dict[str, t.Any]

IMAGE = {"image": "tiny:1", "resolve_image": "never"}
TOKEN = f"SWMTKN-1-{'0' * 50}-{'1' * 25}"


def run(engine: Losing, verb: Verb, options: Raw) -> Result:
    """Do a verb as a task does it."""
    found = perform(verb, checked(verb, options), False, lambda _options: engine)
    engine.requests.clear()
    return found


@dataclass(frozen=True)
class Case:
    """What a verb is asked for, and the swarm that it meets.

    Attributes:
        verb: the verb.
        options: of the task.
        engine: makes the swarm.
        seen: what there is afterwards.
        again: whether a second run changes nothing, as all but those that are asked to do it each time.
    """

    verb: Verb
    options: Raw
    engine: t.Callable[[], Losing]
    seen: t.Callable[[t.Any], t.Any]
    again: bool = True


def services() -> Manager:
    """A swarm with services."""
    engine = Manager()
    declared = [{"name": name, **IMAGE} for name in ("changed", "forced", "gone", "other")]
    assert not run(engine, SERVICE, {"services": declared, "wait": False}).get("failed")
    return engine


def with_network() -> Manager:
    """A swarm with a service on a network."""
    engine = services()
    assert run(engine, NETWORK, {"name": "front", "wait": False})["changed"]
    web = {"name": "web", **IMAGE, "networks": ["front"]}
    assert run(engine, SERVICE, {**web, "wait": False})["changed"]
    return engine


def with_secrets() -> Manager:
    """A swarm with secrets and configs, and a service that uses one of each."""
    engine = Manager()
    for family in (SECRET, CONFIG):
        engine.make(family, "theirs", "x")
        engine.make(family, "gone", "x")
    engine.serve("web", *engine.objects["secrets"])
    del engine.services["web"]["Spec"]["TaskTemplate"]["ContainerSpec"]["Secrets"][1]
    return engine


def with_stack() -> Manager:
    """A swarm with a service that the stack does not declare any longer."""
    engine = services()
    engine.services["gone"]["Spec"]["Labels"]["com.docker.stack.namespace"] = "shop"
    return engine


def nodes() -> LosingNodes:
    """Three managers, a worker, and an entry of a node that is gone."""
    raws = [raw_node(f"m{number}", role="manager", leader=number == 1) for number in (1, 2, 3)]
    return LosingNodes([*raws, raw_node("w1"), raw_node("w2", state="down")], "m1")


def seen_nodes(engine: LosingNodes) -> Raw:
    return {identity: (raw["Spec"], "ManagerStatus" in raw) for identity, raw in engine.raws.items()}


def seen_host(engine: Host) -> t.Any:
    tokens = dict(engine.swarm["JoinTokens"])
    return engine.state, engine.swarm["Spec"].get("Labels"), tokens, engine.key, engine.done


CONTENT = [
    {"name": "new", "data": "a"},
    {"name": "theirs", "data": "b"},
    {"name": "gone", "state": "absent"},
]
COMPOSED = {
    "services": [{"name": "shop_web", **IMAGE, "networks": ["shop_front"]}],
    "networks": [{"name": "shop_front"}],
    "secrets": [{"name": "shop_key"}],
    "configs": [{"name": "shop_conf", "data": "x"}],
}
CASES = {
    "services": Case(
        SERVICE,
        {
            "services": [
                {"name": "new", **IMAGE},
                {"name": "changed", **IMAGE, "env": {"A": "1"}},
                {"name": "other", **IMAGE, "mode": "global"},
                {"name": "gone", "state": "absent"},
            ],
            "wait": False,
        },
        services,
        Manager.seen,
    ),
    "forced": Case(
        SERVICE,
        {"name": "forced", **IMAGE, "force_update": True, "wait": False},
        services,
        Manager.seen,
        again=False,
    ),
    "forced and changed": Case(
        SERVICE,
        {"name": "forced", **IMAGE, "env": {"A": "1"}, "force_update": True, "wait": False},
        services,
        Manager.seen,
        again=False,
    ),
    "network": Case(
        NETWORK, {"networks": [{"name": "one"}, {"name": "two"}], "wait": False}, with_network, Manager.seen
    ),
    "network recreated": Case(
        NETWORK,
        {"name": "front", "internal": True, "recreate": True, "wait": False},
        with_network,
        Manager.seen,
    ),
    "secrets": Case(SECRET_VERB, {"secrets": CONTENT, "wait": False}, with_secrets, Manager.seen),
    "configs": Case(CONFIG_VERB, {"configs": CONTENT, "wait": False}, with_secrets, Manager.seen),
    "secret forced": Case(
        SECRET_VERB,
        {"name": "new", "data": "a", "force": True, "wait": False},
        with_secrets,
        Manager.seen,
        again=False,
    ),
    "stack": Case(
        STACK,
        {
            "name": "shop",
            "compose": [],
            "_declared": COMPOSED,
            "_declared_data": {"secrets/shop_key": "YQ=="},
            "prune": True,
            "resolve_image": "never",
            "wait": False,
        },
        with_stack,
        Manager.seen,
    ),
    "stack removed": Case(
        STACK, {"name": "shop", "state": "absent", "wait": False}, with_stack, Manager.seen
    ),
    "nodes": Case(
        NODE,
        {
            "nodes": [
                {"hostname": "w1", "labels": {"a": "1"}},
                {"hostname": "m3", "role": "worker"},
                {"hostname": "w2", "state": "absent"},
            ]
        },
        nodes,
        seen_nodes,
    ),
    "own node": Case(
        NODE,
        {"nodes": [{"hostname": "m1", "role": "worker", "labels": {"a": "1"}}]},
        nodes,
        seen_nodes,
    ),
    "init": Case(INIT, {"labels": {"a": "1"}, "task_history_retention_limit": 0}, Host, seen_host),
    "rotations": Case(INIT, {"rotate_worker_token": True}, lambda: Host("active"), seen_host, again=False),
    "unlock key": Case(INIT, {"rotate_unlock_key": True}, lambda: Host("active"), seen_host, again=False),
    "join": Case(
        JOIN,
        {"role": "worker", "join_token": TOKEN, "remote_addrs": ["10.0.0.11"]},
        lambda: Host(role="worker"),
        seen_host,
    ),
    "leave": Case(JOIN, {"state": "absent"}, lambda: Host("active", "worker"), seen_host),
}


@functools.cache
def usual(name: str) -> tuple[Result, t.Any, int]:
    """What a run without trouble returns and leads to, and how many writes it takes."""
    case = CASES[name]
    engine = case.engine()
    engine.hit(0, LOST)
    found = run(engine, case.verb, case.options)
    assert not found.get("failed"), found
    assert found["changed"] is True
    return found, case.seen(engine), engine.count


with pytest.MonkeyPatch.context() as cheap:
    cheap.setattr(fingerprint, "_COST", 4)
    WRITES = [(name, at) for name in CASES for at in range(1, usual(name)[2] + 1)]


@pytest.fixture(autouse=True)
def cheap_fingerprints(monkeypatch: pytest.MonkeyPatch) -> None:
    """They are slow on purpose."""
    monkeypatch.setattr(fingerprint, "_COST", 4)


def sure(result: Result) -> list[str]:
    """The actions that are said to have been done."""
    return [sentence for sentence in result["actions"] if "perhaps" not in sentence]


def same_again(case: Case, engine: Losing, end: t.Any) -> None:
    """The next run leads to the same end, and the one after it changes nothing."""
    engine.hit(0, LOST)
    found = run(engine, case.verb, case.options)
    assert not found.get("failed"), found
    if case.again:
        assert case.seen(engine) == end
        assert run(engine, case.verb, case.options)["changed"] is False


@pytest.mark.parametrize("carried_out", [True, False])
@pytest.mark.parametrize("trouble", [LOST, LATE, LEADER], ids=["lost", "late", "leader"])
@pytest.mark.parametrize(("name", "at"), WRITES)
def test_a_lost_answer_is_looked_up_and_nothing_is_done_twice(
    name: str, at: int, trouble: Exception, carried_out: bool
) -> None:
    case = CASES[name]
    without, end, _count = usual(name)
    engine = case.engine()
    engine.hit(at, trouble, carried_out)
    found = run(engine, case.verb, case.options)
    assert not found.get("failed"), found["msg"]
    assert (found["changed"], found["actions"]) == (True, without["actions"])
    assert case.seen(engine) == end
    same_again(case, engine, end)


@pytest.mark.parametrize(("name", "at"), WRITES)
def test_a_write_that_the_engine_refuses_ends_the_run_with_what_was_done_before(name: str, at: int) -> None:
    case = CASES[name]
    _without, end, _count = usual(name)
    engine = case.engine()
    before = case.seen(engine)
    engine.hit(at, REFUSED, carried_out=False)
    found = run(engine, case.verb, case.options)
    assert found["failed"] is True
    assert found["actions"] == sure(found)
    assert found["changed"] is bool(found["actions"])
    if not found["changed"]:
        assert case.seen(engine) == before
    same_again(case, engine, end)


@pytest.mark.parametrize("carried_out", [True, False])
@pytest.mark.parametrize(("name", "at"), WRITES)
def test_an_engine_that_dies_with_a_write_leaves_a_doubt_and_says_so(
    name: str, at: int, carried_out: bool
) -> None:
    case = CASES[name]
    _without, end, _count = usual(name)
    engine = case.engine()
    engine.hit(at, LOST, carried_out, dies=True)
    found = run(engine, case.verb, case.options)
    assert found["failed"] is True
    assert found["changed"] is True, "it may have been"
    assert len(found["actions"]) == len(sure(found)) + 1
    assert found["actions"][-1].endswith("(perhaps: the Engine's answer was lost)")
    same_again(case, engine, end)


@pytest.mark.parametrize(("name", "at"), WRITES)
def test_an_engine_that_is_gone_before_a_write_leaves_none(name: str, at: int) -> None:
    case = CASES[name]
    _without, end, _count = usual(name)
    engine = case.engine()
    engine.hit(at, DEAD, carried_out=False, dies=True)
    found = run(engine, case.verb, case.options)
    assert found["failed"] is True
    assert found["actions"] == sure(found)
    assert found["changed"] is bool(found["actions"])
    same_again(case, engine, end)


def test_enough_writes_are_tried() -> None:
    assert len(WRITES) >= 40
    assert lossy.DEAD
