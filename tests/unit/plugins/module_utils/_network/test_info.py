# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.flotilla.swarm.plugins.module_utils._network.addresses import problem, spaces
from ansible_collections.flotilla.swarm.plugins.module_utils._network.attachments import detached
from ansible_collections.flotilla.swarm.plugins.module_utils._network.info import lines, read, view
from ansible_collections.flotilla.swarm.plugins.module_utils._network.options import NETWORK
from ansible_collections.flotilla.swarm.plugins.module_utils._options.hidden import HIDDEN
from ansible_collections.flotilla.swarm.tests.unit.support.engine import FakeEngine

Raw = dict[str, t.Any]
IDENTITY = "idfront890123456789012345"


def network(subnet: str = "10.1.0.0/24", **more: t.Any) -> Raw:
    entry = {"Subnet": subnet, "Gateway": subnet.replace(".0/", ".1/").partition("/")[0]}
    return {
        "Name": "front",
        "Id": IDENTITY,
        "Scope": "swarm",
        "Driver": "overlay",
        "IPAM": {"Config": [entry]},
        "Options": {"encrypted": "", "com.docker.network.driver.mtu": "1400", "a": "b"},
        "Labels": {"team": "a", "flotilla.declared": '["mtu"]'},
        **more,
    }


def task(address: str, node: str, state: str = "running") -> Raw:
    attached = [{"Network": {"ID": IDENTITY}, "Addresses": [f"{address}/24"]}]
    return {"NodeID": node, "Status": {"State": state}, "NetworksAttachments": attached}


def service(name: str = "web", address: str = "10.1.0.2/24") -> Raw:
    return {
        "ID": f"id{name}",
        "Spec": {"Name": name, "TaskTemplate": {"Networks": [{"Target": IDENTITY}]}},
        "Endpoint": {
            "VirtualIPs": [
                {"NetworkID": IDENTITY, "Addr": address},
                {"NetworkID": "x", "Addr": "10.9.0.2/24"},
            ]
        },
    }


def test_tasks_services_nodes_and_the_gateway_take_addresses() -> None:
    tasks = [
        task("10.1.0.3", "n1"),
        task("10.1.0.4", "n1"),
        task("10.1.0.5", "n2"),
        task("10.1.0.6", "n3", "shutdown"),
    ]
    [space] = spaces(network(), [service()], tasks, ["n1", "n2", "n3"])
    assert space == {"subnet": "10.1.0.0/24", "total": 254, "taken": 3 + 1 + 2 + 1}


def test_every_node_is_on_the_ingress_network() -> None:
    [space] = spaces(network(Ingress=True), [], [], ["n1", "n2", "n3"])
    assert space["taken"] == 4


def test_a_range_within_the_subnet_is_what_there_is_to_give() -> None:
    raw = network()
    raw["IPAM"]["Config"] = [
        {"Subnet": "10.1.0.0/16", "IPRange": "10.1.5.0/28", "Gateway": "10.1.0.1"},
        {"Subnet": "fd00::/64"},
    ]
    assert spaces(raw, [], [], []) == [{"subnet": "10.1.0.0/16", "total": 16, "taken": 0}]


@pytest.mark.parametrize(("taken", "full"), [(203, False), (204, True)])
def test_four_fifths_are_a_problem(taken: int, full: bool) -> None:
    sentence = problem({"subnet": "10.1.0.0/24", "total": 254, "taken": taken})
    assert (sentence is not None) is full


def client(*networks: Raw, services: list[Raw] | None = None) -> FakeEngine:
    return FakeEngine({"GET /networks": list(networks), "GET /services": services or [], "GET /tasks": []})


def test_a_network_in_the_users_words() -> None:
    found = read(client(network(), services=[service()]), [], None)
    [seen] = found["networks"]
    assert seen["encrypted"] is True
    assert seen["mtu"] == 1400
    assert seen["driver_options"] == {"a": "(hidden)"}
    assert (seen["labels"], seen["declared"]) == ({"team": "a"}, ["mtu"])
    assert (seen["subnets"], seen["gateways"]) == (["10.1.0.0/24"], ["10.1.0.1"])
    assert (seen["services"], seen["problems"]) == (["web"], [])
    assert lines({"state": "manager", **found}) == [
        "NETWORK  DRIVER   SUBNETS      TAKEN  SERVICES  KIND",
        "front    overlay  10.1.0.0/24  2/254  1         encrypted",
        "Every network is fine.",
    ]


def test_problems_are_listed() -> None:
    left = {"ID": "idweb", "Spec": detached(service()["Spec"], network(), "front")}
    broken = network(Driver="", IPAM={"Driver": "", "Config": None}, Options=None)
    found = read(client(broken, services=[left]), [], None)
    first, second = found["networks"][0]["problems"]
    assert first.startswith("the swarm never gave it an address space")
    assert second.startswith("a run that did not end detached web from it")
    assert lines({"state": "manager", **found})[2:4] == ["Not fine:", f"front: {first}."]


def test_names_ids_and_six_characters_of_an_id() -> None:
    engine = client(network(), network(Name=IDENTITY[:12], Id="other"))

    def found(name: str) -> list[str]:
        return [one["id"] for one in read(engine, [], [name])["networks"]]

    assert found("front") == found(IDENTITY) == found(IDENTITY[:13]) == found(IDENTITY[:6]) == [IDENTITY]
    assert found(IDENTITY[:12]) == ["other"], "a name comes before the beginning of an ID"
    assert found(IDENTITY[:5]) == []


def test_every_option_is_shown_by_its_row() -> None:
    raw = network(
        IPAM={"Driver": "theirs", "Options": {"token": "canary"}, "Config": [{"Subnet": "10.1.0.0/24"}]}
    )
    seen = view(raw, [], [])
    assert {option.name for option in NETWORK} <= set(seen)
    assert (seen["ipam_driver"], seen["ipam_config"]) == ("theirs", [{"subnet": "10.1.0.0/24"}])
    [found] = read(client(raw), [], ["front"], raw=True)["networks"]
    assert found["ipam_driver_options"] == found["raw"]["IPAM"]["Options"] == {"token": HIDDEN}
    assert "canary" not in str(found)


def test_only_the_swarms_own_and_only_what_was_asked_for() -> None:
    local = network(Name="bridge", Id="b", Scope="local")
    ghost = network(Name="ghost", Id="g", Peers=[{"Name": "x"}])
    engine = client(network(), local, ghost)
    assert [one["name"] for one in read(engine, [], None)["networks"]] == ["front"]
    found = read(engine, [], ["ghost", "front", IDENTITY])
    assert ([one["name"] for one in found["networks"]], found["missing"]) == (["front"], ["ghost"])
    assert read(client(), [], ["x"]) == {"networks": [], "missing": ["x"]}
    assert lines({"state": "worker", "why": "It is a worker.", "networks": []}) == ["It is a worker."]
