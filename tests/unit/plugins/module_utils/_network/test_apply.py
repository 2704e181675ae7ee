# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.flotilla.swarm.plugins.module_utils._engine import errors
from ansible_collections.flotilla.swarm.plugins.module_utils._engine.wait import Deadline
from ansible_collections.flotilla.swarm.plugins.module_utils._network import make as _network_make
from ansible_collections.flotilla.swarm.plugins.module_utils._network import remove as _network_remove
from ansible_collections.flotilla.swarm.plugins.module_utils._network.apply import Networks
from ansible_collections.flotilla.swarm.plugins.module_utils._network.declared import declared_network
from ansible_collections.flotilla.swarm.plugins.module_utils._network.plan import NetworkPlan
from ansible_collections.flotilla.swarm.plugins.module_utils._rollout.wait import Rollout
from ansible_collections.flotilla.swarm.tests.unit.support.engine import FakeEngine, Sequence

Raw = dict[str, t.Any]

FRONT = {
    "Name": "front",
    "Id": "idfront",
    "Scope": "swarm",
    "Driver": "overlay",
    "Attachable": True,
    "IPAM": {"Driver": "default", "Config": [{"Subnet": "10.1.0.0/24", "Gateway": "10.1.0.1"}]},
}
WEB = {
    "ID": "idweb",
    "Version": {"Index": 7},
    "Spec": {"Name": "web", "TaskTemplate": {"Networks": [{"Target": "idfront", "Aliases": ["www"]}]}},
}


def task(state: str, node: str = "n1", network: str = "idfront") -> Raw:
    return {
        "ID": "task1",
        "NodeID": node,
        "Status": {"State": state},
        "NetworksAttachments": [{"Network": {"ID": network}}],
    }


def node(identity: str, state: str = "ready") -> Raw:
    return {
        "ID": identity,
        "Spec": {"Role": "worker"},
        "Description": {"Hostname": f"host-{identity}"},
        "Status": {"State": state},
    }


def engine(**more: t.Any) -> FakeEngine:
    answers = {
        "GET /networks": [FRONT],
        "GET /services": [],
        "GET /tasks": [],
        "GET /nodes": [node("n1"), node("n2", "down")],
    }
    return FakeEngine({**answers, **{key.replace("_", " /"): value for key, value in more.items()}})


def networks(client: FakeEngine, *declared: Raw, seconds: float = 2) -> Networks:
    return Networks(client, [declared_network(one) for one in declared], seconds)


def test_an_unchanged_network_costs_two_reads() -> None:
    client = engine()
    [plan] = networks(client, {"name": "front", "attachable": True}).plan()
    assert plan.action == "none"
    assert [request[0] for request in client.requests] == ["GET /networks", "GET /services"]
    assert client.requests[1][2] == {"filters": {"label": ["flotilla.moving"]}}


def test_one_that_only_this_engine_still_knows_is_gone() -> None:
    client = engine(GET_networks=[{**FRONT, "Peers": [{"Name": "x"}]}])
    [plan] = networks(client, {"name": "front", "ipam_config": [{"subnet": "10.1.0.0/24"}]}).plan()
    assert plan.action == "create"


@pytest.mark.parametrize(
    ("declared", "sentence"),
    [
        ([{"name": "a"}, {"name": "a"}], "a is declared 2 times"),
        (
            [{"name": "a", "ingress": True}, {"name": "b", "ingress": True}],
            "a and b are both ingress networks",
        ),
        ([{"name": "here"}], "here is the name of a network of this host alone (driver bridge)"),
        (
            [{"name": "a", "ipam_config": [{"subnet": "10.0.0.0/8"}]}],
            "10.0.0.0/8 overlaps with 10.1.0.0/24 of the network",
        ),
        (
            [{"name": name, "ipam_config": [{"subnet": "10.5.0.0/16"}]} for name in ("a", "b")],
            "b: its subnet 10.5.0.0/16 overlaps with 10.5.0.0/16 of the network a",
        ),
        ([{"name": "front", "ingress": True}], "front is there and is no ingress network"),
    ],
)
def test_what_cannot_be_is_refused_before_anything_is_sent(declared: list[Raw], sentence: str) -> None:
    client = engine(GET_networks=[FRONT, {"Name": "here", "Id": "h", "Scope": "local", "Driver": "bridge"}])
    with pytest.raises(errors.Refused) as error:
        networks(client, *declared).plan()
    assert sentence in str(error.value)
    assert client.writes == []


def test_a_network_may_take_the_place_of_one_that_goes() -> None:
    client = engine()
    plans = networks(
        client,
        {"name": "front", "state": "absent"},
        {"name": "new", "ipam_config": [{"subnet": "10.1.0.0/24"}]},
    ).plan()
    assert [plan.action for plan in plans] == ["remove", "create"]


def test_containers_attached_by_hand_are_named() -> None:
    attached = {
        "NodeID": "n1",
        "Spec": {
            "Networks": [{"Target": "idfront"}],
            "NetworkAttachmentSpec": {"ContainerID": "0123456789abcdef"},
        },
    }
    client = engine(GET_tasks=[attached])
    with pytest.raises(
        errors.Refused, match="container 0123456789ab on host-n1, which no service runs, is attached"
    ):
        networks(client, {"name": "front", "state": "absent"}).plan()


def test_a_race_for_the_name_is_told() -> None:
    client = engine(
        GET_networks=Sequence([], [FRONT]), **{"POST_networks/create": errors.Conflict("already exists", 409)}
    )
    one = networks(client, {"name": "front"})
    [plan] = one.plan()
    with pytest.raises(errors.FlotillaError, match="somebody else made a network of that name just now"):
        one.send_all([plan], [])


def test_one_that_gets_no_addresses_is_removed_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_network_make, "_PATIENCE", 0.1)
    client = engine(
        GET_networks=[],
        **{
            "POST_networks/create": {"Id": "idnew"},
            "GET_networks/idnew": {"Driver": ""},
            "DELETE_networks/idnew": None,
        },
    )
    one = networks(client, {"name": "front"})
    [plan] = one.plan()
    done: list[t.Any] = []
    with pytest.raises(
        errors.FlotillaError, match=r"^front: .* gives it no addresses, so it was removed again"
    ):
        one.send_all([plan], done)
    assert done == []
    assert [write[0] for write in client.writes] == ["POST /networks/create", "DELETE /networks/idnew"]


def test_removal_waits_for_ending_tasks_and_for_the_last_trace() -> None:
    client = engine(
        GET_tasks=Sequence(
            [task("running")], [task("shutdown"), task("running", "n2"), task("running", network="x")]
        ),
        **{
            "DELETE_networks/idfront": Sequence(
                errors.EngineError("network idfront is in use by task t", 400), None
            ),
            "GET_networks/idfront": Sequence(FRONT, errors.NotFound("gone", 404)),
        },
    )
    _network_remove.remove(client, FRONT, Deadline(5))
    assert [write[0] for write in client.writes] == ["DELETE /networks/idfront"] * 2


def test_a_task_that_does_not_end_is_named() -> None:
    client = engine(GET_tasks=[task("running")])
    with pytest.raises(
        errors.WaitTimeout, match=r"after 0 s it is still held by task task1 on host-n1 \(running\)"
    ):
        _network_remove.remove(client, FRONT, Deadline(0))
    assert client.writes == []


def test_what_the_engine_objects_to_for_good_is_told_at_once() -> None:
    client = engine(
        **{"DELETE_networks/idfront": errors.EngineError("network idfront is in use by service web", 400)}
    )
    with pytest.raises(errors.EngineError, match="in use by service web"):
        _network_remove.remove(client, FRONT, Deadline(60))


def test_made_anew_under_its_service_with_the_old_spec() -> None:
    spec: Raw = dict(WEB["Spec"])
    writes: list[Raw] = []

    def update(sent: Raw, _query: Raw) -> None:
        writes.append(sent)
        spec.clear()
        spec.update(sent)

    def read(_body: Raw, _query: Raw) -> Raw:
        return {**WEB, "Spec": dict(spec)}

    def read_all(_body: Raw, query: Raw) -> list[Raw]:
        return [read({}, {})] if "filters" not in query or "Labels" in spec else []

    client = engine(
        GET_services=read_all,
        **{
            "GET_services/idweb": read,
            "POST_services/idweb/update": update,
            "DELETE_networks/idfront": None,
            "GET_networks/idfront": errors.NotFound("gone", 404),
            "POST_networks/create": Sequence(
                errors.Conflict("network with name front already exists", 409), {"Id": "idnew"}
            ),
            "GET_networks/idnew": {**FRONT, "Id": "idnew"},
        },
    )
    one = networks(client, {"name": "front", "internal": True, "recreate": True}, seconds=10)
    [plan] = one.plan()
    [rollout] = one.send_all([plan], [])
    assert (rollout.service_id, rollout.name) == ("idweb", "web")
    assert plan.id == "idnew"
    off, back = writes
    assert "Networks" not in off["TaskTemplate"]
    assert back == {
        "Name": "web",
        "Labels": {},
        "TaskTemplate": {"Networks": [{"Target": "idnew", "Aliases": ["www"]}]},
    }
    assert client.writes[2][1]["CheckDuplicate"] is True
    order = [write[0] for write in client.writes]
    assert order == [
        "POST /services/idweb/update",
        "DELETE /networks/idfront",
        "POST /networks/create",
        "POST /networks/create",
        "POST /services/idweb/update",
    ]
    assert client.writes[0][2] == {"version": 7}


def test_a_move_that_got_stuck_says_what_is_off() -> None:
    client = engine(
        GET_services=lambda _body, query: [] if "filters" in query else [WEB],
        GET_tasks=[task("running")],
        **{"GET_services/idweb": WEB, "POST_services/idweb/update": None},
    )
    one = networks(
        client, {"name": "front", "attachable": False, "internal": True, "recreate": True}, seconds=0
    )
    client.answers["GET /tasks"] = Sequence([], [task("running")])
    [plan] = one.plan()
    with pytest.raises(errors.FlotillaError, match="; web may be off it until another run has put them back"):
        one.send_all([plan], [])


def test_several_get_their_addresses_while_the_others_are_made() -> None:
    client = engine(
        GET_networks=[],
        **{
            "POST_networks/create": Sequence({"Id": "id1"}, {"Id": "id2"}),
            "GET_networks/id1": FRONT,
            "GET_networks/id2": Sequence({**FRONT, "Driver": ""}, FRONT),
        },
    )
    one = networks(client, {"name": "n1"}, {"name": "n2"})
    plans, done = one.plan(), []  # type: ignore[var-annotated]
    assert one.send_all(plans, done) == []
    assert done == plans
    assert [request[0] for request in client.requests][-5:] == [
        "POST /networks/create",
        "POST /networks/create",
        "GET /networks/id1",
        "GET /networks/id2",
        "GET /networks/id2",
    ]


def test_a_service_on_two_networks_is_waited_for_once(monkeypatch: pytest.MonkeyPatch) -> None:
    found = {
        "front": [Rollout("idweb", "web"), Rollout("idapi", "api")],
        "back": [Rollout("idweb", "web", "gone")],
    }
    monkeypatch.setattr(Networks, "_send", lambda _self, plan: found[plan.declared.name])
    plans = [NetworkPlan(declared_network({"name": name}), "reattach") for name in found]
    rollouts = Networks(engine(), []).send_all(plans, [])
    assert {one.name: one.goal for one in rollouts} == {"web": "gone", "api": "converged"}
