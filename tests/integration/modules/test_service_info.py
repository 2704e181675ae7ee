# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The modules that see services, tasks and logs, on services that Docker's own command line made.

Hosts of their own, in the order of the tests: m1 (Engine 20.10) and m2 (26.1) are managers, w1 is a worker that dies at the
end, and then the quorum is lost.
"""

from __future__ import annotations

import json
import re
import time
import typing as t

import pytest
from ansible_collections.flotilla.swarm.tests.integration.ansible_run import ansible_playbook, own_lab
from ansible_collections.flotilla.swarm.tests.integration.modules.play import Result, Stage, call

_SERVICES = """
create="docker service create -d -q"
$create --name web --replicas 3 -e PASSWORD=hunter2 -e BARE -l team=a -l 'flotilla.declared=["image","replicas"]' \
    -p 8080:80 -p published=9000,target=90,mode=host,protocol=udp --log-driver json-file --log-opt max-size=1m {image} \
    sh -c 'echo hello from $HOSTNAME; echo oops >&2; exec sleep 100000'
$create --name website --replicas 1 --log-driver none {image}
$create --name everywhere --mode global {image}
$create --name badimage --replicas 2 {image}-that-is-not-there
$create --name nowhere --replicas 2 --constraint node.labels.disk==ssd {image}
$create --name nobody --mode global --constraint node.labels.disk==ssd {image}
$create --name jobdone --mode replicated-job --replicas 3 --max-concurrent 2 {image} true
$create --name jobfail --mode replicated-job --replicas 1 --restart-delay 3s {image} sh -c 'exit 3'
$create --name jobeach --mode global-job {image} true
$create --name crash --replicas 2 --restart-delay 1s {image} sh -c 'echo boom; exit 7'
$create --name flap --replicas 1 --restart-delay 1s {image} sh -c 'sleep 4; exit 8'
$create --name enough --replicas 1 --restart-max-attempts 1 --restart-delay 1s {image} sh -c 'exit 9'
$create --name paused --replicas 3 --update-failure-action pause --update-monitor 1s {image}
$create --name rolled --replicas 2 --update-failure-action rollback --update-monitor 1s {image}
$create --name byhand --replicas 1 --update-monitor 1s -e OLD=hunter2 {image}
$create --name zero --replicas 0 {image}
$create --name pinned --replicas 2 --constraint node.hostname==w1 {image}
"""
_UPDATES = """
update="docker service update -d -q"
$update --image {image}-that-is-not-there paused
$update --image {image}-that-is-not-there rolled
$update --env-rm OLD --image {other} byhand
"""


@pytest.fixture(scope="module")
def swarm(tmp_path_factory: pytest.TempPathFactory) -> t.Iterator[Stage]:
    """Two managers, a worker and services in every state."""
    with own_lab("info", managers=2, workers=1, engine="mixed") as lab:
        stage = Stage(lab, tmp_path_factory.mktemp("info"))
        stage.reset()
        stage.form(["m1", "m2"], ["w1"])
        tiny = f"{lab.registry}/tiny"
        stage.sh("m1", _SERVICES.replace("{image}", f"{tiny}:1"))
        settled = ("paused", "rolled", "byhand")
        stage.until(lambda: all(running(stage, name) == wanted(stage, name) for name in settled))
        stage.sh("m1", _UPDATES.replace("{image}", f"{tiny}:1").replace("{other}", f"{tiny}:2"))
        stage.until(
            lambda: [update(stage, name) for name in settled] == ["paused", "rollback_completed", "completed"]
        )
        stage.sh("m1", "docker service update -d -q --rollback byhand")
        stage.until(lambda: update(stage, "byhand") == "rollback_completed")
        yield stage


def inspect(stage: Stage, name: str) -> dict[str, t.Any]:
    [found] = json.loads(stage.sh("m1", f"docker service inspect {name}"))
    return t.cast("dict[str, t.Any]", found)


def update(stage: Stage, name: str) -> str:
    return str((inspect(stage, name).get("UpdateStatus") or {}).get("State"))


def running(stage: Stage, name: str) -> int:
    shown = stage.sh(
        "m1", f"docker service ls --filter name={name} --format '{{{{.Name}}}} {{{{.Replicas}}}}'"
    )
    [replicas] = [line.split()[1] for line in shown.splitlines() if line.split()[0] == name]
    return int(replicas.split("/")[0])


def wanted(stage: Stage, name: str) -> int:
    return int(inspect(stage, name)["Spec"]["Mode"]["Replicated"]["Replicas"])


def by_name(result: Result) -> dict[str, t.Any]:
    assert not result["failed"], result
    return {service["name"]: service for service in result["services"]}


def test_what_is_wanted_what_runs_and_why_not(swarm: Stage) -> None:
    """V1: every mode and every trouble, seen by both Engines alike; a worker says that it cannot see."""
    old, new, worker = swarm.run(
        call("m1", "swarm_service_info"), call("m2", "swarm_service_info"), call("w1", "swarm_service_info")
    )
    assert (worker["state"], worker["services"]) == ("worker", [])
    assert worker["summary"] == ["w1 is a worker; ask a manager about the swarm."]
    assert old["why"].startswith("Quorum holds, but no manager may fail: 2 of 2")
    for result in (old, new):
        found = by_name(result)
        assert list(found) == sorted(found)
        counts = {
            name: (service["mode"], service["running"], service["wanted"], service["completed"])
            for name, service in found.items()
            if name != "flap"
        }
        assert counts == {
            "badimage": ("replicated", 0, 2, None),
            "byhand": ("replicated", 1, 1, None),
            "crash": ("replicated", counts["crash"][1], 2, None),
            "enough": ("replicated", 0, 1, None),
            "everywhere": ("global", 3, 3, None),
            "jobdone": ("replicated-job", 0, 3, 3),
            "jobeach": ("global-job", 0, 3, 3),
            "jobfail": ("replicated-job", counts["jobfail"][1], 1, 0),
            "nobody": ("global", 0, 0, None),
            "nowhere": ("replicated", 0, 2, None),
            "paused": ("replicated", 2, 3, None),
            "pinned": ("replicated", 2, 2, None),
            "rolled": ("replicated", 2, 2, None),
            "web": ("replicated", 3, 3, None),
            "website": ("replicated", 1, 1, None),
            "zero": ("replicated", 0, 0, None),
        }
        problems = {name: " | ".join(service["problems"]) for name, service in found.items()}
        fine = {"byhand", "everywhere", "jobdone", "jobeach", "pinned", "web", "website", "zero"}
        assert {name for name, told in problems.items() if not told} == fine
        image = f"{swarm.lab.registry}/tiny:1-that-is-not-there"
        assert problems["badimage"].endswith(f"the last time: No such image: {image}")
        assert "rejected at least " in problems["badimage"]
        assert problems["nowhere"] == (
            "slots 1, 2 are pending: no suitable node (scheduling constraints not satisfied on 3 nodes)"
        )
        assert problems["nobody"] == "no node fits it (constraints: node.labels.disk==ssd)"
        assert problems["jobfail"].startswith("slot 0 ")
        assert problems["jobfail"].endswith(": non-zero exit (3)")
        # Its slots may be caught in different moments.
        for told in found["crash"]["problems"]:
            assert told.startswith("slot")
            assert ": non-zero exit (7)" in told
        # Caught while it is up or while it is down: either way it is told.
        assert problems["flap"].startswith("slot 1 ")
        assert "failed" in problems["flap"] or "was restarted just now after " in problems["flap"]
        assert problems["flap"].endswith(": non-zero exit (8)")
        assert problems["enough"].endswith(": non-zero exit (9); not restarted")
        assert problems["paused"].startswith(
            "its update is paused due to failure or early termination of task "
        )
        assert " | slot " in problems["paused"]
        assert problems["rolled"] == "its last update failed and the swarm rolled it back"
        assert f"nowhere: {problems['nowhere']}." in result["summary"]


def test_a_service_in_full(swarm: Stage) -> None:
    """V1: ports, update, declared, options and what a rollback would bring back; values only when asked for."""
    names = ["web", "byhand", "rolled", "we", inspect(swarm, "zero")["ID"][:12]]
    hidden, shown = swarm.run(
        call("m2", "swarm_service_info", name=names, raw=True),
        call("m2", "swarm_service_info", name=names, show_values=True),
    )
    assert [service["name"] for service in hidden["services"]] == ["web", "byhand", "rolled", "zero"]
    assert hidden["missing"] == ["we"]
    assert not {"exists", "service"} & set(hidden)
    web = by_name(hidden)["web"]
    live = inspect(swarm, "web")
    assert (web["id"], web["image"]) == (live["ID"], live["Spec"]["TaskTemplate"]["ContainerSpec"]["Image"])
    assert web["ports"] == [
        {"published_port": 8080, "target_port": 80, "protocol": "tcp", "mode": "ingress"},
        {"published_port": 9000, "target_port": 90, "protocol": "udp", "mode": "host"},
    ]
    assert (web["labels"], web["declared"]) == ({"team": "a"}, ["image", "replicas"])
    assert (web["update"], web["previous"]) == (None, None)
    assert web["options"]["env"] == ["PASSWORD=(hidden)", "BARE"]
    byhand = by_name(hidden)["byhand"]
    assert byhand["update"]["state"] == "rollback_completed"
    assert byhand["update"]["started"] < byhand["update"]["completed"]
    assert byhand["previous"]["image"].startswith(f"{swarm.lab.registry}/tiny:2@sha256:")
    assert byhand["options"]["env"] == ["OLD=(hidden)"]
    assert "hunter2" not in json.dumps(hidden)
    assert by_name(shown)["byhand"]["options"]["env"] == ["OLD=hunter2"]
    assert by_name(shown)["web"]["options"]["logging"]["options"] == {"max-size": "1m"}
    assert "raw" not in by_name(shown)["web"]
    assert web["raw"]["Spec"]["TaskTemplate"]["ContainerSpec"]["Env"] == ["PASSWORD=(hidden)", "BARE"]


def test_what_a_playbook_for_community_docker_finds(swarm: Stage) -> None:
    """V1: one name, exists, and what the Engine's API says."""
    masked, shown, beginning, missing = swarm.run(
        call("m1", "swarm_service_info", name="web"),
        call("m1", "swarm_service_info", name="web", show_values=True),
        call("m1", "swarm_service_info", name="rol"),
        call("m1", "swarm_service_info", name="nix"),
    )
    socket = "curl -s --unix-socket /var/run/docker.sock"
    live = json.loads(swarm.sh("m1", f"{socket} http://engine/v1.41/services/web"))
    assert (shown["exists"], shown["service"]) == (True, live)
    assert "raw" not in shown["services"][0]
    live["Spec"]["TaskTemplate"]["ContainerSpec"]["Env"] = ["PASSWORD=(hidden)", "BARE"]
    assert masked["service"] == live
    for result, name in ((beginning, "rol"), (missing, "nix")):
        assert (result["exists"], result["service"], result["missing"]) == (False, None, [name])
        assert not result["failed"]


def test_the_status_playbook_shows_the_services(swarm: Stage) -> None:
    """V1: below the nodes, with what is wrong."""
    done = ansible_playbook(swarm.inventory, "flotilla.swarm.status", report=False)
    assert done.status == 0, done.text
    nodes, services = done.text.split("\nSERVICE ")
    assert "\nNODE  ROLE " in nodes
    assert "The swarm has 2 managers" in nodes
    web = r"^web +replicated +3/3 +\S+/tiny:1 +8080->80/tcp, 9000->90/udp \(host\)$"
    assert re.search(web, services, re.MULTILINE)
    assert re.search(r"^jobdone +replicated-job +3/3 completed ", services, re.MULTILINE)
    assert "\nnowhere: slots 1, 2 are pending: no suitable node (scheduling constraints not" in services


def test_a_handful_of_requests(swarm: Stage) -> None:
    """V1: as many for all services as for a few."""
    for args in ({}, {"name": ["web", "crash", "nowhere"]}):
        requests = swarm.writes()
        assert not swarm.one("m1", "swarm_service_info", **args)["failed"]
        asked = [line for line in requests.journal("m1").splitlines() if "Calling GET" in line]
        paths = [line.split("Calling GET ")[1].split("?")[0].strip('"').split("/")[-1] for line in asked]
        assert sorted(paths) == ["info", "nodes", "services", "tasks", "tasks", "version"]
        assert requests.seen() == []


def test_tasks_by_service_node_state_id_and_label(swarm: Stage) -> None:
    """V1: what is current, in order, one line each."""
    current, here, failed, labelled, none = swarm.run(
        call("m2", "swarm_task_info", service=["web", "everywhere", "we"]),
        call("m1", "swarm_task_info", node="self", state="running", service=["everywhere"]),
        call("m1", "swarm_task_info", state=["failed"], service=["crash"], history=True),
        call("m1", "swarm_task_info", label=["team=a"], desired_state="running"),
        call("w1", "swarm_task_info"),
    )
    assert current["missing"] == ["we"]
    assert [(task["service"], task["slot"], task["state"]) for task in current["tasks"]] == [
        *[("everywhere", 0, "running")] * 3,
        *[("web", slot, "running") for slot in (1, 2, 3)],
    ]
    assert [task["node"] for task in current["tasks"][:3]] == ["m1", "m2", "w1"]
    assert len(current["summary"]) == 7
    assert current["summary"][4].split()[:4] == ["web.1", current["tasks"][3]["node"], "running", "running"]
    [task] = here["tasks"]
    assert (task["node"], task["node_id"]) == ("m1", swarm.local("m1")["NodeID"])
    assert (
        swarm.sh("m1", f"docker inspect {task['container_id']} --format '{{{{.State.Running}}}}'") == "true"
    )
    assert {(task["error"], task["exit_code"]) for task in failed["tasks"]} == {
        ("task: non-zero exit (7)", 7)
    }
    assert [task["service"] for task in labelled["tasks"]] == ["web"] * 3
    assert (none["state"], none["tasks"]) == ("worker", [])
    [by_id] = swarm.run(
        call("m1", "swarm_task_info", id=[failed["tasks"][-1]["id"], task["id"][:12], "0nix"])
    )
    assert by_id["missing"][-1] == "0nix"
    assert task["id"] in {one["id"] for one in by_id["tasks"]}


def test_the_history_of_a_slot(swarm: Stage) -> None:
    """V2: what a rollback leaves, the newest first."""
    history, current = swarm.run(
        call("m1", "swarm_task_info", service="rolled", history=True),
        call("m2", "swarm_task_info", service="rolled"),
    )
    slots = {task["slot"] for task in history["tasks"]}
    assert slots == {1, 2}
    [changed] = [slot for slot in slots if sum(task["slot"] == slot for task in history["tasks"]) > 1]
    states = [task["state"] for task in history["tasks"] if task["slot"] == changed]
    assert (states[0], states[-1]) == ("running", "shutdown")
    assert set(states[1:-1]) == {"rejected"}
    assert [task["state"] for task in current["tasks"]] == ["running", "running"]
    assert [task["created"] for task in history["tasks"] if task["slot"] == changed] == sorted(
        (task["created"] for task in history["tasks"] if task["slot"] == changed), reverse=True
    )


def test_logs_of_several_services(swarm: Stage) -> None:
    """V2: with service, slot, node and stream, in the order of time; the same by both Engines."""
    old, new, tail, since, worker, wrong = swarm.run(
        call("m1", "swarm_service_log_info", name=["web", "crash", "website", "nix"], timestamps=True),
        call("m2", "swarm_service_log_info", name=["web"], tail="all"),
        call("m1", "swarm_service_log_info", name="web", tail="1"),
        call("m2", "swarm_service_log_info", name=["web", "crash"], since="3s"),
        call("w1", "swarm_service_log_info", name="web"),
        call("m1", "swarm_service_log_info", name="web", since="yesterday"),
    )
    assert old["missing"] == ["nix"]
    assert old["problems"] == ["website: its log cannot be read, since its log driver is none"]
    assert {line["service"] for line in old["lines"]} == {"web", "crash"}
    times = [line["timestamp"].rstrip("Z") for line in old["lines"]]
    assert times == sorted(times)
    tasks = {task["slot"]: task for task in swarm.one("m1", "swarm_task_info", service="web")["tasks"]}
    for result in (old, new):
        lines = [line for line in result["lines"] if line["service"] == "web"]
        assert sorted((line["slot"], line["stream"]) for line in lines) == [
            (slot, stream) for slot in (1, 2, 3) for stream in ("stderr", "stdout")
        ]
        for line in lines:
            task = tasks[line["slot"]]
            assert (line["task_id"], line["node"]) == (task["id"], task["node"])
            said = "oops" if line["stream"] == "stderr" else f"hello from {task['container_id'][:12]}"
            assert line["text"] == said
    assert "timestamp" not in new["lines"][0]
    assert f"web.1 on {tasks[1]['node']} | oops" in new["summary"]
    assert sorted(line["slot"] for line in tail["lines"]) == [1, 2, 3]
    assert {line["service"] for line in since["lines"]} <= {"crash"}
    assert (worker["state"], worker["lines"]) == ("worker", [])
    assert wrong["failed"]
    assert wrong["msg"].startswith("since: 'yesterday' is not a duration like 10m")


def test_a_node_that_dies(swarm: Stage) -> None:
    """V1, V2: its tasks do not run, whatever the Engine says; what can move has moved, what cannot says why."""
    swarm.lab.host("w1").kill()
    swarm.until(lambda: swarm.node("w1")["Status"]["State"] == "down", 90)

    def moved() -> bool:
        found = by_name(swarm.one("m1", "swarm_service_info", name=["website", "everywhere", "rolled"]))
        return all(service["running"] == service["wanted"] for service in found.values())

    swarm.until(moved)
    start = time.monotonic()
    [seen, tasks, logs] = swarm.run(
        call("m2", "swarm_service_info", name=["web", "everywhere", "pinned"]),
        call("m2", "swarm_task_info", service="pinned"),
        call("m2", "swarm_service_log_info", name=["pinned", "web"]),
    )
    assert time.monotonic() - start < 60
    found = by_name(seen)
    assert {name: (service["running"], service["wanted"]) for name, service in found.items()} == {
        "web": (2, 3),
        "everywhere": (2, 2),
        "pinned": (0, 2),
    }
    # The Engine's own count takes the dead for alive.
    assert running(swarm, "pinned") == 2
    [told] = found["pinned"]["problems"]
    assert told.startswith("slots 1, 2 are pending: no suitable node (")
    [told] = found["web"]["problems"]
    assert "is pending: no suitable node (host-mode port already in use on 2 nodes" in told
    assert [(task["state"], task["node"]) for task in tasks["tasks"]] == [("pending", "")] * 2
    assert {line["service"] for line in logs["lines"]} == {"web"}
    assert not logs["failed"]


def test_without_a_quorum(swarm: Stage) -> None:
    """V1, V2: told in seconds, and no module crashes."""
    swarm.lab.host("m2").stop_engine()
    # A leader answers for some seconds before it notices that nobody follows.
    swarm.until(lambda: not swarm.sh("m1", "timeout 30 docker node ls -q", check=False))
    start = time.monotonic()
    *lost, absent = swarm.run(
        call("m1", "swarm_service_info"),
        call("m1", "swarm_task_info"),
        call("m1", "swarm_service_log_info", name="web"),
        call("m2", "swarm_service_info", name="web"),
    )
    assert time.monotonic() - start < 60
    for result in lost:
        assert not result["failed"], result
        assert result["state"] == "no_quorum"
        assert result["why"].startswith("m1 is a manager of a swarm that has lost its quorum")
    assert (absent["state"], absent["services"]) == ("no_engine", [])
    assert not {"exists", "service"} & set(absent)
