# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.flotilla.swarm.plugins.module_utils._rollout import service as services
from ansible_collections.flotilla.swarm.plugins.module_utils._rollout.snapshot import snapshot_of
from ansible_collections.flotilla.swarm.plugins.module_utils._service import view as infos
from ansible_collections.flotilla.swarm.tests.unit.support import rollouts
from ansible_collections.flotilla.swarm.tests.unit.support.recorded import NODES, TRUSTED, recorded
from hypothesis import given
from hypothesis import strategies as st

Raw = dict[str, t.Any]
NUMBERS = st.none() | st.integers(0, 5)
STATES = ("updating", "paused", "completed", "rollback_started", "rollback_paused", "rollback_completed")


def replicated(replicas: int | None) -> Raw:
    return {} if replicas is None else {"Replicas": replicas}


def job(total: int | None, at_once: int | None) -> Raw:
    numbers = {"TotalCompletions": total, "MaxConcurrent": at_once}
    return {key: number for key, number in numbers.items() if number is not None}


@pytest.mark.parametrize(
    ("spec", "mode", "is_job", "per_node"),
    [
        ({"Mode": {"Replicated": {"Replicas": 1}}}, "replicated", False, False),
        ({"Mode": {"Global": {}}}, "global", False, True),
        ({"Mode": {"ReplicatedJob": {"MaxConcurrent": 1}}}, "replicated-job", True, False),
        ({"Mode": {"GlobalJob": {}}}, "global-job", True, True),
        # As clients write it that know the keys of all modes.
        ({"Mode": {"Replicated": None, "Global": {}}}, "global", False, True),
        ({"Mode": {}}, "replicated", False, False),
        ({}, "replicated", False, False),
    ],
)
def test_the_mode_in_the_users_words(spec: Raw, mode: str, is_job: bool, per_node: bool) -> None:
    found = services.mode_of(spec)
    assert (found, services.is_job(found), services.is_per_node(found)) == (mode, is_job, per_node)


@pytest.mark.parametrize(
    ("mode", "tasks"),
    [
        ({"Replicated": {"Replicas": 3}}, 3),
        ({"Replicated": {"Replicas": 0}}, 0),
        ({"Replicated": {}}, 1),
        ({"Replicated": {"Replicas": None}}, 1),
        ({}, 1),
        ({"ReplicatedJob": {"MaxConcurrent": 2, "TotalCompletions": 6}}, 6),
        ({"ReplicatedJob": {"MaxConcurrent": 3}}, 3),
        ({"ReplicatedJob": {"MaxConcurrent": 3, "TotalCompletions": 0}}, 0),
        ({"ReplicatedJob": {}}, 1),
        ({"Global": {}}, None),
        ({"GlobalJob": {}}, None),
    ],
)
def test_how_many_tasks_a_spec_asks_for(mode: Raw, tasks: int | None) -> None:
    assert services.declared_tasks({"Mode": mode}) == tasks


@given(
    st.builds(lambda number: {"Replicated": replicated(number)}, NUMBERS)
    | st.builds(lambda total, at_once: {"ReplicatedJob": job(total, at_once)}, NUMBERS, NUMBERS)
    | st.just({"Global": {}})
    | st.just({"GlobalJob": {}})
    | st.just({})
)
def test_a_verdict_and_the_information_count_the_same(mode: Raw) -> None:
    """The information said 0 where the verdict said 1: a spec without a number; and 0 and 3: a job with MaxConcurrent only."""
    raw: Raw = {"ID": "s1", "Spec": {"Name": "web", "Mode": mode}}
    snapshot = snapshot_of("web", raw, [], set(), NODES)
    [info] = infos.views([raw], [], NODES, TRUSTED)
    assert (snapshot.mode, snapshot.wanted()) == (info["mode"], info["wanted"])


@pytest.mark.parametrize("engine", rollouts.ENGINES)
@pytest.mark.parametrize(
    "name", sorted({path.stem.rsplit("_", 1)[0] for path in rollouts.FOLDER.glob("*.json")})
)
def test_a_verdict_and_the_information_count_the_same_of_real_engines(name: str, engine: str) -> None:
    recording = rollouts.Recording(name, engine)
    for at in recording.times():
        seen, snapshot = recording.moment(at), recording.snapshot(at)
        raws = [raw for raw in seen.services.values() if raw["ID"] == recording.service_id]
        for info in infos.views(raws, list(seen.tasks.values()), snapshot.nodes, TRUSTED):
            assert info["mode"] == snapshot.mode
            if not snapshot.by_node:
                assert info["wanted"] == snapshot.wanted()
            if snapshot.is_job:
                assert info["completed"] == len(snapshot.done())


def test_the_runs_of_a_job() -> None:
    first, second = {"JobIteration": {}}, {"JobIteration": {"Index": 7}}
    assert [services.run_of(raw) for raw in (first, second, {}, None)] == [0, 7, None, None]
    again = {"JobStatus": second}
    assert services.is_of_present_run(again, second)
    assert not services.is_of_present_run(again, first)
    assert not services.is_of_present_run(again, {})
    # A service that is no job has no runs, so all of its tasks are of the present one.
    assert services.is_of_present_run({}, {})
    assert services.is_of_present_run({"JobStatus": first}, {})


@pytest.mark.parametrize(
    ("test", "has"), [(["CMD", "true"], True), (["NONE"], False), ([], False), (None, False)]
)
def test_a_health_check_of_its_own(test: list[str] | None, has: bool) -> None:
    spec = {"TaskTemplate": {"ContainerSpec": {"Healthcheck": {"Test": test}}}}
    assert services.has_health_check(spec) is has
    assert not services.has_health_check({"TaskTemplate": {"ContainerSpec": {"Healthcheck": None}}})
    assert not services.has_health_check({})


@pytest.mark.parametrize(
    ("spec", "constraints"),
    [
        ({"TaskTemplate": {"Placement": {"Constraints": ["node.role==worker"]}}}, ["node.role==worker"]),
        ({"TaskTemplate": {"Placement": {"Constraints": None}}}, []),
        ({"TaskTemplate": {"Placement": None}}, []),
        ({"TaskTemplate": None}, []),
        ({}, []),
    ],
)
def test_the_placement_constraints(spec: Raw, constraints: list[str]) -> None:
    assert services.constraints_of(spec) == constraints


@pytest.mark.parametrize("state", STATES)
def test_an_update_is_over_once_it_is_completed(state: str) -> None:
    previous = {"Name": "web", "Labels": {"old": "1"}}
    raw = {"UpdateStatus": {"State": state, "Message": "because"}, "PreviousSpec": previous}
    over = state.endswith("completed")
    assert services.update_state(raw) == state
    assert services.update_message(raw) == "because"
    assert services.is_updating(raw) is not over
    assert services.spec_to_return_to(raw) == ({} if over else previous)


@pytest.mark.parametrize("raw", [{}, {"UpdateStatus": None}, {"UpdateStatus": {}}])
def test_a_service_that_was_never_updated(raw: Raw) -> None:
    assert (services.update_state(raw), services.update_message(raw)) == ("", "")
    assert not services.is_updating(raw)
    assert services.spec_to_return_to({**raw, "PreviousSpec": {"Name": "web"}}) == {}


def test_every_recorded_service_is_understood() -> None:
    for raw in recorded("services"):
        mode = services.mode_of(raw["Spec"])
        assert services.MODES[mode] in raw["Spec"]["Mode"]
        assert (services.run_of(raw.get("JobStatus")) is not None) == services.is_job(mode)
        assert (services.declared_tasks(raw["Spec"]) is None) == services.is_per_node(mode)


@pytest.mark.parametrize(
    ("health", "told"),
    [
        ({}, ("", "", "")),
        ({"Interval": 30}, ("30", "30", "30")),
        ({"Interval": 30, "StartInterval": 5}, ("30", "30", "30")),
        # From Engine 25 on the start interval counts during the start period; where it is not known which Engine it is, the
        # sooner one of both.
        ({"Interval": 30, "StartPeriod": 9, "StartInterval": 5}, ("30", "5", "5")),
        ({"Interval": 30, "StartPeriod": 9, "StartInterval": 50}, ("30", "50", "30")),
        # The start interval may be the image's.
        ({"Interval": 30, "StartPeriod": 9}, ("30", "", "")),
        ({"StartPeriod": 9, "StartInterval": 5}, ("", "5", "")),
    ],
)
def test_when_the_health_is_checked_first(health: Raw, told: tuple[str, str, str]) -> None:
    in_ns = {key: seconds * 10**9 for key, seconds in health.items()}
    spec = {"TaskTemplate": {"ContainerSpec": {"Healthcheck": {"Test": ["CMD", "true"], **in_ns}}}}
    found = [str(services.first_check(spec, version)) for version in ("20.10.24+dfsg1", "26.1.5+dfsg1", "")]
    assert found == [f"first health check {text}s after its start" if text else "" for text in told]


@pytest.mark.parametrize("test", [[], ["NONE"], None])
def test_without_a_test_of_its_own_nothing_is_known_of_a_health_check(test: list[str] | None) -> None:
    spec = {"TaskTemplate": {"ContainerSpec": {"Healthcheck": {"Test": test, "Interval": 30 * 10**9}}}}
    assert services.first_check(spec).after == 0
    assert services.first_check({}).after == 0
