# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Networks created, compared, recreated under their services and removed, on real Engines."""

from __future__ import annotations

import json
import subprocess
import tempfile
import typing as t
from pathlib import Path

import pytest
from ansible_collections.flotilla.swarm.plugins.module_utils._engine.client import Client
from ansible_collections.flotilla.swarm.plugins.module_utils._engine.transport_socket import SocketTransport
from ansible_collections.flotilla.swarm.plugins.module_utils._engine.wait import Deadline
from ansible_collections.flotilla.swarm.plugins.module_utils._network.apply import Networks
from ansible_collections.flotilla.swarm.plugins.module_utils._network.attachments import MOVING_LABEL
from ansible_collections.flotilla.swarm.plugins.module_utils._network.declared import declared_network
from ansible_collections.flotilla.swarm.plugins.module_utils._network.options import create_request
from ansible_collections.flotilla.swarm.plugins.module_utils._network.steps import (
    create_network,
    detach_service,
)
from ansible_collections.flotilla.swarm.plugins.module_utils._rollout.removal import (
    remove_network,
    wait_until_released,
)
from ansible_collections.flotilla.swarm.tests.integration.modules.play import Call, Result, Stage, call

Raw = dict[str, t.Any]

FRONT: Raw = {
    "name": "front",
    "attachable": True,
    "ipam_config": [{"subnet": "10.71.0.0/24"}],
    "labels": {"team": "a"},
}
BACK: Raw = {"name": "back", "internal": True, "encrypted": True, "mtu": 1400}
BOTH: Raw = {
    "name": "both",
    "enable_ipv6": True,
    "ipam_config": [{"subnet": "10.72.0.0/24", "gateway": "10.72.0.9"}, {"subnet": "FD00:0:0:72::/64"}],
}
PLAIN: Raw = {"name": "plain", "attachable": False, "encrypted": False}


@pytest.fixture
def swarm(cluster: Stage) -> t.Iterator[Stage]:
    """The cluster, which has no service and no network of ours before and after."""
    _clear(cluster)
    yield cluster
    _clear(cluster)


def _clear(stage: Stage) -> None:
    stage.sh("m1", "docker rm -f byhand >/dev/null 2>&1", check=False)
    stage.sh(
        "m1",
        "docker service ls -q | xargs -r docker service rm >/dev/null; "
        "mine() { docker network ls -q --filter driver=overlay --filter scope=swarm | "
        "xargs -r docker network inspect --format '{{if not .Ingress}}{{.Id}}{{end}}' | grep .; }; "
        "for i in $(seq 40); do mine >/dev/null || break; mine | xargs -r docker network rm >/dev/null 2>&1; sleep 0.3; done; "
        "! mine",
    )


@pytest.fixture
def engine(swarm: Stage) -> t.Iterator[Client]:
    """m1's Engine, from here."""
    with tempfile.TemporaryDirectory() as folder:
        socket = Path(folder) / "m1.sock"
        ssh, *options = swarm.lab.host("m1").ssh_command()
        forward = ["-o", "ControlMaster=no", "-o", "ControlPath=none", "-N"]
        forward += ["-L", f"{socket}:/var/run/docker.sock"]
        with subprocess.Popen([ssh, *forward, *options]) as tunnel:
            try:
                swarm.until(socket.exists, 20)
                yield Client(SocketTransport(f"unix://{socket}"))
            finally:
                tunnel.terminate()


def network(host: str = "m1", check: bool = False, **options: t.Any) -> Call:
    """A call of the module."""
    return call(host, "swarm_network", check, **options)


def service(stage: Stage, name: str, **options: t.Any) -> Raw:
    """A service that ends at once when it is asked to."""
    return {"name": name, "image": f"{stage.lab.registry}/tiny:1", "resolve_image": "never", **options}


def fine(results: list[Result]) -> list[Result]:
    """The results, of which none failed."""
    assert [result.get("msg") for result in results if result["failed"]] == []
    return results


def spec(stage: Stage, name: str) -> Raw:
    """A service's raw spec."""
    [found] = json.loads(stage.sh("m1", f"docker service inspect {name}"))
    return t.cast("Raw", found["Spec"])


def inspect(stage: Stage, name: str) -> Raw:
    """A network as the swarm has it."""
    [found] = json.loads(stage.sh("m1", f"docker network inspect {name}"))
    return t.cast("Raw", found)


def tasks(stage: Stage, name: str) -> list[str]:
    """The IDs of a service's running tasks."""
    return sorted(
        stage.sh("m1", f"docker service ps {name} -q --no-trunc -f desired-state=running").splitlines()
    )


def test_made_once_compared_honestly_and_removed(swarm: Stage) -> None:
    """W1: subnets, attachable, internal, encrypted, MTU and IPv6 on both Engines; a second run sends nothing."""
    everything = [FRONT, BACK, BOTH, PLAIN]
    writes = swarm.writes()
    said, made = swarm.run(network(check=True, networks=everything), network(networks=everything))
    fine([said, made])
    assert said["actions"] == made["actions"] == [f"{one['name']}: created" for one in everything]
    assert said["diff"] == made["diff"]
    assert said["diff"][1]["before"] == {"state": "absent"}
    assert said["diff"][1]["after"] == {"state": "present", "internal": True, "encrypted": True, "mtu": 1400}
    assert [one for one in writes.seen() if "networks" in one] == ["m1: POST /networks/create"] * 4
    assert ["both: do not rely on IPv6" in warning for warning in made["warnings"]] == [True]
    front, back, both, plain = (inspect(swarm, one["name"]) for one in everything)
    assert front["Attachable"] and front["IPAM"]["Config"] == [
        {"Subnet": "10.71.0.0/24", "Gateway": "10.71.0.1"}
    ]
    assert front["Labels"] == {
        "team": "a",
        "flotilla.declared": '["attachable","ipam_config","labels.team"]',
    }
    assert back["Internal"] and "encrypted" in back["Options"]
    assert back["Options"]["com.docker.network.driver.mtu"] == "1400"
    assert both["EnableIPv6"] and both["IPAM"]["Config"][1]["Subnet"] == "fd00:0:0:72::/64"
    assert "encrypted" not in plain["Options"]
    writes = swarm.writes()
    spelled = [
        {**FRONT, "driver": "overlay", "scope": "swarm", "driver_options": {}, "internal": False},
        {
            "name": "back",
            "internal": True,
            "driver_options": {"encrypted": "", "com.docker.network.driver.mtu": 1400},
        },
        {**BOTH, "ipam_config": [{"subnet": "fd00:0:0:72::/64"}, {"subnet": "10.72.0.0/24"}]},
        PLAIN,
    ]
    again = fine(
        swarm.run(
            network("m1", networks=everything),
            network("m2", networks=[{**one, "recreate": True} for one in spelled]),
        )
    )
    assert [result["changed"] for result in again] == [False] * 2
    assert writes.seen() == []
    gone = [{"name": one["name"], "state": "absent"} for one in everything]
    removed, twice = fine(swarm.run(network("m2", networks=gone), network(networks=gone)))
    assert removed["actions"] == [f"{one['name']}: removed" for one in everything]
    assert (removed["changed"], twice["changed"]) == (True, False)


def test_what_others_made_is_taken_as_it_is(swarm: Stage) -> None:
    """W1: no difference where there is none, jobs and containers of others are not moved, and their labels are kept."""
    swarm.sh(
        "m1",
        "docker network create -d overlay --label theirs=1 --subnet 10.73.0.5/24 odd; "
        "docker network create -d overlay --attachable hand; docker network create -d overlay plain; "
        "docker network create -d overlay --subnet 10.80.0.0/29 narrow; "
        f"docker service create -d --name many --replicas 6 --network narrow {swarm.lab.registry}/tiny:1; "
        f"docker run -d --name byhand --network hand {swarm.lab.registry}/tiny:1; "
        f"docker service create -d --name job --mode replicated-job --network plain {swarm.lab.registry}/tiny:1 true",
    )
    writes = swarm.writes()
    kept, job, hand = swarm.run(
        network(name="odd", ipam_config=[{"subnet": "10.73.0.0/24"}], labels={}, encrypted=False, mtu=None),
        network(name="plain", encrypted=True, recreate=True),
        network(name="hand", mtu=1300, recreate=True),
    )
    assert fine([kept])[0]["changed"] is False
    assert job["msg"] == (
        "plain cannot be recreated under job: a job that is moved runs again, so remove it first. Nothing was sent."
    )
    assert hand["msg"].startswith("hand cannot be recreated while container ")
    assert " on m1, which no service runs, is attached: end that first. Nothing was sent." in hand["msg"]
    assert writes.seen() == []
    taken, full = fine(
        swarm.run(
            network("m2", name="odd", labels={"ours": "1"}, recreate=True),
            call("m2", "swarm_network_info", name=["narrow"]),
        )
    )
    # Tasks that get no address wait without an error.
    assert " New " in swarm.sh(
        "m1", "docker service ps many --format '{{.Name}} {{.CurrentState}} {{.Error}}.'"
    )
    [narrow] = full["networks"]
    assert narrow["addresses"][0]["total"] == 6
    assert narrow["addresses"][0]["taken"] >= 5
    assert (
        "of the 6 addresses of 10.80.0.0/29 are taken; tasks that get none stay in the state new"
        in full["summary"][-1]
    )
    assert taken["changed"] is True
    assert taken["network"]["Labels"]["theirs"] == "1"
    assert taken["network"]["IPAM"]["Config"][0]["Subnet"] == "10.73.0.0/24"


def test_recreated_under_its_services(swarm: Stage) -> None:
    """W1: a changed subnet moves the services and gives each back what it had; others keep their tasks."""
    fine(
        swarm.run(
            network(networks=[FRONT, {"name": "side"}]),
            call(
                "m2",
                "swarm_service",
                services=[
                    service(
                        swarm,
                        "web",
                        replicas=3,
                        networks=[
                            {"name": "front", "aliases": ["www", "site"], "options": {"a.b": "c"}},
                            "side",
                        ],
                        publish=[{"target_port": 80, "published_port": 8071}],
                        update_config={"parallelism": 2, "order": "start-first", "monitor": "500ms"},
                    ),
                    service(
                        swarm,
                        "each",
                        mode="global",
                        networks=["side", "front"],
                        update_config={"parallelism": 0, "monitor": "500ms"},
                    ),
                    service(swarm, "other", networks=["side"]),
                ],
            ),
        )
    )
    before = {name: spec(swarm, name) for name in ("web", "each", "other")}
    kept, moved, first = tasks(swarm, "other"), tasks(swarm, "each"), inspect(swarm, "front")
    changed = {**FRONT, "ipam_config": [{"subnet": "10.74.0.0/20"}], "recreate": True}
    refused, used, *rest = swarm.run(
        network(**{**changed, "recreate": False}),
        network("m2", name="front", state="absent"),
        network(check=True, **changed),
        network(**changed),
        network("m2", **changed),
        call("m2", "swarm_network_info", name=["front"]),
        call("w1", "swarm_network_info"),
    )
    assert refused["msg"] == (
        "front differs, and no network can be changed in place: ipam_config is 10.71.0.0/24 with gateway 10.71.0.1 on the "
        "swarm and 10.74.0.0/20 declared. Set recreate to true to have it removed and created again. Meanwhile each and web "
        "would be without it. Nothing was sent."
    )
    assert used["msg"] == (
        "front cannot be removed: each and web use it. Remove these services, or detach them from the "
        "network, first; nothing was sent."
    )
    said, done, again, info, worker = fine(rest)
    [told] = info["networks"]
    assert (told["services"], told["problems"]) == (["each", "web"], [])
    # Seven tasks, two virtual IPs, a balancer on each of four nodes, and the gateway.
    assert told["addresses"] == [{"subnet": "10.74.0.0/20", "total": 4094, "taken": 14}]
    assert (info["exists"], info["network"]["Id"]) == (True, told["id"])
    assert (worker["state"], worker["networks"]) == ("worker", [])
    assert said["actions"] == done["actions"] == ["front: recreated (ipam_config); each, web reattached"]
    assert done["networks"][0]["services"] == ["each", "web"]
    assert done["diff"] == said["diff"]
    assert {one["name"]: one["state"] for one in done["rollouts"]} == {
        "web": "converged",
        "each": "converged",
    }
    assert again["changed"] is False
    now = inspect(swarm, "front")
    assert now["Id"] != first["Id"] == said["network"]["Id"]
    assert now["Id"] == done["network"]["Id"]
    assert now["Labels"]["team"] == "a"
    for name, old in before.items():
        text = json.dumps(old, sort_keys=True).replace(first["Id"], now["Id"])
        assert json.dumps(spec(swarm, name), sort_keys=True) == text
    assert tasks(swarm, "other") == kept
    assert not set(tasks(swarm, "each")) & set(moved)
    addresses = swarm.sh(
        "m2",
        "docker ps -q -f label=com.docker.swarm.service.name=each | xargs docker inspect --format "
        "'{{.NetworkSettings.Networks.front.IPAddress}}'",
    )
    assert addresses.startswith("10.74."), addresses


def test_a_paused_reattachment_goes_on_once_its_cause_is_gone(swarm: Stage) -> None:
    """R4: the same task again goes on where the host was the cause, and fails for the same reason where the process was."""
    common = {
        "networks": ["front"],
        "mounts": [{"type": "bind", "source": "/run/moved", "target": "/data"}],
        "placement": {"constraints": ["node.hostname == w1"]},
        "update_config": {"monitor": "1s"},
    }
    web = service(swarm, "web", **common)
    crash = service(swarm, "crash", **common, command=["sh", "-c", "[ -e /data/ok ] || exit 3; exec serve"])
    moves = [
        network(**{**FRONT, "ipam_config": [{"subnet": f"10.7{at}.0.0/24"}], "recreate": True})
        for at in (5, 6)
    ]
    swarm.sh("w1", "mkdir -p /run/moved; touch /run/moved/ok")
    fine(swarm.run(network(**FRONT), call("m1", "swarm_service", services=[web])))
    swarm.sh("w1", "rm -r /run/moved")
    [first] = swarm.run(moves[0])
    assert first["failed"], first
    assert "bind source path does not exist: /run/moved" in first["msg"]
    swarm.sh("w1", "mkdir /run/moved; touch /run/moved/ok")
    second, third = fine(swarm.run(moves[0], moves[0]))
    assert second["actions"] == ["front: already recreated; paused reattachment of web sent again"]
    assert [one["state"] for one in second["rollouts"]] == ["converged"]
    assert third["changed"] is False

    fine(swarm.run(call("m1", "swarm_service", services=[crash])))
    swarm.sh("w1", "rm /run/moved/ok")
    failed, again = swarm.run(moves[1], moves[1])
    # The swarm has just written the node for its new network, so the host may be the cause, and one more attempt is made.
    assert again["actions"] == ["front: already recreated; paused reattachment of crash sent again"]
    for result in (failed, again):
        assert result["failed"], result
        assert "crash: " in result["msg"]
        assert "non-zero exit (3)" in result["msg"]


def test_a_killed_run_is_finished_by_the_next(swarm: Stage, engine: Client) -> None:
    """W1: killed after detaching services, after removing the network, after creating it: nothing is forgotten."""
    declared = [
        {**FRONT, "name": f"n{at}", "ipam_config": [{"subnet": f"10.7{at}.0.0/24"}]} for at in (1, 2, 3)
    ]
    services = [
        service(
            swarm,
            f"s{at}",
            replicas=2,
            networks=[{"name": f"n{at}", "aliases": ["www"]}],
            # It does not live without its network, and one failure would pause an update of its own.
            command=["sh", "-c", "ip addr | grep -q 'inet 10[.]' || exit 7; exec serve"],
            update_config={"parallelism": 1, "monitor": "500ms", "failure_action": "pause"},
        )
        for at in (1, 2, 3)
    ]
    fine(swarm.run(network(networks=declared), call("m1", "swarm_service", services=services)))

    def words(at: int) -> str:
        return json.dumps(spec(swarm, f"s{at}")).replace(inspect(swarm, f"n{at}")["Id"], "ID")

    before = [words(at) for at in (1, 2, 3)]
    for one, steps in zip(declared, ("", "removed", "removed, created"), strict=True):
        one["ipam_config"] = [{"subnet": one["ipam_config"][0]["subnet"].replace("10.", "10.1")}]
        networks = Networks(engine, [declared_network({**one, "recreate": True})])
        [plan] = networks.plan()
        [used_by] = engine.get("/services", filters={"name": [one["name"].replace("n", "s")]})
        detach_service(engine, used_by, plan)
        wait_until_released(engine, plan.id, Deadline(60), "removing")
        if "removed" in steps:
            remove_network(engine, plan.id, plan.name, Deadline(60))
        if "created" in steps:
            create_network(engine, create_request(plan.spec), Deadline(60), predecessor=plan.id)
        there = spec(swarm, one["name"].replace("n", "s"))
        assert MOVING_LABEL in there["Labels"]
        assert "Networks" not in there["TaskTemplate"]
    declared[0]["recreate"] = True
    gone, finished, again = swarm.run(
        network("m2", name="n3", state="absent"),
        network("m2", networks=declared),
        network("m1", networks=declared),
    )
    assert "n3 cannot be removed: s3 uses it" in gone["msg"]
    fine([finished, again])
    assert [one["action"] for one in finished["networks"]] == ["recreate", "create", "reattach"]
    assert sorted(one["name"] for one in finished["rollouts"]) == ["s1", "s2", "s3"]
    assert again["changed"] is False
    assert [words(at) for at in (1, 2, 3)] == before


def test_removed_once_ending_tasks_have_left(swarm: Stage) -> None:
    """W1: a service that takes its time to end is waited for; one that takes too long is named."""
    slow = "trap '' TERM; while :; do sleep 1; done"
    fine(
        swarm.run(
            network(networks=[{"name": "front"}, {"name": "side"}]),
            call(
                "m1",
                "swarm_service",
                name="slow",
                image=f"{swarm.lab.registry}/tiny:1",
                networks=["front"],
                command=["sh", "-c", slow],
                stop_grace_period="5s",
            ),
        )
    )
    removed, late, done = swarm.run(
        call("m1", "swarm_service", name="slow", state="absent", wait=False),
        network("m2", name="front", state="absent", wait_timeout=1),
        network("m2", networks=[{"name": "front", "state": "absent"}, {"name": "side", "state": "absent"}]),
    )
    fine([removed, done])
    assert late["msg"].startswith("front: after 1 s it is still held by task ")
    assert late["changed"] is False
    assert done["actions"] == ["front: removed", "side: removed"]
    assert "front" not in swarm.sh("m2", "docker network ls --format '{{.Name}}'").splitlines()
