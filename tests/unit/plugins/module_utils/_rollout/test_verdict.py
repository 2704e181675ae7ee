# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The verdict where no recording shows what a test is about."""

from __future__ import annotations

import json
import typing as t
from dataclasses import asdict

import pytest
from ansible_collections.flotilla.swarm.plugins.module_utils._rollout import verdict as verdicts
from ansible_collections.flotilla.swarm.plugins.module_utils._rollout.history import History, record
from ansible_collections.flotilla.swarm.plugins.module_utils._rollout.snapshot import (
    Snapshot,
    seconds,
    snapshot_of,
)
from ansible_collections.flotilla.swarm.plugins.module_utils._swarm import nodes
from ansible_collections.flotilla.swarm.tests.unit.support.nodes import raw_node

Raw = dict[str, t.Any]
UNPLACED = "no suitable node (insufficient resources on 2 nodes)"


def service(update: Raw | None = None, template: Raw | None = None, mode: Raw | None = None) -> Raw:
    spec = {"Name": "web", "Mode": mode or {"Replicated": {"Replicas": 2}}, "TaskTemplate": template or {}}
    status = {"UpdateStatus": update} if update else {}
    return {"ID": "s1", "CreatedAt": at(0), "UpdatedAt": at(100), "Spec": spec, **status}


def at(second: float) -> str:
    return f"2026-11-21T00:{int(second) // 60:02d}:{second % 60:06.3f}Z"


def task(task_id: str, slot: int = 1, state: str = "running", created: float = 100.1, **more: t.Any) -> Raw:
    node = more.pop("node", "n1")
    status = {"State": state, "Err": more.pop("error", ""), **more.pop("status", {})}
    ended = state not in ("running", "pending", "preparing", "starting", "new", "ready")
    wanted = more.pop("wanted", "shutdown" if ended else "running")
    return {
        "ID": task_id,
        "ServiceID": "s1",
        "Slot": slot,
        "NodeID": node,
        "CreatedAt": at(created),
        "Status": status,
        "DesiredState": wanted,
        **more,
    }


class Wait:
    """One rollout, snapshot after snapshot."""

    def __init__(self, goal: str = "converged", written: bool = True) -> None:
        self.goal, self.written, self.history = goal, written, History()
        self.states = {"n1": "ready", "n2": "ready"}

    def snapshot(self, found: Raw | None, *raws: Raw, old: t.Container[str] = ()) -> Snapshot:
        up_to_date = {raw["ID"] for raw in raws if raw["ID"] not in old}
        all_nodes = [
            raw_node(node_id, f"w{node_id[1:]}", state=state) for node_id, state in self.states.items()
        ]
        return snapshot_of("web", found, raws, up_to_date, nodes.views(all_nodes))

    def judge(
        self, elapsed: float, found: Raw | None, *raws: Raw, old: t.Container[str] = ()
    ) -> verdicts.Verdict:
        snapshot = self.snapshot(found, *raws, old=old)
        self.history = record(self.history, snapshot, self.written, elapsed)
        self.history = History.from_dict(json.loads(json.dumps(asdict(self.history))))
        return verdicts.judge(snapshot, self.goal, self.written, self.history, elapsed)

    def late(self, given: float, found: Raw, *raws: Raw) -> verdicts.Verdict:
        verdict = self.judge(given, found, *raws)
        assert verdict.state == "converging"
        return verdicts.late(verdict, self.snapshot(found, *raws), self.history, given)


def test_timestamps_of_the_engine() -> None:
    assert seconds("1970-01-01T00:01:00Z") == 60
    assert seconds("1970-01-01T00:01:00.25Z") == 60.25
    assert seconds("2026-11-21T00:07:40.530008222Z") == pytest.approx(1795219660.530008)


@pytest.mark.parametrize("state", ["down", "disconnected"])
def test_a_task_on_a_node_that_is_gone_does_not_count(state: str) -> None:
    wait = Wait()
    wait.states["n2"] = state
    verdict = wait.judge(9, service(), task("a", 1), task("b", 2, node="n2"))
    assert (verdict.state, verdict.running) == ("converging", 1)
    assert verdict.sentence == "1/2 running, w2: its node is gone"
    wait.states["n2"] = "unknown"  # as after a change of the leader
    assert wait.judge(10, service(), task("a", 1), task("b", 2, node="n2")).running == 2
    del wait.states["n2"]  # removed from the swarm
    assert wait.judge(11, service(), task("a", 1), task("b", 2, node="n2")).running == 1


def test_old_tasks_do_not_count_and_neither_does_a_slots_second_one() -> None:
    wait = Wait()
    both = (task("a", 1), task("b", 1, wanted="running"))
    assert wait.judge(0, service(), *both).running == 1
    assert wait.judge(0, service(), task("a", 1), task("b", 2), old={"b"}).running == 1


def test_too_many_is_not_converged_either() -> None:
    verdict = Wait().judge(9, service(), *(task(str(slot), slot, created=1) for slot in (1, 2, 3)))
    assert (verdict.state, verdict.running, verdict.wanted) == ("converging", 3, 2)


def test_a_slot_that_is_removed_is_not_in_the_table() -> None:
    verdict = Wait().judge(
        0, service(), *(task(str(n), n, created=1) for n in (1, 2)), task("3", 3, wanted="remove")
    )
    assert (verdict.state, [one["id"] for one in verdict.tasks]) == ("converged", ["1", "2"])


def test_new_tasks_are_watched_and_old_ones_are_not() -> None:
    old, new = task("a", 1, created=1), task("b", 2, created=100.5)
    assert Wait().judge(0, service(), old, task("b", 2, created=50)).state == "converged"
    wait = Wait()
    assert wait.judge(0, service(), old, new).state == "converging"
    assert wait.judge(4.9, service(), old, new).state == "converging"
    assert wait.judge(5, service(), old, new).state == "converged"
    assert Wait(written=False).judge(0, service(), old, new).state == "converged"


def test_how_long_they_are_watched_is_the_services_own_choice() -> None:
    found = service()
    found["Spec"]["UpdateConfig"] = {"Monitor": 1_000_000_000}
    wait, tasks = Wait(), (task("a", 1), task("b", 2))
    assert wait.judge(0, found, *tasks).state == "converging"
    assert wait.judge(1, found, *tasks).state == "converged"


def test_a_task_replaced_between_two_snapshots_is_watched_from_the_beginning() -> None:
    wait = Wait()
    wait.judge(0, service(), task("a", 1), task("b", 2))
    assert wait.judge(4, service(), task("a", 1), task("c", 2)).state == "converging"
    assert wait.judge(6, service(), task("a", 1), task("c", 2)).state == "converging"
    assert wait.judge(9, service(), task("a", 1), task("c", 2)).state == "converged"


def test_what_the_engine_watched_itself_is_not_watched_again() -> None:
    done = service({"State": "completed", "StartedAt": at(100)})
    assert Wait().judge(0, done, task("a", 1), task("b", 2)).state == "converged"
    going = service({"State": "updating", "StartedAt": at(100)})
    verdict = Wait().judge(60, going, task("a", 1), task("b", 2))
    assert (verdict.state, verdict.sentence) == (
        "converging",
        "2/2 running (updating), checking that they keep running",
    )


def test_an_update_that_completed_over_failing_tasks_is_watched() -> None:
    """As it does with failure_action continue."""
    wait, done = Wait(), service({"State": "completed", "StartedAt": at(100)})
    failed = task("x", 2, "failed", error="task: non-zero exit (1)")
    assert wait.judge(0, done, task("a", 1), failed, task("b", 2)).state == "converging"
    assert wait.judge(5, done, task("a", 1), failed, task("b", 2)).state == "converged"


def test_no_replicas_are_wanted_and_none_run() -> None:
    found = service(mode={"Replicated": {"Replicas": 0}})
    assert Wait().judge(0, found).state == "converged"


def crash(task_id: str, created: float = 101, code: int = 1) -> Raw:
    return task(task_id, 2, "failed", created=created, error=f"task: non-zero exit ({code})")


def test_a_crash_long_ago_is_not_this_rollouts() -> None:
    wait, running, waiting = Wait(), task("a", 1, created=1), task("z", 2, "ready", created=150)
    old = [crash(f"x{n}", 50 + n) for n in range(4)]
    assert wait.judge(0, service(), running, *old, waiting).state == "converging"
    new = [crash(f"y{n}", 101 + n) for n in range(3)]
    assert wait.judge(9, service(), running, *old, *new[:2], waiting).state == "converging"
    verdict = wait.judge(14, service(), running, *old, *new, waiting)
    assert (verdict.state, verdict.sentence) == ("failed", "slot 2 on w1 failed 3 times: non-zero exit (1)")
    # Neither the old ones are shown nor what runs.
    assert [one["id"] for one in verdict.tasks] == ["z", "y2", "y1", "y0"]


def test_crashes_that_the_engine_forgot_still_count() -> None:
    """A swarm may keep no history of a slot's tasks at all."""
    wait = Wait()
    for n in range(3):
        verdict = wait.judge(n, service(), crash(f"x{n}"), task("z", 2, "ready", created=150))
    assert verdict.sentence == "slot 2 on w1 failed 3 times: non-zero exit (1)"


def test_what_died_with_its_node_is_no_crash() -> None:
    wait = Wait()
    wait.judge(0, service(), task("a", 1, created=1), task("b", 2, node="n2"))
    wait.states["n2"] = "down"
    wait.judge(
        15, service(), task("a", 1, created=1), task("b", 2, node="n2", wanted="shutdown"), task("c", 2)
    )
    wait.states["n2"] = "ready"
    dead = [task(f"x{n}", 2, "failed", node="n2", error="task: non-zero exit (255)") for n in range(5)]
    wait.judge(20, service(), task("a", 1, created=1), task("c", 2), *dead)
    assert wait.history.failed == {}
    assert wait.judge(26, service(), task("a", 1, created=1), task("c", 2), *dead).state == "converged"


def pending(error: str = UNPLACED) -> Raw:
    return task("p", 2, "pending", node="", error=error)


def test_a_task_without_a_node_is_given_some_seconds() -> None:
    wait, running = Wait(), task("a", 1, created=1)
    assert wait.judge(0, service(), running, pending()).state == "converging"
    assert wait.judge(4, service(), running, pending()).state == "converging"
    verdict = wait.judge(5, service(), running, pending())
    assert (verdict.state, verdict.reason) == ("failed", "pending")
    assert verdict.sentence == f"slot 2 cannot be placed: {UNPLACED}"


def test_while_the_schedulers_reason_changes_there_is_hope() -> None:
    wait, running = Wait(), task("a", 1, created=1)
    wait.judge(0, service(), running, pending())
    assert wait.judge(5, service(), running, pending("no suitable node (1 node)")).state == "converging"
    assert wait.judge(9, service(), running, pending("no suitable node (1 node)")).state == "converging"
    assert wait.judge(10, service(), running, pending("no suitable node (1 node)")).state == "failed"


def test_a_task_waits_for_one_that_is_being_stopped() -> None:
    wait, running = Wait(), task("a", 1, created=1)
    stopping = task("old", 2, created=1, wanted="shutdown")
    for elapsed in (0, 20):
        assert wait.judge(elapsed, service(), running, pending(), stopping, old={"old"}).state == "converging"
    stopped = task("old", 2, "shutdown", created=1)
    assert wait.judge(21, service(), running, pending(), stopped, old={"old"}).state == "failed"


def test_a_node_that_was_lost_meanwhile_may_return() -> None:
    wait, running = Wait(), task("a", 1, created=1)
    wait.judge(0, service(), running)
    wait.states["n2"] = "down"
    wait.judge(1, service(), running, pending())
    assert wait.judge(60, service(), running, pending()).state == "converging"
    verdict = wait.late(300, service(), running, pending())
    assert verdict.reason == "deadline"
    assert verdict.sentence == f"not converged within 300 s: 1/2 running; slot 2: {UNPLACED}"


def test_a_node_that_was_gone_all_the_time_is_not_waited_for() -> None:
    wait, running = Wait(), task("a", 1, created=1)
    wait.states["n2"] = "down"
    wait.judge(0, service(), running, pending())
    assert wait.judge(6, service(), running, pending()).state == "failed"


def test_a_slot_that_waits_for_its_next_attempt_is_not_given_up() -> None:
    """The Engine goes on wanting a rejected task until it makes the next one, after the policy's delay."""
    wait, running = Wait(), task("a", 1, created=1)
    waiting = task("x", 2, "rejected", wanted="ready", error="No such image: tiny:9")
    for elapsed in (0, 2, 4):
        assert wait.judge(elapsed, service(), running, waiting).state == "converging"
    given_up = task("x", 2, "rejected", error="No such image: tiny:9")
    assert wait.judge(5, service(), running, given_up).state == "converging"
    assert wait.judge(6, service(), running, given_up).reason == "exhausted"


def test_a_policy_that_allows_more_attempts_is_waited_for() -> None:
    policy = {"RestartPolicy": {"Condition": "on-failure", "MaxAttempts": 4}}
    wait, running, waiting = Wait(), task("a", 1, created=1), task("z", 2, "ready", created=150)
    for n in range(4):
        verdict = wait.judge(n, service(template=policy), running, crash(f"x{n}"), waiting)
        assert verdict.state == "converging"
    assert wait.judge(4, service(template=policy), running, crash("x4")).state == "failed"


def test_a_service_that_another_client_removed() -> None:
    wait = Wait()
    wait.judge(0, service(), task("a", 1))
    verdict = wait.judge(1, None)
    assert (verdict.state, verdict.reason, verdict.sentence) == (
        "failed",
        "removed",
        "another client removed it meanwhile",
    )


def test_a_rollback_names_the_task_it_was_about() -> None:
    """Even when it is so fast that only its end is seen."""
    wait = Wait()
    rolled = service({"State": "rollback_completed", "Message": "rollback completed", "StartedAt": at(100)})
    bad = task("x", 2, "rejected", error="No such image: tiny:9")
    verdict = wait.judge(0, rolled, task("a", 1, created=1), task("b", 2), bad, old={"x"})
    assert (verdict.state, verdict.reason) == ("failed", "rolled_back")
    assert verdict.sentence == "the Engine rolled it back: slot 2 on w1: No such image: tiny:9"
    assert verdict.task is not None
    assert verdict.task["id"] == "x"


def test_a_rollback_by_another_client_is_reported_as_such() -> None:
    rolled = service({"State": "rollback_completed", "Message": "rollback completed", "StartedAt": at(100)})
    verdict = Wait().judge(0, rolled, task("a", 1, created=1), task("b", 2))
    assert (verdict.reason, verdict.sentence) == ("rolled_back", "another client rolled it back meanwhile")


def test_a_rollback_that_is_still_going_on_at_the_deadline() -> None:
    found = service({"State": "rollback_started", "StartedAt": at(100)})
    verdict = Wait().late(30, found, task("a", 1), task("b", 2, "preparing"))
    assert verdict.sentence == (
        "not converged within 30 s: 1/2 running (rolling back); slot 2 on w1: pulling the image"
    )


def test_a_rollback_that_pauses() -> None:
    found = service(
        {
            "State": "rollback_paused",
            "Message": "rollback paused due to failure or early termination of task x",
            "StartedAt": at(100),
        }
    )
    bad = task("x", 2, "failed", error="task: non-zero exit (2)")
    for goal in ("converged", "rolled_back"):
        verdict = Wait(goal).judge(3, found, task("a", 1), bad)
        assert (verdict.reason, verdict.sentence) == (
            "rollback_paused",
            "its rollback paused with 1 of 2 tasks rolled back: slot 2 on w1: non-zero exit (2)",
        )


def test_a_pause_without_a_failed_task_is_reported_in_the_engines_words() -> None:
    found = service({"State": "paused", "Message": "update paused", "StartedAt": at(100)})
    assert Wait().judge(3, found).sentence == "its update paused with 0 of 2 tasks updated: update paused"


def test_the_deadline_names_what_is_missing() -> None:
    wait = Wait()
    found = service(mode={"Replicated": {"Replicas": 6}})
    raws = [task(str(slot), slot, "preparing") for slot in (1, 2, 3, 4, 5)]
    verdict = wait.late(30, found, *raws)
    assert verdict.sentence == (
        "not converged within 30 s: 0/6 running; slot 1 on w1: pulling the image; slot 2 on w1: pulling the image; "
        "slot 3 on w1: pulling the image; and 2 more"
    )
    assert (verdict.state, verdict.reason, verdict.wanted) == ("failed", "deadline", 6)


@pytest.mark.parametrize(
    ("error", "state", "reason"),
    [
        ("No such image: x", "rejected", "image"),
        ('invalid mount config for type "bind": bind source path does not exist: /x', "rejected", "mount"),
        ("starting container failed: listen tcp4 0.0.0.0:80: bind: address already in use", "failed", "port"),
        ("starting container failed: OCI runtime create failed", "failed", "rejected"),
        ("network x not found", "rejected", "rejected"),
    ],
)
def test_what_never_ran_may_be_refused_for_some_seconds(error: str, state: str, reason: str) -> None:
    """A registry or a node has a hiccup; the swarm goes on trying, and so does the waiting."""
    wait = Wait()
    first, second = (task(name, 2, state, error=error) for name in "xy")
    others = (task("a", 1, created=1), task("z", 2, "preparing", created=101))
    for elapsed, seen in ((0, [first]), (1, [first, second]), (4.9, [first, second])):
        assert wait.judge(elapsed, service(), *others, *seen).state == "converging"
    verdict = wait.judge(5, service(), *others, first, second)
    assert (verdict.state, verdict.reason) == ("failed", reason)
    assert verdict.sentence.startswith("slot 2 on w1 ")


@pytest.mark.parametrize(
    ("error", "state", "reason"),
    [
        ("manifest unknown: manifest unknown", "rejected", "image"),
        ('starting container failed: exec: "no": executable file not found in $PATH', "failed", "rejected"),
        ("task: non-zero exit (137): dockerexec: unhealthy container", "failed", "unhealthy"),
    ],
)
def test_what_no_time_mends_is_given_one_more_chance_only(error: str, state: str, reason: str) -> None:
    wait = Wait()
    first, second = (task(name, 2, state, error=error) for name in "xy")
    assert wait.judge(0, service(), task("a", 1, created=1), first).state == "converging"
    verdict = wait.judge(1, service(), task("a", 1, created=1), first, second)
    assert (verdict.state, verdict.reason) == ("failed", reason)
    assert verdict.sentence.startswith("slot 2 on w1 ")


def test_a_global_service_wants_no_task_on_a_node_that_is_gone() -> None:
    wait, found = Wait(), service(mode={"Global": {}})
    wait.states["n2"] = "down"
    both = (task("a", 0, created=1), task("b", 0, node="n2", created=1))
    verdict = wait.judge(0, found, *both)
    assert (verdict.state, verdict.running, verdict.wanted) == ("converged", 1, 1)


def test_a_global_service_wants_a_task_on_a_node_where_it_gave_up() -> None:
    wait = Wait()
    found = service(mode={"Global": {}}, template={"RestartPolicy": {"Condition": "none"}})
    both = (task("a", 0, created=1), task("b", 0, "failed", node="n2", error="task: non-zero exit (9)"))
    verdict = wait.judge(0, found, *both)
    assert (verdict.state, verdict.running, verdict.wanted) == ("converging", 1, 2)
    verdict = wait.judge(1, found, *both)
    assert (verdict.reason, verdict.sentence) == (
        "exhausted",
        "the task on w2 is not restarted by its restart policy: non-zero exit (9)",
    )


def test_a_job_counts_its_own_run_only() -> None:
    found = service(mode={"ReplicatedJob": {"MaxConcurrent": 1, "TotalCompletions": 2}})
    found["JobStatus"] = {"JobIteration": {"Index": 7}}
    old = [task(f"o{n}", n, "complete", wanted="complete", JobIteration={}) for n in (0, 1)]
    new = task("n", 0, "complete", wanted="complete", JobIteration={"Index": 7})
    verdict = Wait().judge(0, found, *old, new)
    assert (verdict.state, verdict.sentence) == ("converging", "1/2 complete")


START_FIRST = {"Order": "start-first"}
NO_PORT = "no suitable node (host-mode port already in use on 1 node)"


def rolling(state: str = "updating", update: Raw | None = None, rollback: Raw | None = None) -> Raw:
    """A service in the middle of an update, or of a rollback."""
    found = service({"State": state, "StartedAt": at(100)}, mode={"Replicated": {"Replicas": 1}})
    found["Spec"].update(UpdateConfig=update or {}, RollbackConfig=rollback or {})
    return found


def waiting(error: str = NO_PORT) -> Raw:
    """A new task that no node has room for."""
    return task("new", state="pending", error=error, node="")


@pytest.mark.parametrize(
    ("found", "option", "way_out"),
    [
        (rolling(update=START_FIRST), "update_config", "update_config: {order: stop-first}"),
        (
            rolling("rollback_started", rollback=START_FIRST),
            "rollback_config",
            "update_config: {order: stop-first} and rollback_config: {order: stop-first}",
        ),
    ],
)
def test_what_the_old_task_keeps_from_the_new_one_is_told_with_the_way_out(
    found: Raw, option: str, way_out: str
) -> None:
    old = task("old", created=50)
    for error in (NO_PORT, UNPLACED, "no suitable node (max replicas per node limit exceed)"):
        wait = Wait("rolled_back" if option == "rollback_config" else "converged")
        wait.judge(0, found, old, waiting(error), old=("old",))
        verdict = wait.judge(6, found, old, waiting(error), old=("old",))
        assert (verdict.state, verdict.reason) == ("failed", "pending")
        assert verdict.sentence == f"slot 1 cannot be placed: {error}"
        assert verdict.advice == (
            f"The old task of web keeps what the new one needs until that runs, since {option}.order is start-first: "
            f"declare {way_out}, and it goes on"
        )


def test_another_reason_has_no_such_way_out() -> None:
    old, other = task("old", created=50), task("other", slot=2, created=50)
    constraint = "no suitable node (scheduling constraints not satisfied on 2 nodes)"
    for found, raws in (
        (rolling(), (old, waiting())),
        (rolling(update=START_FIRST), (old, waiting(constraint))),
        (rolling(update=START_FIRST), (waiting(),)),
        (rolling(update=START_FIRST), (other, waiting())),
        (rolling(update=START_FIRST), (task("old", created=50, wanted="shutdown"), waiting())),
        (rolling("rollback_started", update=START_FIRST), (old, waiting())),
    ):
        wait = Wait()
        for elapsed in (0, 6):
            wait.judge(elapsed, found, *raws, old=("old", "other"))
        assert "stop-first" not in wait.judge(12, found, *raws, old=("old", "other")).advice


def test_the_first_health_check_is_told_while_waiting_and_when_the_time_is_up() -> None:
    health = {"Test": ["CMD", "true"], "Interval": 90 * 10**9}
    found = service(template={"ContainerSpec": {"Healthcheck": health}}, mode={"Replicated": {"Replicas": 1}})
    starting = task("a", state="starting")
    words = "starting, first health check 1m30s after its start"
    assert Wait().judge(1, found, starting).sentence == f"0/1 running, w1: {words}"
    wait = Wait()
    verdict = wait.judge(3, found, starting)
    late = verdicts.late(verdict, wait.snapshot(found, starting), wait.history, 3, "It takes longer")
    assert (late.sentence, late.advice) == (
        f"not converged within 3 s: 0/1 running; slot 1 on w1: {words}",
        "It takes longer",
    )
    health["Interval"] = 0
    assert Wait().judge(1, found, starting).sentence == "0/1 running, w1: starting"


@pytest.mark.parametrize(
    ("state", "told"),
    [
        ("updating", "1/2 running (updating), the next tasks come after 30s (update_config.delay)"),
        (
            "rollback_started",
            "1/2 running (rolling back), the next tasks come after 7s (rollback_config.delay)",
        ),
    ],
)
def test_the_delay_between_batches_is_told_while_waiting(state: str, told: str) -> None:
    found = rolling(state, {"Delay": 30 * 10**9}, {"Delay": 7 * 10**9})
    found["Spec"]["Mode"]["Replicated"]["Replicas"] = 2
    old = task("b", slot=2, created=50)
    assert Wait().judge(1, found, task("a"), old, old=("b",)).sentence == told
