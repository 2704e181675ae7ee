# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.flotilla.swarm.plugins.module_utils._engine import errors
from ansible_collections.flotilla.swarm.plugins.module_utils._network import apply as network_apply
from ansible_collections.flotilla.swarm.plugins.module_utils._network.apply import Networks
from ansible_collections.flotilla.swarm.plugins.module_utils._network.attachments import detached
from ansible_collections.flotilla.swarm.plugins.module_utils._network.declared import (
    DeclaredNetwork,
    declared_network,
)
from ansible_collections.flotilla.swarm.plugins.module_utils._network.options import NETWORK
from ansible_collections.flotilla.swarm.plugins.module_utils._options.option import TEXT, Option
from ansible_collections.flotilla.swarm.tests.unit.support.engine import FakeEngine, Sequence

Raw = dict[str, t.Any]

FRONT: Raw = {
    "Name": "front",
    "Id": "idfront",
    "Scope": "swarm",
    "Driver": "overlay",
    "Attachable": True,
    "IPAM": {"Driver": "default", "Config": [{"Subnet": "10.1.0.0/24", "Gateway": "10.1.0.1"}]},
}
WEB: Raw = {
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


def _paused(**spec: t.Any) -> Raw:
    """A service whose update is paused after it was reattached."""
    left = detached(WEB["Spec"], {**FRONT, "Id": "idold"}, "front")
    return {**WEB, "Spec": {**WEB["Spec"], **spec}, "PreviousSpec": left, "UpdateStatus": {"State": "paused"}}


def test_a_reattachment_that_the_swarm_paused_is_sent_again() -> None:
    """Unless it would fail again: then it is only waited for, which reports the reason at once."""
    client = engine(GET_services=[_paused()])
    client.answers["POST /services/idweb/update"] = {}
    found = networks(client, {"name": "front"})
    [plan] = found.plan()
    assert plan.sentence == "front: already recreated; paused reattachment of web sent again"
    applied = found.apply_all([plan])
    assert [one.service_id for one in applied.returned[0]] == ["idweb"]
    [(_request, body, _more)] = client.writes
    assert body == {**WEB["Spec"], "Labels": {"flotilla.resumed": "1"}}


def test_a_reattachment_that_would_fail_again_is_reported_and_nothing_is_sent() -> None:
    crashed = {
        "ID": "t1",
        "ServiceID": "idweb",
        "NodeID": "n1",
        "Slot": 1,
        "DesiredState": "shutdown",
        "Status": {"State": "failed", "Err": "task: non-zero exit (3)", "ContainerStatus": {"ExitCode": 3}},
        "Version": {"Index": 9},
        "Spec": {},
    }
    client = engine(GET_services=[_paused()], GET_tasks=[crashed])
    found = networks(client, {"name": "front"})
    [plan] = found.plan()
    assert plan.action == "none"
    assert [one.service_id for one in found.apply_all([plan]).returned[0]] == ["idweb"]
    assert client.writes == []


def test_a_paused_update_that_has_nothing_to_do_with_the_network_is_left_alone() -> None:
    client = engine(GET_services=[{**_paused(), "PreviousSpec": WEB["Spec"]}])
    found = networks(client, {"name": "front"})
    [plan] = found.plan()
    assert (plan.action, plan.paused) == ("none", [])
    assert found.apply_all([plan]).returned == [[]]


def test_a_network_that_only_this_engine_still_has_counts_as_removed() -> None:
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
        (
            [{"name": "front", "ingress": True}],
            "front exists and is not the ingress network: choose another name",
        ),
    ],
)
def test_what_cannot_be_is_refused_before_anything_is_sent(declared: list[Raw], sentence: str) -> None:
    client = engine(GET_networks=[FRONT, {"Name": "here", "Id": "h", "Scope": "local", "Driver": "bridge"}])
    with pytest.raises(errors.Refused) as error:
        networks(client, *declared).plan()
    assert sentence in str(error.value)
    assert client.writes == []


def test_the_bridge_that_docker_makes_on_each_host_cannot_be_renamed() -> None:
    bridge = {"Name": "docker_gwbridge", "Id": "g", "Scope": "local", "Driver": "bridge"}
    with pytest.raises(errors.Refused, match="Docker makes one on every host when it joins") as refused:
        networks(engine(GET_networks=[bridge]), {"name": "docker_gwbridge"}).plan()
    assert "create it on each host before that host joins" in str(refused.value)
    assert "rename" not in str(refused.value)


def test_a_network_may_take_the_subnet_of_one_that_is_removed() -> None:
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


def test_an_option_that_the_engine_does_not_know_is_refused_before_anything_is_read() -> None:
    rows = (*NETWORK, Option("new", ("New",), TEXT, lowest_api="1.46"))
    declared = DeclaredNetwork("front", values={"new": "x"})
    client = engine()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(network_apply, "NETWORK", rows)
        with pytest.raises(
            errors.Refused, match=r"^front: new needs API 1\.46, but the Engine at .* speaks 1\.45"
        ):
            Networks(client, [declared])
    assert client.requests == []


def test_another_client_that_creates_the_same_network_overtakes() -> None:
    client = engine(
        GET_networks=Sequence([], [FRONT]), **{"POST_networks/create": errors.Conflict("already exists", 409)}
    )
    one = networks(client, {"name": "front"})
    [plan] = one.plan()
    # The runner plans again then.
    with pytest.raises(errors.Overtaken, match="another client created a network of that name just now"):
        one.apply_all([plan])


def test_overtaken_is_overtaken_where_services_are_detached_too() -> None:
    remembers = {**WEB, "Spec": detached(WEB["Spec"], FRONT, "front")}
    client = engine(
        GET_networks=Sequence([], [FRONT]),
        GET_services=[remembers],
        **{"POST_networks/create": errors.Conflict("already exists", 409)},
    )
    one = networks(client, {"name": "front"})
    [plan] = one.plan()
    assert plan.services == ["web"]
    with pytest.raises(errors.Overtaken) as error:
        one.apply_all([plan])
    assert error.value.facts == {"changed": False, "actions": []}


def test_networks_that_get_no_addresses_are_removed_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(network_apply, "ALLOCATION", 0.1)
    client = engine(
        GET_networks=[],
        **{
            "POST_networks/create": Sequence({"Id": "id1"}, {"Id": "id2"}, {"Id": "id3"}),
            "GET_networks/id1": {"Driver": ""},
            "GET_networks/id2": FRONT,
            "GET_networks/id3": {"Driver": "", "EnableIPv6": True},
            "DELETE_networks/id1": None,
            "DELETE_networks/id3": errors.EngineError("no", 500),
        },
    )
    one = networks(client, {"name": "front"}, {"name": "back"}, {"name": "side"})
    plans = one.plan()
    with pytest.raises(errors.FlotillaError) as error:
        one.apply_all(plans)
    first, second = str(error.value).split("; side: ")
    assert first.startswith("front: the swarm's leader gives it no addresses, so it was removed again: ")
    assert second.startswith(
        "the swarm's leader gives it no addresses, and it could not be removed again (no): "
    )
    assert "moby#52469" in second and "moby#52469" not in first
    assert error.value.facts["actions"] == [
        "front: created",
        "back: created",
        "side: created",
        "front: removed again, since it got no addresses",
    ]
    assert [write[0] for write in client.writes][3:] == ["DELETE /networks/id1", "DELETE /networks/id3"]


def remove(client: FakeEngine, seconds: float) -> None:
    one = networks(client, {"name": "front", "state": "absent"}, seconds=seconds)
    [plan] = one.plan()
    assert one.apply_all([plan]) == (["front: removed"], [[]])


def test_removal_waits_for_ending_tasks_and_for_the_last_trace() -> None:
    client = engine(
        GET_tasks=Sequence(
            [], [task("running")], [task("shutdown"), task("running", "n2"), task("running", network="x")]
        ),
        **{
            "DELETE_networks/idfront": Sequence(
                errors.EngineError("network idfront is in use by task t", 400), None
            ),
            "GET_networks/idfront": Sequence(FRONT, errors.NotFound("gone", 404)),
        },
    )
    remove(client, 5)
    assert [write[0] for write in client.writes] == ["DELETE /networks/idfront"] * 2


def test_a_task_that_does_not_end_is_named() -> None:
    client = engine(GET_tasks=Sequence([], [task("running")]))
    with pytest.raises(
        errors.WaitTimeout, match=r"after 0 s it is still held by task task1 on host-n1 \(running\)"
    ):
        remove(client, 0)
    assert client.writes == []


def test_what_the_engine_objects_to_for_good_fails_at_once() -> None:
    client = engine(
        **{"DELETE_networks/idfront": errors.EngineError("network idfront is in use by service web", 400)}
    )
    with pytest.raises(errors.EngineError, match="in use by service web"):
        remove(client, 60)


def test_recreated_under_its_service_which_gets_its_old_spec_back() -> None:
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
    [[rollout]] = one.apply_all([plan]).returned
    assert (rollout.service_id, rollout.name) == ("idweb", "web")
    assert plan.id == "idnew"
    left, back = writes
    assert "Networks" not in left["TaskTemplate"]
    assert back == {
        "Name": "web",
        "Labels": {},
        "TaskTemplate": {"Networks": [{"Target": "idnew", "Aliases": ["www"]}]},
    }
    assert client.writes[2][1]["CheckDuplicate"] is True
    assert [write[0] for write in client.writes] == [
        "POST /services/idweb/update",
        "DELETE /networks/idfront",
        "POST /networks/create",
        "POST /networks/create",
        "POST /services/idweb/update",
    ]
    assert client.writes[0][2] == {"version": 7}


def stuck(*services: Raw, **more: t.Any) -> tuple[Networks, FakeEngine]:
    """Networks of which one is recreated, and its old tasks never end."""
    client = engine(
        GET_services=lambda _body, query: [] if "filters" in query else list(services),
        GET_tasks=Sequence([], [task("running")]),
        **more,
    )
    declared = {"name": "front", "attachable": False, "internal": True, "recreate": True}
    return networks(client, declared, seconds=0), client


def test_a_recreation_that_got_stuck_says_which_services_are_detached() -> None:
    lost = errors.NotAManager("This node is not a swarm manager.", 503)
    one, client = stuck(WEB, **{"POST_services/idweb/update": None})
    [plan] = one.plan()
    client.answers["GET /networks"] = lost
    with pytest.raises(
        errors.FlotillaError,
        match=r"held by task .*; the network could not be brought back \(This node is not a swarm manager"
        r"\); services that may stay detached from it until the next run: web$",
    ) as error:
        one.apply_all([plan])
    assert error.value.facts == {"changed": True, "actions": ["front: web detached"]}


def test_a_recreation_that_did_nothing_says_nothing_of_services() -> None:
    one, client = stuck(WEB, **{"POST_services/idweb/update": errors.EngineError("no", 500)})
    [plan] = one.plan()
    with pytest.raises(errors.EngineError, match=r"^front: no$") as error:
        one.apply_all([plan])
    assert error.value.facts == {"changed": False, "actions": []}
    assert len(client.writes) == 1


def test_a_service_that_is_removed_meanwhile_is_not_waited_for() -> None:
    gone = errors.NotFound("service idweb not found", 404)
    remembers = {**WEB, "Spec": detached(WEB["Spec"], FRONT, "front")}
    client = engine(
        GET_services=[remembers], **{"GET_networks/idfront": FRONT, "POST_services/idweb/update": gone}
    )
    one = networks(client, {"name": "front"})
    [plan] = one.plan()
    assert (plan.action, one.apply_all([plan]).returned) == ("reattach", [[]])


def test_a_service_that_another_client_changed_is_read_again() -> None:
    remembers = {**WEB, "Spec": detached(WEB["Spec"], FRONT, "front")}
    client = engine(
        GET_services=[remembers],
        **{
            "GET_networks/idfront": FRONT,
            "GET_services/idweb": {**remembers, "Version": {"Index": 8}},
            "POST_services/idweb/update": Sequence(errors.OutOfSequence("update out of sequence", 500), None),
        },
    )
    one = networks(client, {"name": "front"})
    [plan] = one.plan()
    [[rollout]] = one.apply_all([plan]).returned
    assert rollout.name == "web"
    assert [write[2] for write in client.writes] == [{"version": 7}, {"version": 8}]


def test_several_get_their_addresses_while_the_others_are_created() -> None:
    client = engine(
        GET_networks=[],
        **{
            "POST_networks/create": Sequence({"Id": "id1"}, {"Id": "id2"}),
            "GET_networks/id1": FRONT,
            "GET_networks/id2": Sequence({**FRONT, "Driver": ""}, FRONT),
        },
    )
    one = networks(client, {"name": "n1"}, {"name": "n2"})
    plans = one.plan()
    assert one.apply_all(plans) == (["n1: created", "n2: created"], [[], []])
    assert [request[0] for request in client.requests][-5:] == [
        "POST /networks/create",
        "POST /networks/create",
        "GET /networks/id1",
        "GET /networks/id2",
        "GET /networks/id2",
    ]


def test_any_error_of_a_network_without_addresses_has_its_name_and_what_was_done() -> None:
    client = engine(
        GET_networks=[],
        **{"POST_networks/create": {"Id": "id1"}, "GET_networks/id1": errors.EngineError("internal", 500)},
    )
    one = networks(client, {"name": "front"})
    with pytest.raises(errors.FlotillaError, match=r"^network front: internal$") as error:
        one.apply_all(one.plan(), "network ")
    assert error.value.facts == {"changed": True, "actions": ["network front: created"]}


def test_a_removed_network_whose_last_trace_stays_counts_as_removed() -> None:
    client = engine(
        GET_networks=[FRONT],
        GET_tasks=[],
        **{"DELETE_networks/idfront": None, "GET_networks/idfront": FRONT},
    )
    one = networks(client, {"name": "front", "state": "absent"}, seconds=0)
    with pytest.raises(errors.FlotillaError, match="this Engine still has it") as error:
        one.apply_all(one.plan())
    assert error.value.facts == {"changed": True, "actions": ["front: removed"]}
