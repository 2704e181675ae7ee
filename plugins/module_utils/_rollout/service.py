# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a service says of itself, read from the Engine's JSON. PRIVATE to the collection. Pure."""

from __future__ import annotations

import typing as t

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
    return bool(test) and test != ["NONE"]


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
