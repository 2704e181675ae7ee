# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.flotilla.swarm.plugins.module_utils._forecast.least_time import NOTHING, least_time
from ansible_collections.flotilla.swarm.plugins.module_utils._service.plan import ServicePlan
from ansible_collections.flotilla.swarm.tests.unit.support.services import WEB, declarations, planned, service
from hypothesis import given
from hypothesis import strategies as st

Raw = dict[str, t.Any]
CHECKED = {"test": ["CMD", "true"], "interval": "1m30s"}
NEW_IMAGE = {"image": "nginx:2"}


def least(plan: ServicePlan) -> float:
    return least_time(plan.action, plan.live, plan.spec).seconds


def running(tasks: int, **more: t.Any) -> Raw:
    """A service with so many replicas, all of which run."""
    found = service(WEB, replicas=tasks, **more)
    return {**found, "ServiceStatus": {"RunningTasks": tasks, "DesiredTasks": tasks}}


def updated(live: Raw, **more: t.Any) -> float:
    """The least time of an update, which keeps the number of replicas unless it is about that."""
    replicas = (live["Spec"]["Mode"].get("Replicated") or {}).get("Replicas")
    return least(planned(WEB, live, **{"replicas": replicas, **more}))


@pytest.mark.parametrize(
    ("options", "seconds"),
    [
        ({}, 5),
        ({"update_config": {"monitor": "1m"}}, 60),
        ({"update_config": {"monitor": 0}}, 5),
        ({"healthcheck": CHECKED}, 95),
        ({"healthcheck": CHECKED, "replicas": 4, "update_config": {"delay": "1h"}}, 95),
        ({"healthcheck": CHECKED, "mode": "global"}, 95),
        ({"healthcheck": {**CHECKED, "timeout": "1h", "retries": 9}}, 95),
        # The image may have an interval of its own.
        ({"healthcheck": {"test": "true"}}, 5),
        # Without a test nothing is known of whether there is a check.
        ({"healthcheck": {"interval": "1m"}}, 5),
        ({"healthcheck": {**CHECKED, "test": "NONE"}}, 5),
        # From Engine 25 on, the start interval counts during the start period; without one, the image's or the Engine's.
        ({"healthcheck": {**CHECKED, "start_period": "1s"}}, 5),
        ({"healthcheck": {**CHECKED, "start_period": "1s", "start_interval": "20s"}}, 25),
        ({"healthcheck": {**CHECKED, "start_period": "1s", "start_interval": "2m"}}, 95),
        ({"healthcheck": {**CHECKED, "start_interval": "20s"}}, 95),
        # Upper bounds, and what only happens after a failure.
        ({"stop_grace_period": "1h", "restart_config": {"delay": "1h", "window": "1h"}}, 5),
        ({"replicas": 0, "healthcheck": CHECKED}, 0),
        ({"mode": "replicated-job", "healthcheck": CHECKED}, 0),
        ({"mode": "global-job", "healthcheck": CHECKED}, 0),
    ],
)
def test_a_new_service_is_checked_and_watched(options: Raw, seconds: float) -> None:
    assert least(planned(WEB, **options)) == seconds


@pytest.mark.parametrize(
    ("rolling", "seconds"),
    [
        ({}, 5),
        ({"delay": "30s"}, 5 * 30 + 5),
        ({"delay": "30s", "parallelism": 2}, 3 * 30 + 5),
        ({"delay": "30s", "parallelism": 0}, 30 + 5),
        ({"delay": "30s", "parallelism": 9, "monitor": "1s"}, 31),
        ({"delay": "30s", "monitor": "1m"}, 5 * 30 + 60),
        ({"order": "start-first", "delay": "1s"}, 5 + 5),
    ],
)
def test_an_update_takes_its_batches_one_after_the_other(rolling: Raw, seconds: float) -> None:
    live = running(5, update_config=rolling)
    assert updated(live, update_config=rolling, **NEW_IMAGE) == seconds
    health = {"healthcheck": {**CHECKED, "interval": "10s"}}
    batches = -(-5 // (rolling.get("parallelism", 1) or 5))
    assert updated(live, update_config=rolling, **health) == seconds + batches * 10


def test_only_tasks_that_surely_run_and_are_surely_replaced_count() -> None:
    rolling: Raw = {"update_config": {"delay": "10s"}}
    live = running(4, **rolling)
    assert updated(live, **rolling, **NEW_IMAGE) == 45
    assert updated(live, **rolling, **NEW_IMAGE, replicas=2) == 25
    assert updated(live, **rolling, **NEW_IMAGE, replicas=9) == 45
    assert updated({**live, "ServiceStatus": {"RunningTasks": 1}}, **rolling, **NEW_IMAGE) == 15
    assert updated({**live, "ServiceStatus": {"RunningTasks": 0}}, **rolling, **NEW_IMAGE) == 0
    assert updated({**live, "ServiceStatus": None}, **rolling, **NEW_IMAGE) == 0
    # Of an update that is under way, some tasks may be done.
    for state in ("updating", "paused", "rollback_started"):
        assert updated({**live, "UpdateStatus": {"State": state}}, **rolling, **NEW_IMAGE) == 0
    done = {**live, "UpdateStatus": {"State": "completed"}}
    assert updated(done, **rolling, **NEW_IMAGE) == 45


def test_what_replaces_no_task_takes_no_time() -> None:
    live = running(4, healthcheck=CHECKED)
    same = {"healthcheck": CHECKED}
    assert updated(live, **same, labels={"a": "1"}) == 0
    assert updated(live, **same, replicas=2) == 0
    assert updated(live, **same, update_config={"delay": "1h"}) == 0
    # Where the nodes of the tasks still fit, they stay.
    assert updated(live, **same, placement={"constraints": ["node.role == worker"]}) == 0
    assert updated(live, **same, publish=[{"target_port": "80"}]) == 4 * 90 + 5


def test_more_replicas_are_checked_and_watched() -> None:
    assert updated(running(2, healthcheck=CHECKED), healthcheck=CHECKED, replicas=3) == 95
    assert updated(running(0), **NEW_IMAGE, replicas=1) == 5


def test_a_global_service_is_updated_node_by_node() -> None:
    live = {**service(WEB, mode="global"), "ServiceStatus": {"RunningTasks": 3}}
    assert updated(live, update_config={"delay": "10s"}, **NEW_IMAGE) == 35


def test_a_rollback_has_settings_of_its_own() -> None:
    before = planned(WEB, replicas=2, healthcheck=CHECKED, rollback_config={"delay": "7s", "monitor": "1s"})
    live = {**running(2, **NEW_IMAGE), "PreviousSpec": before.spec}
    back = planned({"name": "web", "state": "rolled_back"}, live)
    found = least_time(back.action, back.live, back.spec)
    assert found == (
        2 * 97 + 1,
        (
            "2 times 1m30s until the first health check (healthcheck.interval) and 7s of delay (rollback_config.delay), "
            "then 1s of watching (rollback_config.monitor)"
        ),
    )


def test_nothing_is_counted_for_what_is_no_rollout() -> None:
    live = running(1)
    for plan in (
        planned(WEB, live),
        planned({"name": "web", "state": "absent"}, live),
        planned({"name": "web", "state": "absent"}),
    ):
        assert least_time(plan.action, plan.live, plan.spec) == NOTHING
    assert least_time("resume", live, live["Spec"]) == NOTHING


def test_a_service_that_is_created_again_counts_as_a_new_one() -> None:
    assert least(planned(WEB, running(1), mode="global", healthcheck=CHECKED)) == 95


@given(declarations(), declarations(), st.integers(0, 4))
def test_less_work_never_takes_longer(before: Raw, after: Raw, tasks: int) -> None:
    live = {**service(before), "ServiceStatus": {"RunningTasks": tasks}}
    plan = planned(after, live)
    found = least(plan)
    assert found >= 0
    fewer = {**live, "ServiceStatus": {"RunningTasks": max(0, tasks - 1)}}
    assert least_time(plan.action, fewer, plan.spec).seconds <= found
