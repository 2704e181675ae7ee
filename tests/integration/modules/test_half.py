# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Nothing twice, and nothing half-done that is not said: lost answers, killed programs and refusals of real Engines."""

from __future__ import annotations

import base64
import json
import typing as t
from pathlib import Path

import pytest
from ansible_collections.flotilla.swarm.tests.integration.modules.play import Call, Stage, call, shell

PROXY = base64.b64encode((Path(__file__).parent / "losing_proxy.py").read_bytes()).decode()
SOCKET, PLAN = "/run/losing.sock", "/run/losing.plan"
THROUGH = {"docker_host": f"unix://{SOCKET}"}


@pytest.fixture
def losing(cluster: Stage) -> t.Iterator[Stage]:
    """The swarm, with a proxy on m1 that loses answers."""
    cluster.sh("m1", f"echo {PROXY} | base64 -d > /run/losing_proxy.py")
    cluster.sh(
        "m1",
        f"rm -f {SOCKET}; echo 0 after > {PLAN}; systemd-run --quiet --collect --unit losing python3 "
        f"/run/losing_proxy.py {SOCKET} {PLAN}; for i in 1 2 3 4 5 6 7 8 9; do [ -S {SOCKET} ] && break; sleep 0.3; done",
    )
    yield cluster
    cluster.sh("m1", "systemctl stop losing", check=False)


def hit(number: int, how: str) -> Call:
    """From now on, the write of that number loses its answer."""
    return shell("m1", f"echo {number} {how} > {PLAN}")


def forced(stage: Stage, name: str) -> int:
    """How often a service was restarted on request."""
    return int(
        stage.sh("m1", f"docker service inspect {name} --format '{{{{.Spec.TaskTemplate.ForceUpdate}}}}'")
    )


@pytest.mark.long
def test_a_lost_answer_is_looked_up_and_the_run_goes_on(losing: Stage) -> None:
    """Each verb, with the answer to a write of it lost after it was carried out, or before."""
    image = f"{losing.lab.registry}/tiny:1"
    web = {"name": "web", "image": image, "command": "sleep 9999", "stop_grace_period": "1s"}
    stack = {"services": {"api": {"image": image, "command": "sleep 9999", "stop_grace_period": "1s"}}}
    parts: list[tuple[str, int, dict[str, t.Any]]] = [
        ("swarm_network", 1, {"name": "net"}),
        ("swarm_secret", 1, {"name": "key", "data": "what-nobody-may-see"}),
        ("swarm_config", 1, {"name": "conf", "data": "text"}),
        ("swarm_service", 1, web),
        ("swarm_service", 1, {**web, "env": {"A": "1"}}),
        ("swarm_node", 1, {"hostname": "w1", "labels": {"a": "1"}}),
        ("swarm_stack", 2, {"name": "shop", "compose": [stack]}),
        ("swarm_secret", 1, {"name": "key", "state": "absent"}),
        ("swarm_network", 1, {"name": "net", "state": "absent"}),
        ("swarm_service", 1, {"name": "web", "state": "absent"}),
    ]
    # What was not carried out is sent again in the same way by every verb (see test_lost_answers.py), so one stands for all.
    for how, chosen in (("after", parts), ("before", parts[3:5])):
        calls = [
            one
            for name, number, args in chosen
            for one in (
                hit(number, how),
                call("m1", name, **args, **THROUGH),
                call("m1", name, **args),
            )
        ]
        results = losing.run(*calls)
        assert [one.get("msg") for one in results if one["failed"]] == []
        for (name, _number, args), lost, again in zip(chosen, results[1::3], results[2::3], strict=True):
            assert (lost["changed"], again["changed"]) == (True, False), (name, args, lost["actions"])
        gone = {"labels_to_remove": ["a"], "hostname": "w1"}
        losing.run(
            call("m1", "swarm_stack", name="shop", state="absent"),
            call("m1", "swarm_service", name="web", state="absent"),
            call("m1", "swarm_config", name="conf", state="absent"),
            call("m1", "swarm_node", **gone),
        )


def test_what_is_done_at_every_call_is_done_once(losing: Stage) -> None:
    """S2, R3: a forced restart whose answer is lost, and one whose program is killed; a rollback likewise."""
    web = {
        "name": "web",
        "image": f"{losing.lab.registry}/tiny:1",
        "command": "sleep 9999",
        "stop_grace_period": "1s",
    }
    made, _hit, lost = losing.run(
        call("m1", "swarm_service", **web),
        hit(1, "after"),
        call("m1", "swarm_service", **web, force_update=True, **THROUGH),
    )
    assert (made["failed"], lost["failed"], lost["changed"]) == (False, False, True)
    assert forced(losing, "web") == 1
    _hit, killed = losing.run(
        hit(1, "kill"), call("m1", "swarm_service", **web, force_update=True, **THROUGH)
    )
    assert (killed["failed"], killed["changed"]) == (True, True)
    assert "whether force_update was carried out is not known, so it is not done again" in killed["msg"]
    assert forced(losing, "web") == 2
    changed, _hit, back, again = losing.run(
        call("m1", "swarm_service", **web, env={"A": "1"}),
        hit(1, "kill"),
        call("m1", "swarm_service", name="web", state="rolled_back", **THROUGH),
        call("m1", "swarm_service", name="web", state="rolled_back"),
    )
    assert [one["failed"] for one in (changed, back, again)] == [False] * 3
    assert (back["changed"], again["changed"]) == (True, False)
    assert "the module went on from what it had done" in " ".join(back["warnings"])
    assert "A=1" not in losing.sh("m1", "docker service inspect web --format '{{.Spec.TaskTemplate}}'")


def test_a_manager_that_is_asked_does_not_remove_itself_and_demotes_itself_completely(
    cluster: Stage,
) -> None:
    """N4, P9: nothing is sent where it could not be finished; what only a manager sees is done before its demotion."""
    before = cluster.nodes()
    refused = cluster.one("m1", "swarm_node", hostname="m1", state="absent", force=True)
    assert (refused["failed"], refused["changed"]) == (True, False)
    assert "no manager can remove itself: run this task on another one (m2, m3)" in refused["msg"]
    assert cluster.nodes() == before
    done = cluster.one(
        "m3",
        "swarm_node",
        nodes=[{"hostname": "m3", "role": "worker", "availability": "drain", "labels": {"a": "1"}}],
    )
    assert (done["failed"], done["changed"]) == (False, True), done
    assert ("m3", "Ready", "Drain", "") in cluster.nodes()
    back = [{"hostname": "m3", "role": "manager", "availability": "active", "labels_to_remove": ["a"]}]
    assert not cluster.one("m1", "swarm_node", nodes=back)["failed"]


@pytest.mark.long
def test_a_network_whose_new_form_is_refused_comes_back_with_its_services(cluster: Stage) -> None:
    """W1: a driver that no Engine has; then a form that works."""
    web = {
        "name": "web",
        "image": f"{cluster.lab.registry}/tiny:1",
        "command": "sleep 9999",
        "stop_grace_period": "1s",
        "networks": ["net"],
    }
    net = {"name": "net", "ipam_config": [{"subnet": "10.77.0.0/24"}], "labels": {"mine": "1"}}
    made = cluster.run(call("m1", "swarm_network", **net), call("m1", "swarm_service", **web))
    assert [one["failed"] for one in made] == [False, False]
    other = {**net, "recreate": True}
    refused = cluster.one("m1", "swarm_network", **other, ipam_driver="nosuch")
    assert (refused["failed"], refused["changed"]) == (True, True)
    assert "nosuch" in refused["msg"]
    assert refused["msg"].endswith("the network is as it was before, and web attached to it"), refused["msg"]
    assert refused["actions"] == [
        "net: web detached",
        "net: removed",
        "net: created again as it was",
        "net: web reattached",
    ]
    found = json.loads(cluster.sh("m1", "docker network inspect net"))[0]
    assert found["IPAM"]["Config"][0]["Subnet"] == "10.77.0.0/24"
    again, service, works, last = cluster.run(
        call("m1", "swarm_network", **net),
        call("m1", "swarm_service", **web),
        call("m1", "swarm_network", **other, internal=True),
        call("m1", "swarm_network", **other, internal=True),
    )
    assert (again["changed"], service["changed"], works["changed"], last["changed"]) == (
        False,
        False,
        True,
        False,
    )
    assert "moving" not in cluster.sh("m1", "docker service inspect web --format '{{.Spec.Labels}}'")
    cluster.run(call("m1", "swarm_service", name="web", state="absent"))
    cluster.run(call("m1", "swarm_network", name="net", state="absent"))


def test_a_name_that_differs_in_case_only_is_refused(cluster: Stage) -> None:
    """S1, C1, W1: the swarm does not tell one from the other, and says so of none of them."""
    image = f"{cluster.lab.registry}/tiny:1"
    kinds: list[tuple[str, dict[str, t.Any]]] = [
        ("swarm_service", {"image": image, "replicas": 0}),
        ("swarm_secret", {"data": "a"}),
        ("swarm_config", {"data": "a"}),
        ("swarm_network", {}),
    ]
    calls = [
        one
        for kind, args in kinds
        for one in (
            call("m1", kind, name="twin", **args),
            call("m1", kind, name="Twin", **args),
            call("m1", kind, name="twin", state="absent"),
        )
    ]
    results = cluster.run(*calls)
    for at, (kind, _args) in enumerate(kinds):
        made, refused, removed = results[3 * at : 3 * at + 3]
        assert (made["failed"], refused["failed"], removed["failed"]) == (False, True, False)
        word = kind.rpartition("_")[2]
        assert refused["msg"].startswith(f"Twin cannot be created: the swarm has the {word} twin"), refused
        assert refused["changed"] is False
