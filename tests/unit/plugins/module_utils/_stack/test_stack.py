# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.flotilla.swarm.plugins.module_utils._engine.errors import (
    EngineError,
    NotFound,
    Refused,
)
from ansible_collections.flotilla.swarm.plugins.module_utils._engine.wait import Clock
from ansible_collections.flotilla.swarm.plugins.module_utils._stack.stack import (
    NAMESPACE,
    Stack,
    stack,
    stack_of,
)
from ansible_collections.flotilla.swarm.plugins.module_utils._stack.undeclared import Leftovers
from ansible_collections.flotilla.swarm.tests.unit.support.engine import FakeEngine


@pytest.mark.parametrize(
    ("value", "meant"),
    [
        (False, "none"),
        ("no", "none"),
        (True, "services"),
        ("yes", "services"),
        ("all", "all"),
        ("ALL", "all"),
    ],
)
def test_prune_has_three_values(value: t.Any, meant: str) -> None:
    assert stack("shop", {}, {}, value).prune == meant


def test_another_prune_is_refused() -> None:
    with pytest.raises(Refused, match="prune is 'some', none of false, true, all"):
        stack("shop", {}, {}, "some")


def test_what_may_not_be_seen_comes_back_to_where_it_belongs() -> None:
    declared = {"secrets": [{"name": "a"}, {"name": "b", "data_src": "/b"}], "configs": [{"name": "a"}]}
    made = stack("shop", declared, {"secrets/a": "Uw==", "configs/a": "Qw=="}, False)
    assert made.secrets == [
        {"name": "a", "data": "Uw==", "data_is_b64": True},
        {"name": "b", "data_src": "/b"},
    ]
    assert made.configs == [{"name": "a", "data": "Qw==", "data_is_b64": True}]


@pytest.mark.parametrize(
    ("raw", "name"),
    [
        ({"Spec": {"Labels": {NAMESPACE: "shop"}}}, "shop"),
        ({"Name": "net", "Labels": {NAMESPACE: "shop"}}, "shop"),
        ({"Spec": {"Labels": None}}, None),
        ({"Name": "net"}, None),
    ],
)
def test_a_label_says_which_stack_something_is_of(raw: dict[str, t.Any], name: str | None) -> None:
    assert stack_of(raw) == name


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


def declared(prune: str = "none") -> Stack:
    return Stack("shop", [{"name": "shop_web"}], [{"name": "shop_front"}], [{"name": "shop_key"}], [], prune)


def test_services_that_are_declared_no_more_are_found() -> None:
    engine = swarm()
    left = Leftovers(engine, declared())
    assert left.told() == {"services": ["shop_old"], "networks": [], "secrets": [], "configs": []}
    assert [request[0] for request in engine.requests] == ["GET /services"]
    [rollout] = left.remove_services()
    assert (rollout.name, rollout.goal) == ("shop_old", "gone")


def test_everything_else_is_looked_for_when_it_is_to_go() -> None:
    """A version belongs to the secret that its label says, and a network that an Engine still tells of is no second one."""
    engine = swarm()
    left = Leftovers(engine, declared("all"))
    assert left.told() == {
        "services": ["shop_old"],
        "networks": ["shop_old"],
        "secrets": ["shop_gone"],
        "configs": [],
    }
    assert left.remove_the_rest(Clock(5)) == ["secret shop_gone: removed", "network shop_old: removed"]
    assert left.warnings == []


def test_what_somebody_else_uses_stays_with_a_warning() -> None:
    engine = swarm()
    engine.answers["DELETE /secrets/id-shop_gone"] = EngineError("The Engine said: it is in use")
    left = Leftovers(engine, declared("all"))
    assert left.remove_the_rest(Clock(5)) == ["network shop_old: removed"]
    assert left.warnings == ["secret shop_gone stays. The Engine said: it is in use."]


def test_a_service_that_is_gone_already_is_no_error() -> None:
    left = Leftovers(swarm(), Stack("shop"))
    assert {one.name for one in left.remove_services()} == {"shop_old", "shop_web"}
