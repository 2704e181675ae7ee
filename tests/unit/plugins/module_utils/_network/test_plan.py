# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import copy
import typing as t

import pytest
from ansible_collections.flotilla.swarm.plugins.module_utils._engine.errors import Refused
from ansible_collections.flotilla.swarm.plugins.module_utils._network.declared import (
    DeclaredNetwork,
    declared_network,
)
from ansible_collections.flotilla.swarm.plugins.module_utils._network.options import (
    ASSIGNED,
    MTU,
    create_request,
)
from ansible_collections.flotilla.swarm.plugins.module_utils._network.plan import (
    Attached,
    NetworkPlan,
    plan_network,
    wanted_network,
)
from ansible_collections.flotilla.swarm.plugins.module_utils._options.labels import DECLARED_LABEL, memory
from hypothesis import given
from hypothesis import strategies as st

Raw = dict[str, t.Any]

texts = st.dictionaries(st.sampled_from(["a", "b", "x.y"]), st.sampled_from(["", "1", "two"]), max_size=2)
_entries = st.sampled_from(
    [
        [],
        [{"subnet": "10.1.0.0/16"}],
        [{"subnet": "10.1.0.0/16", "iprange": "10.1.5.0/24", "gateway": "10.1.5.9"}],
        [{"subnet": "10.1.0.0/24"}, {"subnet": "10.2.0.0/24"}],
    ]
)
OPTIONS: dict[str, st.SearchStrategy[t.Any]] = {
    "driver": st.just("overlay"),
    "attachable": st.booleans(),
    "internal": st.booleans(),
    "encrypted": st.booleans(),
    "mtu": st.sampled_from([1300, 1450]),
    "driver_options": texts,
    "ipam_driver": st.just("default"),
    "ipam_driver_options": texts,
    "ipam_config": _entries,
    "labels": texts,
}
declarations = st.fixed_dictionaries({}, optional=OPTIONS).map(
    lambda found: {"name": "front", "enable_ipv6": False, **found}
)


def created(sent: Raw) -> Raw:
    """What the Engine reports of a network that was created by a request."""
    entries = copy.deepcopy(sent["IPAM"]["Config"]) or [{"Subnet": "10.0.3.0/24"}]
    for entry in entries:
        entry.setdefault("Gateway", entry["Subnet"].replace(".0/", ".1/").partition("/")[0])
    found = {key: value for key, value in sent.items() if key != "CheckDuplicate"}
    return {
        "Attachable": False,
        "Internal": False,
        "Ingress": False,
        "EnableIPv6": False,
        **found,
        "Id": "idnew",
        "Labels": sent["Labels"] or None,
        "Options": {**sent["Options"], ASSIGNED: "4097"},
        "IPAM": {
            "Driver": sent["IPAM"]["Driver"],
            "Options": sent["IPAM"]["Options"] or None,
            "Config": entries,
        },
    }


def declared_and_live(params: Raw) -> tuple[DeclaredNetwork, Raw]:
    declared = declared_network(params)
    spec, _changes = wanted_network(declared, None)
    return declared, created(create_request(spec))


@given(declarations)
def test_what_was_created_does_not_differ(params: Raw) -> None:
    declared, live = declared_and_live(params)
    before = copy.deepcopy(live)
    assert wanted_network(declared, live)[1] == {}
    assert live == before
    assert plan_network(declared, live, Attached()).action == "none"


@given(declarations, declarations)
def test_what_was_recreated_does_not_differ(first: Raw, second: Raw) -> None:
    """Nor does one that another declaration created: what only that one declared is back at its default."""
    _first, live = declared_and_live(first)
    declared = declared_network(second)
    spec, _changes = wanted_network(declared, live)
    recreated = created(create_request(spec))
    assert wanted_network(declared, recreated)[1] == {}
    assert ASSIGNED not in create_request(spec)["Options"]


@given(declarations)
def test_what_others_set_is_kept_when_a_network_is_recreated(params: Raw) -> None:
    theirs = {
        "Name": "front",
        "Id": "idold",
        "Driver": "overlay",
        "Attachable": True,
        "Labels": {"theirs": "1"},
        "Options": {"theirs": "2", ASSIGNED: "1"},
        "IPAM": {
            "Driver": "default",
            "Options": None,
            "Config": [{"Subnet": "10.9.0.5/24", "Gateway": "10.9.0.1"}],
        },
    }
    sent = create_request(wanted_network(declared_network(params), theirs)[0])
    assert sent["Labels"]["theirs"] == "1"
    assert sent["Options"]["theirs"] == "2"
    assert "attachable" in params or sent["Attachable"] is True
    if not params.get("ipam_config"):
        assert sent["IPAM"]["Config"] == [{"Subnet": "10.9.0.0/24", "Gateway": "10.9.0.1"}]


def live(**more: t.Any) -> Raw:
    return {
        "Name": "front",
        "Id": "idold",
        "Driver": "overlay",
        "Labels": None,
        "Options": {ASSIGNED: "4097"},
        "IPAM": {
            "Driver": "default",
            "Options": None,
            "Config": [{"Subnet": "10.1.0.0/24", "Gateway": "10.1.0.1"}],
        },
        **more,
    }


def changes(present: Raw, **params: t.Any) -> Raw:
    return wanted_network(declared_network({"name": "front", **params}), present)[1]


def test_the_key_alone_encrypts() -> None:
    encrypted = live(Options={"encrypted": "false"})
    assert changes(encrypted, encrypted=True) == {}
    assert changes(encrypted, encrypted=False) == {"encrypted": (True, False)}
    assert changes(live(), encrypted=False) == {}
    assert changes(live(), encrypted=True) == {"encrypted": (False, True)}
    assert (
        "encrypted"
        not in create_request(
            wanted_network(declared_network({"name": "front", "encrypted": False}), encrypted)[0]
        )["Options"]
    )


def test_what_is_declared_no_longer_counts_where_it_is_not_the_default() -> None:
    once = memory(["attachable", "ipam_config", "labels.a", "mtu", "internal"])
    present = live(Attachable=True, Labels={DECLARED_LABEL: once, "a": "1"}, Options={MTU: "1300"})
    assert sorted(changes(present)) == ["attachable", "ipam_config", "labels.a", "mtu"]
    assert (
        changes(
            present, attachable=True, mtu=1300, labels={"a": "1"}, ipam_config=[{"subnet": "10.1.0.0/24"}]
        )
        == {}
    )


def test_a_gateway_that_the_engine_chose_is_no_difference() -> None:
    assert changes(live(), ipam_config=[{"subnet": "10.1.0.0/24"}]) == {}
    assert sorted(changes(live(), ipam_config=[{"subnet": "10.1.0.0/24", "gateway": "10.1.0.2"}])) == [
        "ipam_config"
    ]
    assert changes(live(), ipam_config=[{"subnet": "10.2.0.0/24"}]) == {
        "ipam_config": ([{"subnet": "10.1.0.0/24", "gateway": "10.1.0.1"}], [{"subnet": "10.2.0.0/24"}])
    }


def test_one_that_never_got_addresses_differs() -> None:
    present = live(Driver="", IPAM={"Driver": "", "Options": None, "Config": None}, Options=None)
    assert "driver" in changes(present)
    assert (
        create_request(wanted_network(declared_network({"name": "front"}), present)[0])["Driver"] == "overlay"
    )


def service(name: str, **spec: t.Any) -> Raw:
    return {"ID": f"id{name}", "Spec": {"Name": name, **spec}}


def test_a_difference_needs_recreate() -> None:
    attached = Attached(services=[service("web"), service("api")])
    with pytest.raises(Refused) as error:
        plan_network(declared_network({"name": "front", "internal": True}), live(), attached)
    assert str(error.value) == (
        "front differs, and no network can be changed in place: internal is false on the swarm and true declared. Set recreate "
        "to true to have it removed and created again. Meanwhile api and web would be without it. Nothing was sent."
    )
    plan = plan_network(
        declared_network({"name": "front", "internal": True, "recreate": True}), live(), attached
    )
    assert (plan.action, plan.services, plan.id) == ("recreate", ["api", "web"], "idold")
    assert plan.sentence == "front: recreated (internal); api, web reattached"
    assert plan.diff(False) == {"state": "present", "internal": False}
    assert plan.diff(True) == {"state": "present", "internal": True}


def test_a_detached_service_is_reattached() -> None:
    attached = Attached(detached=[service("web")])
    declared = declared_network({"name": "front"})
    again = plan_network(declared, live(), attached)
    assert (again.action, again.sentence) == ("reattach", "front: already recreated; web reattached")
    new = plan_network(declared, None, attached)
    assert (new.action, new.sentence) == ("create", "front: created; web reattached")
    with pytest.raises(Refused, match="front cannot be removed: web uses it"):
        plan_network(DeclaredNetwork("front", "absent"), None, attached)


def test_jobs_and_containers_attached_by_hand_are_not_moved() -> None:
    declared = declared_network({"name": "front", "internal": True, "recreate": True})
    job = service("job", Mode={"ReplicatedJob": {}})
    with pytest.raises(Refused, match="under job: a job that is moved runs again"):
        plan_network(declared, live(), Attached(services=[job]))
    with pytest.raises(Refused, match="while container x on m1 is attached: end that first"):
        plan_network(declared, live(), Attached(by_hand=["container x on m1 is attached"]))


def test_absent_twice_and_with_its_services() -> None:
    gone = DeclaredNetwork("front", "absent")
    assert plan_network(gone, None, Attached()).action == "none"
    removal = plan_network(gone, live(), Attached())
    assert (removal.action, removal.sentence, removal.diff(True)) == (
        "remove",
        "front: removed",
        {"state": "absent"},
    )
    with pytest.raises(Refused, match=r"api and web use it\. Remove these services, or detach them from"):
        plan_network(gone, live(), Attached(services=[service("web"), service("api")]))


@pytest.mark.parametrize(
    "params", [{"enable_ipv6": True}, {"enable_ipv6": True, "ipam_config": None, "recreate": True}]
)
@pytest.mark.parametrize("present", [None, live(Internal=True)])
def test_ipv6_without_addresses_is_refused(params: Raw, present: Raw | None) -> None:
    with pytest.raises(Refused):
        plan_network(declared_network({"name": "front", **params}), present, Attached())


def test_another_name_of_the_ingress_network_is_a_difference() -> None:
    declared = declared_network({"name": "edge", "ingress": True, "recreate": True})
    plan = plan_network(declared, live(Name="ingress", Ingress=True), Attached())
    assert plan.changes == {"name": ("ingress", "edge")}
    assert create_request(plan.spec)["Name"] == "edge"


def test_the_plan_of_a_new_network_has_no_id_yet() -> None:
    plan = NetworkPlan(declared_network({"name": "front"}), "create")
    assert (plan.id, plan.sentence, plan.diff(False)) == ("", "front: created", {"state": "absent"})


def test_a_hidden_value_is_in_no_sentence_and_no_diff() -> None:
    one, other = ({"token": text} for text in ("canary-1", "canary-2"))
    present = live(IPAM={"Driver": "theirs", "Options": one, "Config": None})
    declared = {"name": "front", "ipam_driver": "theirs", "ipam_driver_options": other}
    with pytest.raises(Refused, match=r"ipam_driver_options\.token is \(hidden\) on the swarm") as error:
        plan_network(declared_network(declared), present, Attached())
    plan = plan_network(declared_network({**declared, "recreate": True}), present, Attached())
    assert plan.changes == {"ipam_driver_options.token": ("canary-1", "canary-2")}
    assert create_request(plan.spec)["IPAM"]["Options"] == other
    assert (
        "canary" not in f"{error.value} {plan.sentence} {plan.diff(False)} {plan.diff(True)} {plan.entry()}"
    )


def test_the_memory_of_a_recreation_is_no_reason_to_recreate() -> None:
    assert changes(live(Labels={DECLARED_LABEL: memory(["mtu"])})) == {}


def test_a_declared_vxlan_id_is_sent_and_is_not_mistaken_for_an_assigned_one() -> None:
    declared = declared_network({"name": "vx", "driver_options": {ASSIGNED: 257}})
    body = create_request(wanted_network(declared, None)[0])
    assert body["Options"] == {ASSIGNED: "257"}
    live = {**created(body), "Options": {ASSIGNED: "257"}}
    assert plan_network(declared, live, Attached()).action == "none"
    again = declared_network({"name": "vx", "recreate": True, "driver_options": {ASSIGNED: "258"}})
    made = plan_network(again, live, Attached())
    assert (made.action, create_request(made.spec)["Options"]) == ("recreate", {ASSIGNED: "258"})


def test_what_a_host_fills_in_from_its_configuration_is_no_difference() -> None:
    declared = declared_network({"name": "lan", "driver": "macvlan", "config_from": "cfg"})
    body = create_request(wanted_network(declared, None)[0])
    assert (body["ConfigFrom"], body["Labels"]) == ({"Network": "cfg"}, {})
    filled = {
        "Labels": {DECLARED_LABEL: memory(["driver_options.parent"])},
        "Options": {"parent": "eth0"},
        "IPAM": {"Driver": "default", "Options": None, "Config": [{"Subnet": "10.79.0.0/24"}]},
    }
    live = {
        "Name": "lan",
        "Id": "idlan",
        "Scope": "swarm",
        "Driver": "macvlan",
        "ConfigFrom": {"Network": "cfg"},
    }
    for more in ({}, filled):
        assert plan_network(declared, {**live, **more}, Attached()).action == "none"


def test_a_configuration_has_neither_scope_nor_driver_and_is_compared_like_any_network() -> None:
    wanted = {"name": "cfg", "config_only": True, "driver_options": {"parent": "eth0"}}
    declared = declared_network(wanted)
    body = create_request(wanted_network(declared, None)[0])
    assert body["ConfigOnly"] is True
    assert not {"Scope", "Driver"} & set(body)
    live = {**body, "Id": "idcfg", "Scope": "local", "Driver": "null"}
    assert plan_network(declared, live, Attached()).action == "none"
    with pytest.raises(Refused, match=r"driver_options\.parent is \(hidden\) on this host"):
        plan_network(declared_network({**wanted, "driver_options": {"parent": "eth1"}}), live, Attached())
