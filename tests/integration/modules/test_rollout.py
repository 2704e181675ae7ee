# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Rollouts begun by Docker's own command line, and the collection's verdict on them."""

from __future__ import annotations

import json
import subprocess
import tempfile
import threading
import time
import typing as t
from pathlib import Path

import pytest
from ansible_collections.flotilla.swarm.plugins.module_utils._engine.client import Client
from ansible_collections.flotilla.swarm.plugins.module_utils._engine.transport_socket import SocketTransport
from ansible_collections.flotilla.swarm.plugins.module_utils._rollout.wait import (
    Outcome,
    Rollout,
    RolloutFailed,
    wait_for_rollouts,
)
from ansible_collections.flotilla.swarm.tests.integration.modules.play import Stage, call

Raw = dict[str, t.Any]
# Each node asks the registry itself, so that the verdict has the node's reason.
QUIET = "-d -q --no-resolve-image"


class Swarm:
    """A swarm whose manager's Engine is reached from here."""

    def __init__(self, stage: Stage, client: Client) -> None:
        self.stage, self.client = stage, client
        registry = stage.lab.registry
        self.good, self.better, self.bad = (f"{registry}/{name}" for name in ("tiny:1", "tiny:2", "none:1"))

    def docker(self, command: str) -> str:
        """Docker's own command line on m1."""
        return self.stage.sh("m1", f"docker {command}")

    def create(self, name: str, options: str = "", command: str = "", image: str = "") -> Rollout:
        """Make a service."""
        self.docker(f"service create {QUIET} --name {name} {options} {image or self.good} {command}")
        return self.rollout(name)

    def update(self, name: str, options: str) -> Rollout:
        """Change a service."""
        update = f"docker service update {QUIET} {options} {name}"
        # The Engine writes a service too while it rolls out, and its command line does not try again.
        self.stage.sh("m1", f"for attempt in 1 2 3 4; do {update} && exit 0; sleep 0.5; done; {update}")
        return self.rollout(name)

    def remove(self, name: str) -> Rollout:
        """Remove a service."""
        found = self.rollout(name, goal="gone")
        self.docker(f"service rm {name}")
        return found

    def rollout(self, name: str, **more: t.Any) -> Rollout:
        """What there is to wait for."""
        return Rollout(self.client.get(f"/services/{name}")["ID"], name, **more)

    def wait(self, *rollouts: Rollout, seconds: float = 90) -> list[Outcome]:
        """Wait until they have converged."""
        return wait_for_rollouts(self.client, list(rollouts), seconds).outcomes

    def fail(self, *rollouts: Rollout, seconds: float = 90) -> tuple[str, list[Raw]]:
        """Wait until they have failed: the sentence, and the outcome of each."""
        with pytest.raises(RolloutFailed) as failed:
            wait_for_rollouts(self.client, list(rollouts), seconds)
        json.dumps(failed.value.facts)
        return str(failed.value), failed.value.facts["rollouts"]

    def containers(self, service: str) -> dict[str, list[str]]:
        """The running containers of a service, by host."""
        command = f"docker ps -q --filter label=com.docker.swarm.service.name={service}"
        found = self.stage.each(lambda host: host.run(command, over="exec").stdout.split())
        return {host: ids for host, ids in found.items() if ids}


@pytest.fixture
def swarm(cluster: Stage) -> t.Iterator[Swarm]:
    """Three managers and a worker, asked through m1's own socket."""
    with tempfile.TemporaryDirectory() as folder:
        socket = Path(folder) / "m1.sock"
        ssh, *options = cluster.lab.host("m1").ssh_command()
        forward = ["-o", "ControlMaster=no", "-o", "ControlPath=none", "-N"]
        forward += ["-L", f"{socket}:/var/run/docker.sock"]
        with subprocess.Popen([ssh, *forward, *options]) as tunnel:
            try:
                cluster.until(socket.exists, 20)
                yield Swarm(cluster, Client(SocketTransport(f"unix://{socket}")))
            finally:
                tunnel.terminate()
                cluster.sh("m1", "docker service ls -q | xargs -r docker service rm", check=False)


@pytest.fixture
def later() -> t.Iterator[t.Callable[[float, t.Callable[[], t.Any]], None]]:
    """Does something a while after the waiting began."""
    threads: list[threading.Thread] = []

    def begin(seconds: float, work: t.Callable[[], t.Any]) -> None:
        def run() -> None:
            time.sleep(seconds)
            work()

        threads.append(threading.Thread(target=run))
        threads[-1].start()

    yield begin
    for thread in threads:
        thread.join()


def test_a_bad_image_under_each_failure_action_and_the_good_one_heals(swarm: Swarm) -> None:
    """R1, R2, R5: three verdicts, each right and within seconds."""
    settings = "--replicas 3 --update-monitor 2s --rollback-monitor 2s --update-failure-action"
    names = {"pause": "paused", "continue": "image", "rollback": "rolled_back"}
    swarm.wait(*(swarm.create(name, f"{settings} {name}") for name in names))
    for name, reason in names.items():
        rollout, begun = swarm.update(name, f"--image {swarm.bad}"), time.monotonic()
        sentence, [outcome] = swarm.fail(rollout)
        assert (outcome["reason"], outcome["state"]) == (reason, "failed"), sentence
        assert f"No such image: {swarm.bad}" in sentence
        assert sentence.startswith(f"{name}: ")
        assert " slot " in sentence
        assert time.monotonic() - begun < 15
        assert "rejected" in {task["state"] for task in outcome["tasks"]}
        found = swarm.client.get(f"/services/{name}")["Spec"]["TaskTemplate"]["ContainerSpec"]["Image"]
        assert found == (swarm.good if name == "rollback" else swarm.bad)
    healed = swarm.wait(*(swarm.update(name, f"--image {swarm.better}") for name in names))
    assert [(one.state, one.sentence) for one in healed] == [("converged", "3/3 running")] * 3
    asked = swarm.update("pause", f"--image {swarm.good}")
    swarm.wait(asked)
    swarm.docker("service rollback -d -q pause")
    [undone] = swarm.wait(swarm.rollout("pause", goal="rolled_back"))
    assert (undone.state, undone.sentence) == ("converged", "3/3 running")


def test_what_replaces_no_task_is_not_watched(swarm: Swarm) -> None:
    """R3: a label and fewer replicas are done at once, and tasks are the same as before."""
    [made] = swarm.wait(swarm.create("web", "--replicas 3"))
    begun = time.monotonic()
    labelled = swarm.wait(swarm.update("web", "--label-add a=b"))
    [scaled] = swarm.wait(swarm.update("web", "--replicas 2"))
    assert time.monotonic() - begun < 4
    assert [task["id"] for task in labelled[0].tasks] == [task["id"] for task in made.tasks]
    assert {task["id"] for task in scaled.tasks} < {task["id"] for task in made.tasks}


def test_a_rollout_survives_a_killed_container(
    swarm: Swarm, later: t.Callable[[float, t.Callable[[], t.Any]], None]
) -> None:
    """S6: it comes back in its slot."""
    swarm.wait(swarm.create("web", "--replicas 2 --restart-delay 1s"))

    def kill() -> None:
        host, [container, *_others] = next(iter(swarm.containers("web").items()))
        swarm.stage.lab.host(host).run(f"docker kill {container}", over="exec")

    later(2, kill)
    [outcome] = swarm.wait(swarm.update("web", "--replicas 4"))
    assert (outcome.state, outcome.sentence) == ("converged", "4/4 running")
    assert [task["state"] for task in outcome.tasks].count("failed") == 1
    assert sum(len(ids) for ids in swarm.containers("web").values()) == 4


def test_a_rollout_survives_a_killed_node(swarm: Swarm) -> None:
    """S6: the swarm gives it tasks until it notices, while they are waited for; then they move."""
    w1 = swarm.stage.lab.host("w1")
    swarm.wait(swarm.create("web", "--replicas 4 --restart-delay 1s"))
    try:
        w1.kill()
        begun = time.monotonic()
        [outcome] = swarm.wait(swarm.update("web", "--replicas 8"))
        assert time.monotonic() - begun > 5
        assert (outcome.state, outcome.sentence) == ("converged", "8/8 running")
        assert {task["node"] for task in outcome.tasks} == {"m1", "m2", "m3"}
        # A removed service's tasks on it cannot end, and are not waited for.
        [gone] = swarm.wait(swarm.remove("web"))
        assert gone.state == "converged"
    finally:
        w1.start()


def test_a_crash_loop_is_reported_with_the_end_of_its_log(swarm: Swarm) -> None:
    """R5."""
    rollout = swarm.create("crash", command="sh -c 'echo starting; echo no database >&2; exit 3'")
    sentence, [outcome] = swarm.fail(rollout)
    assert outcome["reason"] == "crash_looping"
    node = outcome["tasks"][-1]["node"]
    assert node in ("m1", "m2", "m3", "w1")
    # The Engine keeps no order between what a process writes to its two streams.
    lines = " | ".join(outcome["logs"])
    assert f"failed 3 times: non-zero exit (3); its log ends: {lines}." in sentence
    assert sentence.startswith("crash: slot 1 on ")
    assert sorted(outcome["logs"]) == ["no database", "starting"]
    assert [task["exit_code"] for task in outcome["tasks"] if task["state"] == "failed"] == [3, 3, 3]


def test_what_cannot_run_is_reported_by_its_kind_all_at_once(swarm: Swarm) -> None:
    """S4, S5, R5: four services that cannot run and one that can, awaited together."""
    begun = time.monotonic()
    sentence, outcomes = swarm.fail(
        swarm.create("unsat", "--constraint node.labels.disk==ssd"),
        swarm.create("bind", "--mount type=bind,source=/no/such,target=/x"),
        swarm.create("nobody", "--mode global --constraint node.labels.disk==ssd"),
        swarm.create("sick", "--health-cmd false --health-interval 1s --health-retries 1"),
        swarm.create("fine", "--mode global"),
    )
    assert time.monotonic() - begun < 45
    assert {one["name"]: one["reason"] for one in outcomes} == {
        "unsat": "pending",
        "bind": "mount",
        "nobody": "no_nodes",
        "sick": "unhealthy",
        "fine": "",
    }
    assert sentence.startswith("4 of 5 services failed: unsat: slot 1 cannot be placed: no suitable node")
    assert "bind source path does not exist: /no/such" in sentence
    assert "no node fits it: 4 of 4 nodes take tasks, constraints: node.labels.disk==ssd" in sentence
    assert outcomes[4]["sentence"] == "4/4 running"


def test_jobs_are_seen_to_their_end(swarm: Swarm) -> None:
    """S2: complete, failed for good, and run once more."""
    job = "--mode replicated-job --replicas 3 --max-concurrent 2"
    [done, everywhere] = swarm.wait(
        swarm.create("job", job, "sh -c 'sleep 1; echo done'"),
        swarm.create("every", "--mode global-job", "true"),
    )
    assert (done.sentence, everywhere.sentence) == ("3/3 complete", "4/4 complete")
    first = {task["id"] for task in done.tasks}
    [again] = swarm.wait(swarm.update("job", "--force"))
    assert again.sentence == "3/3 complete"
    assert not first.intersection(task["id"] for task in again.tasks)
    sentence, [outcome] = swarm.fail(
        swarm.create(
            "broken", "--mode replicated-job --restart-condition none", "sh -c 'echo no disk; exit 4'"
        )
    )
    assert outcome["reason"] == "job_failed"
    assert sentence.startswith("broken: slot 0 on ")
    assert sentence.endswith(" failed: non-zero exit (4); its log ends: no disk.")


def test_a_removed_service_is_gone_when_its_containers_are(swarm: Swarm) -> None:
    """S1: they are given their time to stop."""
    slow = 'sh -c "trap : TERM; while :; do sleep 1; done"'
    swarm.wait(swarm.create("slow", "--replicas 2 --stop-grace-period 4s", slow))
    begun = time.monotonic()
    [outcome] = swarm.wait(swarm.remove("slow"))
    assert (outcome.state, outcome.sentence) == ("converged", "removed")
    assert time.monotonic() - begun > 3
    assert swarm.containers("slow") == {}


def test_a_rollout_waits_for_an_engine_that_restarts(
    swarm: Swarm, later: t.Callable[[float, t.Callable[[], t.Any]], None]
) -> None:
    """S6: m1 leads the swarm, is the one that is asked, and is gone for some seconds."""
    m1 = swarm.stage.lab.host("m1")
    rollout = swarm.create("web", "--replicas 4 --mode replicated")
    later(0.5, lambda: m1.run("systemctl restart docker", over="exec"))
    [outcome] = swarm.wait(rollout)
    assert (outcome.state, outcome.sentence) == ("converged", "4/4 running")


def test_a_long_wait_is_shown_in_the_plays_output(swarm: Swarm) -> None:
    """R5: a line where something moved, none where it is not wanted; the result is that of one call."""
    stage = swarm.stage

    def run(**options: t.Any) -> str:
        update = {"delay": "4s", "monitor": "1s"}
        declared = {
            "name": "web",
            "replicas": 3,
            "resolve_image": "never",
            "update_config": update,
            **options,
        }
        task = {"flotilla.swarm.swarm_service": declared, "register": "found"}
        shown = {"ansible.builtin.debug": {"msg": "{{ found.changed }} {{ found.rollouts[0].sentence }}"}}
        keys = {"ansible.builtin.debug": {"msg": "{{ found.keys() | sort | join(' ') }}"}}
        book = [{"hosts": "m1", "gather_facts": False, "tasks": [task, shown, keys]}]
        done = stage.play("progress.yml", book)
        assert done.status == 0, done.text
        assert "True 3/3 running" in done.text
        assert "_waiting" not in done.text
        assert " left " not in done.text, "it stays between the action and its module"
        return done.text

    run(image=swarm.good)
    text = run(image=swarm.better)
    lines = [line for line in text.splitlines() if line.startswith("[m1] web: ")]
    assert 1 <= len(lines) <= 4, text
    assert all("/3 running (updating)" in line for line in lines), text
    assert "[m1] web: " not in run(image=swarm.good, progress=False)


def test_a_connection_that_is_lost_while_waiting_is_made_again(
    swarm: Swarm, later: t.Callable[[float, t.Callable[[], t.Any]], None]
) -> None:
    """R5: Ansible's connection to m1 ends in the middle of the wait, and m1 takes no other one for some seconds."""
    m1 = swarm.stage.lab.host("m1")
    ssh, *options = m1.ssh_command()

    def cut() -> None:
        # The first part of the wait ends five seconds after the service was sent.
        swarm.stage.until(lambda: "web" in m1.run("docker service ls", over="exec").stdout)
        time.sleep(7)
        m1.run("systemctl stop ssh.socket ssh.service", over="exec")
        subprocess.run([ssh, "-O", "exit", *options], check=False, capture_output=True)
        time.sleep(4)
        m1.run("systemctl start ssh.service", over="exec")

    web = {"name": "web", "image": swarm.good, "resolve_image": "never", "update_config": {"monitor": "16s"}}
    task = {"flotilla.swarm.swarm_service": web, "register": "found"}
    shown = {
        "ansible.builtin.debug": {
            "msg": "{{ found.changed }} {{ found.actions }} {{ found.rollouts[0].state }}"
        }
    }
    later(0, cut)
    done = swarm.stage.play("cut.yml", [{"hosts": "m1", "gather_facts": False, "tasks": [task, shown]}])
    assert done.status == 0, done.text
    assert "[m1] the connection is lost, connecting again" in done.text
    assert "True ['web: created'] converged" in done.text


def test_the_module_fails_with_all_there_is_to_know(swarm: Swarm) -> None:
    """R1, R5, S1: changed, the sentence, the tasks and the log; what was removed is gone."""
    stage = swarm.stage
    crash = {"name": "crash", "image": swarm.good, "command": ["sh", "-c", "echo no database; exit 3"]}
    failed, gone, again = stage.run(
        call("m1", "swarm_service", **crash, resolve_image="never"),
        call("m1", "swarm_service", name="crash", state="absent"),
        call("m1", "swarm_service", name="crash", state="absent"),
    )
    assert (failed["failed"], failed["changed"]) == (True, True)
    assert failed["msg"].startswith("crash: slot 1 on ")
    assert failed["msg"].endswith("failed 3 times: non-zero exit (3); its log ends: no database.")
    assert failed["rollouts"][0]["logs"] == ["no database"]
    assert len([one for one in failed["rollouts"][0]["tasks"] if one["state"] == "failed"]) == 3
    assert (gone["failed"], gone["changed"], again["changed"]) == (False, True, False)
    assert swarm.containers("crash") == {}
