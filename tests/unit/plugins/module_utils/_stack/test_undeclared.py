# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

from ansible_collections.flotilla.swarm.plugins.module_utils._engine.errors import EngineError, NotFound
from ansible_collections.flotilla.swarm.plugins.module_utils._engine.wait import Deadline
from ansible_collections.flotilla.swarm.plugins.module_utils._rollout.removal import remove_all
from ansible_collections.flotilla.swarm.plugins.module_utils._stack.declared import DeclaredStack
from ansible_collections.flotilla.swarm.plugins.module_utils._stack.undeclared import Undeclared
from ansible_collections.flotilla.swarm.tests.unit.support.engine import FakeEngine


def objects(*names: str, **labels: str) -> list[dict[str, t.Any]]:
    return [{"ID": f"id-{name}", "Spec": {"Name": name, "Labels": labels}} for name in names]


def swarm() -> FakeEngine:
    networks = [
        {"Id": "n1", "Name": "shop_old", "Scope": "swarm"},
        {"Id": "n2", "Name": "shop_front", "Scope": "swarm"},
        {"Id": "n1", "Name": "shop_old", "Scope": "swarm", "Peers": [{}]},
    ]
    versions = [*objects("shop_key", "shop_gone"), *objects("shop_key_v2", **{"flotilla.name": "shop_key"})]
    return FakeEngine(
        {
            "GET /services": objects("shop_web", "shop_old"),
            "GET /networks": networks,
            "GET /secrets": versions,
            "GET /configs": [],
            "GET /tasks": [],
            "DELETE /services/id-shop_old": None,
            "DELETE /services/id-shop_web": NotFound("gone"),
            "DELETE /secrets/id-shop_gone": None,
            "DELETE /networks/n1": None,
            "GET /networks/n1": NotFound("gone"),
        }
    )


def declared(prune: str = "none") -> DeclaredStack:
    return DeclaredStack(
        "shop", [{"name": "shop_web"}], [{"name": "shop_front"}], [{"name": "shop_key"}], [], prune
    )


def test_services_that_are_declared_no_longer_are_found() -> None:
    engine = swarm()
    undeclared = Undeclared(engine, declared())
    assert undeclared.names() == {"services": ["shop_old"], "networks": [], "secrets": [], "configs": []}
    assert [request[0] for request in engine.requests] == ["GET /services"]
    done: list[str] = []
    [rollout] = undeclared.remove_services(done, "{} removed".format)
    assert done == ["shop_old removed"]
    assert (rollout.name, rollout.goal) == ("shop_old", "gone")


def test_everything_else_is_read_when_all_is_pruned() -> None:
    """A version belongs to the secret that its label says, and a network that an Engine still tells of is no second one."""
    engine = swarm()
    undeclared = Undeclared(engine, declared("all"))
    assert undeclared.names() == {
        "services": ["shop_old"],
        "networks": ["shop_old"],
        "secrets": ["shop_gone"],
        "configs": [],
    }
    removed = remove_all(engine, undeclared.removals(), Deadline(5))
    assert [one.sentence for one in removed.done] == [
        "secret shop_gone: removed",
        "network shop_old: removed",
    ]
    assert removed.warnings == []


def test_an_object_that_another_stack_uses_stays_with_a_warning() -> None:
    engine = swarm()
    engine.answers["DELETE /secrets/id-shop_gone"] = EngineError("The Engine said: it is in use")
    undeclared = Undeclared(engine, declared("all"))
    removed = remove_all(engine, undeclared.removals(), Deadline(5))
    assert [one.sentence for one in removed.done] == ["network shop_old: removed"]
    assert removed.warnings == ["secret shop_gone stays. The Engine said: it is in use."]


def test_a_service_that_is_gone_already_is_no_error() -> None:
    undeclared = Undeclared(swarm(), DeclaredStack("shop"))
    assert {one.name for one in undeclared.remove_services([], str)} == {"shop_old", "shop_web"}
