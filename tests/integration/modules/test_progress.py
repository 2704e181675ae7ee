# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is shown while a module waits for something else than a rollout, on real Engines."""

from __future__ import annotations

import re
import threading
import time
import typing as t
from contextlib import contextmanager

import pytest
from ansible_collections.flotilla.swarm.tests.integration.ansible_run import Done
from ansible_collections.flotilla.swarm.tests.integration.modules.play import Stage

# Ignores the request to stop, so that it is killed after its grace period.
_STUBBORN = "--stop-grace-period {grace}s {image} sh -c 'trap \"\" TERM; while :; do sleep 1; done'"
_JOBS = "pgrep -x flotilla-job"


def task(
    stage: Stage,
    host: str,
    module: str,
    args: dict[str, t.Any],
    variables: dict[str, t.Any] | None = None,
    **environment: str,
) -> tuple[Done, list[str]]:
    """Run one task as a user does, and return the lines about its waiting."""
    told = {"ansible.builtin.debug": {"msg": "{{ found.changed }} {{ found.actions | default([]) }}"}}
    keys = {"ansible.builtin.debug": {"msg": "{{ found.keys() | sort | join(' ') }}"}}
    one = {f"flotilla.swarm.{module}": args, "register": "found"}
    book = [{"hosts": host, "gather_facts": False, "vars": variables or {}, "tasks": [one, told, keys]}]
    done = stage.play("progress.yml", book, **environment)
    assert "_waiting" not in done.text
    assert " left " not in done.text, "it stays between the action and its module"
    assert "Traceback" not in done.text
    return done, [line for line in done.text.splitlines() if re.match(r"\[\w+( -> \w+)?\] ", line)]


def stubborn(stage: Stage, replicas: int, grace: int, options: str = "") -> None:
    """Have tasks on w1 that take so many seconds to end."""
    image = f"{stage.lab.registry}/tiny:1"
    stage.sh(
        "m1",
        f"docker service create -d -q --name stubborn --replicas {replicas} --constraint node.hostname==w1 {options} "
        + _STUBBORN.format(grace=grace, image=image),
    )
    running = "docker ps -q --filter label=com.docker.swarm.service.name=stubborn | wc -l"
    stage.until(lambda: stage.sh("w1", running) == str(replicas))


@contextmanager
def after(seconds: float, work: t.Callable[[], t.Any]) -> t.Iterator[None]:
    """Do something a while after what is done meanwhile has begun."""

    def run() -> None:
        time.sleep(seconds)
        work()

    thread = threading.Thread(target=run)
    thread.start()
    yield
    thread.join()


@pytest.mark.long
def test_a_drain_says_how_many_tasks_are_left(cluster: Stage) -> None:
    """R8: a line after five seconds, further ones until it is done; the result is that of one call."""
    stubborn(cluster, 3, 12)
    try:
        args = {"hostname": "w1", "availability": "drain", "wait_timeout": 60}
        done, lines = task(cluster, "m2", "swarm_node", args)
        assert done.status == 0, done.text
        assert "True ['w1: availability: active → drain']" in done.text
        assert re.fullmatch(
            r"\[m2\] draining w1: 3 of 3 tasks are still running, [456] s of at most 60 s", lines[0]
        ), lines
        assert len(lines) == 1, "the next one would come after fifteen seconds"
        cluster.until(lambda: not cluster.sh("m2", _JOBS, check=False), 150)
    finally:
        cluster.sh("m1", "docker service rm stubborn; docker node update --availability active w1")


def test_nothing_is_shown_where_nobody_wants_it(cluster: Stage) -> None:
    """R8."""
    stubborn(cluster, 1, 8)
    try:
        args = {"hostname": "w1", "availability": "drain", "progress": False}
        done, lines = task(cluster, "m2", "swarm_node", args)
        assert (done.status, lines) == (0, []), done.text
        assert cluster.sh("m2", _JOBS, check=False) == ""
    finally:
        cluster.sh("m1", "docker service rm stubborn; docker node update --availability active w1")


def test_a_wait_goes_on_for_a_user_with_sudo(cluster: Stage) -> None:
    """R8: by the program, and by the module in a terminal, which ends with the connection; sudo may use one of its own."""
    cluster.sh(
        "m2",
        "id ops >/dev/null 2>&1 || useradd -m -s /bin/bash ops; cp -r /root/.ssh /home/ops/; chown -R ops: /home/ops/.ssh; "
        "printf 'Defaults use_pty\\nops ALL=(ALL) NOPASSWD: ALL\\n' >/etc/sudoers.d/ops",
    )
    user = {"ansible_user": "ops", "ansible_become": True}
    try:
        for pipelining in (True, False):
            stubborn(cluster, 1, 12)
            args = {"hostname": "w1", "availability": "drain", "wait_timeout": 60}
            done, lines = task(cluster, "m2", "swarm_node", args, {**user, "ansible_pipelining": pipelining})
            assert done.status == 0, done.text
            assert "True ['w1: availability: active → drain']" in done.text
            assert "another one went on" not in done.text
            assert len(lines) == 1, lines
            assert "draining w1: 1 of 1 tasks is still running" in lines[0]
            cluster.sh("m1", "docker service rm stubborn; docker node update --availability active w1")
    finally:
        cluster.sh("m2", "rm -f /etc/sudoers.d/ops")
        cluster.sh("m1", "docker service rm stubborn; docker node update --availability active w1")


@pytest.mark.long
def test_a_wait_whose_process_is_killed_begins_anew(cluster: Stage) -> None:
    """R8, by the module too: the second process finds the drain sent, and waits for the rest of it."""
    for way in ({}, {"ANSIBLE_KEEP_REMOTE_FILES": "1"}):
        # One that has ended keeps its result for a minute.
        cluster.sh("m2", "pkill -KILL -x flotilla-job", check=False)
        stubborn(cluster, 1, 20)
        try:
            args = {"hostname": "w1", "availability": "drain", "wait_timeout": 60}
            killed: list[str] = []

            def kill() -> None:
                cluster.until(lambda: cluster.sh("m2", _JOBS, check=False))
                killed.append(cluster.sh("m2", "pkill -KILL -x flotilla-job; echo done"))  # noqa: B023

            with after(3, kill):
                done, lines = task(cluster, "m2", "swarm_node", args, **way)
            assert (done.status, killed) == (0, ["done"]), done.text
            # What was done is not known to the process that went on: that something was done is.
            assert "another one went on from what it had done" in done.text
            assert "True []" in done.text
            told = [line for line in lines if "draining w1: 1 of 1 tasks is still running" in line]
            # Whether the second process says it too depends on how long the drain takes after the kill.
            assert told, lines
        finally:
            cluster.sh("m1", "docker service rm stubborn; docker node update --availability active w1")


def test_a_join_says_through_whom_it_gets_no_answer(single: Stage) -> None:
    """R8: the Engine itself answers only after twenty seconds; the reason is the one that it gives then."""
    drop = "INPUT -p tcp --dport 2377 -j DROP"
    address, token = single.address("m1"), single.token("worker")
    args = {"remote_addrs": [address], "join_token": token, "wait_timeout": 30}
    single.sh("m1", f"iptables -I {drop}")
    try:
        done, lines = task(single, "w1", "swarm_join", args)
        assert done.status != 0, done.text
        assert f"Joining failed: {address}:2377: " in done.text
        assert re.fullmatch(
            rf"\[w1\] joining through {address}:2377: no answer yet, [456] s of at most 20 s", lines[0]
        ), lines
        assert 1 <= len(lines) <= 3, lines
        assert token not in done.text
        assert single.local("w1")["LocalNodeState"] == "inactive"
    finally:
        single.sh("m1", f"iptables -D {drop}")
    done, lines = task(single, "w1", "swarm_join", args)
    assert (done.status, lines) == (0, []), done.text
    assert f"True ['joined as worker through {address}:2377']" in done.text


@pytest.mark.long
def test_a_removal_says_what_is_still_there(cluster: Stage) -> None:
    """R8: of a service, of a network, and of a stack with both."""
    cluster.sh("m1", "docker network create -d overlay back")
    stubborn(cluster, 1, 12, "--network back")
    cluster.sh("m1", "docker service rm stubborn")
    done, lines = task(cluster, "m1", "swarm_network", {"name": "back", "state": "absent"})
    assert done.status == 0, done.text
    assert re.fullmatch(
        r"\[m1\] removing network back: it is still held by task \w+ on w1 \(running\), [456] s of at most 300 s",
        lines[0],
    ), lines

    cluster.sh("m1", "docker network create -d overlay --label com.docker.stack.namespace=shop shop_back")
    labels = "--label com.docker.stack.namespace=shop --network shop_back"
    stubborn(cluster, 1, 12, labels)
    done, lines = task(cluster, "m1", "swarm_stack", {"name": "shop", "state": "absent"})
    assert done.status == 0, done.text
    assert lines, done.text
    assert all(re.match(r"\[m1\] (stubborn: |removing network shop_back: )", line) for line in lines), lines
    assert cluster.sh("m1", "docker network ls -q --filter name=back") == ""


def test_a_removal_of_a_node_says_that_it_is_not_down(cluster: Stage) -> None:
    """R8: the managers miss its heartbeats only after some seconds."""
    try:
        cluster.sh("w1", "docker swarm leave")
        args = {"hostname": "w1", "state": "absent"}
        done, lines = task(cluster, "m1", "swarm_node", args)
        assert done.status == 0, done.text
        assert "True ['w1: removed']" in done.text
        assert re.fullmatch(r"\[m1\] removing w1: it is not down yet, [456] s of at most 20 s", lines[0]), (
            lines
        )
    finally:
        cluster.reset()


def test_a_ca_rotation_names_the_nodes_that_have_the_old_certificate(cluster: Stage) -> None:
    """R8: w1 is off, so that the rotation waits for it."""
    counter = cluster.cluster()["Spec"]["CAConfig"].get("ForceRotate", 0) + 1
    cluster.sh("w1", "systemctl stop docker.socket docker.service")
    start = "systemctl start docker.socket docker.service"
    try:
        with after(9, lambda: cluster.sh("w1", start)):
            done, lines = task(cluster, "m1", "swarm_init", {"ca_force_rotate": counter})
        assert done.status == 0, done.text
        assert "True ['set ca_force_rotate']" in done.text
        told = r"\[m1\] rotating the CA: 1 of 4 nodes still has the old certificate \(w1\), [456] s of at most 300 s"
        assert re.fullmatch(told, lines[0]), lines
        assert not cluster.cluster().get("RootRotationInProgress")
    finally:
        cluster.sh("w1", start)
