# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import copy
import typing as t
from pathlib import Path

import pytest
from ansible_collections.flotilla.swarm.tests.unit.support.module_cases import CASES
from ansible_collections.flotilla.swarm.tests.unit.support.modules import Module
from ansible_collections.flotilla.swarm.tests.unit.support.rows import MemoryEngine

Raw = dict[str, t.Any]


def given(**more: t.Any) -> Raw:
    return {**copy.deepcopy(CASES["swarm_deploy"].given), "wait": False, **more}


def test_all_is_deployed_in_its_order(module: Module) -> None:
    engine = MemoryEngine()
    done = module.run(engine, **given())
    assert done["actions"] == [
        "network front: created",
        "network shop_front: created",
        "secret key: created",
        "secret shop_key: created",
        "config conf: created",
        "config shop_conf: created",
        "web: created",
        "shop_web: created",
    ]
    assert [one["before_header"] for one in done["diff"]][:2] == ["network front", "network shop_front"]
    assert not module.run(engine, **given())["changed"]


def test_what_cannot_work_in_the_last_stack_is_refused_before_the_first_write(module: Module) -> None:
    wrong = given()
    wrong["stacks"][0]["_declared"]["services"][0]["networks"] = [{"name": "nowhere"}]
    engine = MemoryEngine()
    assert "nowhere" in module.refuses(engine, **wrong)
    assert engine.writes == []


def test_the_same_service_in_a_list_and_in_a_stack_is_refused(module: Module) -> None:
    twice = given(services=[{"name": "shop_web", "image": "nginx:1"}])
    assert "shop_web is declared 2 times" in module.refuses(MemoryEngine(), **twice)


def test_a_network_of_the_list_and_of_a_stack_is_one_and_stays_when_the_stack_leaves(module: Module) -> None:
    engine = MemoryEngine()
    shared = [*given()["networks"], {"name": "shop_front"}]
    assert module.run(engine, **given())["changed"]
    assert module.run(engine, **given(networks=shared))["actions"] == []
    gone = module.run(engine, networks=shared, stacks=[{"name": "shop", "state": "absent"}], wait=True)
    assert "shop_web: removed" in " ".join(gone["actions"])
    assert not [action for action in gone["actions"] if action.startswith("network ")]
    assert [raw["Name"] for raw in engine.objects["networks"]] == ["front", "shop_front"]


def test_a_network_that_the_list_and_a_stack_declare_differently_is_refused(module: Module) -> None:
    engine = MemoryEngine()
    different = given(networks=[{"name": "front"}, {"name": "shop_front", "internal": True}])
    told = module.refuses(engine, **different)
    assert told.startswith(
        "The list networks and the stack shop declare the network shop_front with different options (internal)"
    )
    assert engine.writes == []


def test_a_service_leaves_before_what_it_uses(module: Module) -> None:
    engine = MemoryEngine()
    module.run(engine, **given(stacks=[]))
    gone = module.run(
        engine,
        secrets=[{"name": "key", "state": "absent"}],
        services=[{"name": "web", "state": "absent"}],
        wait=False,
    )
    assert gone["actions"][0] == "web: removed"
    assert engine.objects["services"] == engine.objects["secrets"] == []
    assert [entry["action"] for entry in gone["services"]] == ["remove"]


def test_the_service_that_stays_keeps_its_secret(module: Module) -> None:
    engine = MemoryEngine()
    module.run(engine, **given(stacks=[]))
    refused = module.refuses(engine, secrets=[{"name": "key", "state": "absent"}], wait=False)
    assert "key cannot be removed: web uses it" in refused


def test_env_files_of_services_are_read(module: Module, tmp_path: Path) -> None:
    (tmp_path / "web.env").write_text("KEY=word\n")
    engine = MemoryEngine()
    service = {"name": "web", "image": "nginx:1", "resolve_image": "never"}
    module.run(engine, services=[{**service, "env_files": [str(tmp_path / "web.env")]}], wait=False)
    [raw] = engine.objects["services"]
    assert raw["Spec"]["TaskTemplate"]["ContainerSpec"]["Env"] == ["KEY=word"]


def test_options_that_cannot_work_are_refused(module: Module) -> None:
    assert module.refuses(MemoryEngine()).startswith("Nothing is declared: set one of networks, secrets")
    host = module.refuses(MemoryEngine(), networks=[{"name": "cfg", "config_only": True}])
    assert host.startswith("cfg: config_only is for a network of each host")
    assert "services[0].name is empty" in module.refuses(
        MemoryEngine(), services=[{"name": "", "image": "a"}]
    )
    assert "no_such_key" in module.refuses(MemoryEngine(), secrets=[{"name": "a", "no_such_key": 1}])


def test_a_call_is_deferred_where_ports_of_all_hosts_have_to_be_known(module: Module) -> None:
    engine = MemoryEngine()
    plain = {"name": "web", "image": "nginx:1", "resolve_image": "never"}
    module.run(engine, services=[plain], wait=False, defer=True)
    published = {**plain, "publish": [{"target_port": 80, "published_port": 8080}]}
    before = len(engine.writes)
    done = module.run(engine, services=[published], wait=False, defer=True)
    assert done["deferred"] == "web would publish ports that other programs may hold."
    assert (done["changed"], "actions" in done, len(engine.writes)) == (False, False, before)
    assert module.run(engine, services=[published], wait=False)["actions"] == ["web: updated (publish)"]
    # It publishes them already.
    again = module.run(engine, services=[{**published, "replicas": 3}], wait=False, defer=True)
    assert again["actions"] == ["web: updated (replicas)"]


class FailingEngine(MemoryEngine):
    """An Engine that answers each request of a kind with an error."""

    def __init__(self, status: int, words: str, *asked: str) -> None:
        super().__init__()
        self._error, self._asked = (status, {"message": words}), list(asked)

    def _answer(self, method: str, steps: list[str], sent: t.Any) -> tuple[int, t.Any]:
        fails = [method, *steps][: len(self._asked)] == self._asked and steps[0] not in ("version", "info")
        return self._error if fails else super()._answer(method, steps, sent)


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (
            503,
            "This node is not a swarm manager. Worker nodes can't be used to view or modify cluster state.",
        ),
        (500, "rpc error: code = Unknown desc = The swarm does not have a leader."),
        (503, "Swarm is encrypted and needs to be unlocked before it can be used."),
    ],
)
def test_a_call_is_deferred_where_the_engine_does_not_know_the_swarm(
    module: Module, status: int, words: str
) -> None:
    engine = FailingEngine(status, words, "GET")
    refused = module.refuses(engine, **given())
    assert module.run(engine, **given(defer=True)) == {"changed": False, "deferred": refused}


def test_a_call_that_has_sent_something_fails_where_the_engine_is_lost(module: Module) -> None:
    engine = FailingEngine(503, "This node is not a swarm manager.", "POST", "services", "create")
    failed = module.run(engine, **given(defer=True))
    assert failed["failed"]
    assert "network front: created" in failed["actions"]
