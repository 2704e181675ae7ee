# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How long a rollout takes at least, counted from what is declared. PRIVATE to the collection. Pure.

Nothing counts that may be over sooner: pulling an image, stopping a task within ``stop_grace_period``, a start period, retries.
"""

from __future__ import annotations

import typing as t

from .._options.convert import duration
from .._rollout.service import declared_tasks, first_check, is_job, is_updating, mode_of, rolling_config
from .changes import replaces_tasks

Raw = t.Dict[str, t.Any]
_SECOND = 10**9
_MONITOR = 5 * _SECOND


class Least(t.NamedTuple):
    """The least time of a rollout: seconds, and what they are made of, in words."""

    seconds: float
    made_of: str


NOTHING = Least(0, "")


def least_time(action: str, live: Raw | None, spec: Raw) -> Least:
    """The least time of a service's rollout.

    Args:
        action: of the service's plan.
        live: the service as the Engine reports it.
        spec: what is sent.
    """
    if is_job(mode_of(spec)):
        return NOTHING
    if action in ("create", "rebuild"):
        return _batches(spec, "", 1) if declared_tasks(spec) != 0 else NOTHING
    # Of an update that is under way, some tasks may be done.
    if live is None or is_updating(live):
        return NOTHING
    if action == "roll_back":
        return _replacement(live, live.get("PreviousSpec") or {}, "rollback_started")
    if action != "update":
        return NOTHING
    more = (declared_tasks(spec) or 0) > (declared_tasks(live["Spec"]) or 0)
    return max(_replacement(live, spec, "updating"), _batches(spec, "", 1) if more else NOTHING)


def _replacement(live: Raw, spec: Raw, state: str) -> Least:
    """The least time in which the live tasks are replaced by those of another spec."""
    if not replaces_tasks(live["Spec"], spec):
        return NOTHING
    running = (live.get("ServiceStatus") or {}).get("RunningTasks", 0)
    numbers = [running, declared_tasks(live["Spec"]), declared_tasks(spec)]
    tasks = min(number for number in numbers if number is not None)
    return _batches(spec, state, tasks) if tasks else NOTHING


def _batches(spec: Raw, state: str, tasks: int) -> Least:
    """The least time for so many tasks: the swarm waits for each batch, and for the delay after it, the last one too."""
    option, config = rolling_config(spec, state)
    # An object without a number means all at once, no object means one after the other (swarmkit api/defaults/service.go).
    parallelism = config.get("Parallelism", 0) or tasks if config else 1
    check = first_check(spec)
    delay = (config.get("Delay") or 0) if state else 0
    monitor = config.get("Monitor") or _MONITOR
    batches = -(-tasks // parallelism) if state else 1
    parts = [
        (check.after, f"until the first health check ({check.option})"),
        (delay, f"of delay ({option}.delay)"),
    ]
    each = " and ".join(f"{duration(length)} {what}" for length, what in parts if length)
    made_of = [f"{batches} times {each}" if batches > 1 else each] if each else []
    made_of.append(f"{duration(monitor)} of watching ({option}.monitor)")
    return Least((batches * (check.after + delay) + monitor) / _SECOND, ", then ".join(made_of))
