# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a service says of itself, read from the Engine's JSON. PRIVATE to the collection. Pure."""

from __future__ import annotations

import typing as t

from .._engine.api_version import engine_api
from .._options.convert import duration

Raw = t.Dict[str, t.Any]

#: Mode in the user's words to its key in the Engine's JSON.
MODES = {
    "replicated": "Replicated",
    "global": "Global",
    "replicated-job": "ReplicatedJob",
    "global-job": "GlobalJob",
}
# States of an update in which the swarm may still go back to the previous spec, or is on its way there.
#: States of an update that goes on only when the service is written again.
PAUSED = ("paused", "rollback_paused")
_UNFINISHED = ("updating", "rollback_started", *PAUSED)
# The first API whose Engines check at another pace while a container starts (moby daemon/health.go).
_START_INTERVAL = (1, 44)


def mode_of(spec: Raw) -> str:
    """The mode of a service's spec, in the user's words."""
    present = spec.get("Mode") or {}
    return next((mode for mode, key in MODES.items() if present.get(key) is not None), "replicated")


def is_job(mode: str) -> bool:
    """Whether the tasks of a mode are meant to end."""
    return mode.endswith("-job")


def is_per_node(mode: str) -> bool:
    """Whether a mode has a task on each node instead of numbered slots."""
    return mode.startswith("global")


def declared_tasks(spec: Raw) -> int | None:
    """How many tasks a service's spec asks for, of a replicated job how many have to complete.

    Returns:
        ``None`` where the nodes decide (global, global job).
    """
    mode = mode_of(spec)
    if is_per_node(mode):
        return None
    numbers = (spec.get("Mode") or {}).get(MODES[mode]) or {}
    # A zero counts: it is not the same as a missing number, which the Engine takes for one (moby
    # daemon/cluster/convert/service.go), and a missing total for the number of tasks at a time.
    keys = ("Replicas",) if mode == "replicated" else ("TotalCompletions", "MaxConcurrent")
    return next((int(numbers[key]) for key in keys if numbers.get(key) is not None), 1)


def run_of(raw: Raw | None) -> int | None:
    """Which run of a job a task or a ``JobStatus`` belongs to; ``None`` where there is no job."""
    iteration = (raw or {}).get("JobIteration")
    return None if iteration is None else int(iteration.get("Index") or 0)


def is_of_present_run(service: Raw, task: Raw) -> bool:
    """Whether a raw task does not belong to an earlier run of a job, which the Engine keeps for a while."""
    run = run_of(service.get("JobStatus"))
    return run is None or (run_of(task) or 0) == run


def has_health_check(spec: Raw) -> bool:
    """Whether a service brings a health check of its own; a manager does not report what the image brings."""
    container = (spec.get("TaskTemplate") or {}).get("ContainerSpec") or {}
    test = (container.get("Healthcheck") or {}).get("Test") or []
    # An Engine runs no other test.
    return bool(test) and test[0] in ("CMD", "CMD-SHELL")


class FirstCheck(t.NamedTuple):
    """When a container's health is checked first, at the soonest: nanoseconds after its start, and the option that says so."""

    after: int
    option: str

    def __str__(self) -> str:
        """As a user reads it, empty where nothing is known."""
        return f"first health check {duration(self.after)} after its start" if self.after else ""


def first_check(spec: Raw, engine_version: str = "") -> FirstCheck:
    """When the health of a service's tasks is checked first. Until then, the swarm does not take a task for running.

    An Engine waits for an interval before each check, the first one too. Since 25.0 that is the start interval where there is a
    start period. What a service does not say is the image's choice, so nothing is known of it.

    Args:
        spec: the service's.
        engine_version: of the node; without it, the sooner one of both ways counts.
    """
    if not has_health_check(spec):
        return FirstCheck(0, "")
    health = spec["TaskTemplate"]["ContainerSpec"]["Healthcheck"]
    usual = FirstCheck(health.get("Interval") or 0, "healthcheck.interval")
    starting = FirstCheck(health.get("StartInterval") or 0, "healthcheck.start_interval")
    api = engine_api(engine_version)
    if not health.get("StartPeriod") or (api and api < _START_INTERVAL):
        return usual
    return starting if api else min(usual, starting)


def rolling_config(spec: Raw, state: str = "") -> tuple[str, Raw]:
    """How tasks are replaced: the name of the option, and what the spec says.

    Args:
        spec: the service's.
        state: of its update; a rollback has settings of its own.
    """
    if state.startswith("rollback_"):
        return "rollback_config", spec.get("RollbackConfig") or {}
    return "update_config", spec.get("UpdateConfig") or {}


def constraints_of(spec: Raw) -> list[str]:
    """The placement constraints of a service."""
    placement = (spec.get("TaskTemplate") or {}).get("Placement") or {}
    return list(placement.get("Constraints") or [])


def update_state(service: Raw) -> str:
    """The state of the Engine's update of a service, empty where there is none."""
    return str((service.get("UpdateStatus") or {}).get("State") or "")


def update_message(service: Raw) -> str:
    """The Engine's sentence about its update of a service, empty where there is none."""
    return str((service.get("UpdateStatus") or {}).get("Message") or "")


def is_updating(service: Raw) -> bool:
    """Whether the update or rollback of a service is not over."""
    return update_state(service) in _UNFINISHED


def is_paused(service: Raw) -> bool:
    """Whether the Engine has paused the update or the rollback of a service."""
    return update_state(service) in PAUSED


def spec_to_return_to(service: Raw) -> Raw:
    """The previous spec of a service whose update is not over; empty where the service does not go back."""
    return (service.get("PreviousSpec") or {}) if is_updating(service) else {}
