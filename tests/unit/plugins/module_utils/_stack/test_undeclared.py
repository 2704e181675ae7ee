# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

from ansible_collections.flotilla.swarm.plugins.module_utils._engine.errors import EngineError, NotFound
from ansible_collections.flotilla.swarm.plugins.module_utils._engine.wait import Deadline
from ansible_collections.flotilla.swarm.plugins.module_utils._rollout.removal import remove_all
from ansible_collections.flotilla.swarm.plugins.module_utils._stack.declared import DeclaredStack
from ansible_collections.flotilla.swarm.plugins.module_utils._stack.options import NAMESPACE
from ansible_collections.flotilla.swarm.plugins.module_utils._stack.undeclared import Undeclared
from ansible_collections.flotilla.swarm.tests.unit.support.engine import FakeEngine

OF_SHOP = {NAMESPACE: "shop"}


def objects(*names: str, **labels: str) -> list[dict[str, t.Any]]:
    own = {**OF_SHOP, **labels}
    return [{"ID": f"id-{name}", "Spec": {"Name": name, "Labels": own}} for name in names]


def swarm() -> FakeEngine:
    networks = [
        {"Id": "n1", "Name": "shop_old", "Scope": "swarm", "Labels": OF_SHOP},
        {"Id": "n2", "Name": "shop_front", "Scope": "swarm", "Labels": OF_SHOP},
        {"Id": "n1", "Name": "shop_old", "Scope": "swarm", "Labels": OF_SHOP, "Peers": [{}]},
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
    undeclared = Undeclared(engine, [declared()])
    assert undeclared.names() == {"services": ["shop_old"], "networks": [], "secrets": [], "configs": []}
    assert [request[0] for request in engine.requests] == ["GET /services"]
    assert undeclared.remove_services([]) == []


def test_services_are_removed_where_they_are_pruned() -> None:
    undeclared = Undeclared(swarm(), [declared("services")])
    [rollout] = undeclared.remove_services([])
    assert (rollout.name, rollout.goal) == ("shop_old", "gone")
    [left] = undeclared.leaving()
    assert left.sentence == "service shop_old: removed, since the stack does not declare it any longer"


def test_everything_else_is_read_when_all_is_pruned() -> None:
    """A version belongs to the secret that its label says, and a network that an Engine still tells of is no second one."""
    engine = swarm()
    undeclared = Undeclared(engine, [declared("all")])
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
    undeclared = Undeclared(engine, [declared("all")])
    removed = remove_all(engine, undeclared.removals(), Deadline(5))
    assert [one.sentence for one in removed.done] == ["network shop_old: removed"]
    assert removed.warnings == ["secret shop_gone stays. The Engine said: it is in use."]


def test_a_service_that_is_gone_already_is_no_error() -> None:
    undeclared = Undeclared(swarm(), [DeclaredStack("shop", prune="all", is_present=False)])
    assert {one.name for one in undeclared.remove_services([])} == {"shop_old", "shop_web"}


def test_several_stacks_are_read_at_once() -> None:
    engine = swarm()
    engine.answers["GET /services"] = [
        *objects("shop_web"),
        *objects("blog_web", "blog_db", **{NAMESPACE: "blog"}),
        *objects("other_web", **{NAMESPACE: "other"}),
    ]
    blog = DeclaredStack("blog", prune="all", is_present=False)
    undeclared = Undeclared(engine, [declared(), blog])
    assert [request[0] for request in engine.requests].count("GET /services") == 1
    assert [one.sentence for one in undeclared.leaving()] == [
        "service blog_db: removed",
        "service blog_web: removed",
    ]
