# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which paused updates go on when the same is declared again. PRIVATE to the collection. Pure.

The swarm leaves a paused update alone until the service is written again. Where the cause can be outside of the service (a
registry, a node, a directory that was missing), it may be gone, so the update is sent again. Where a process ended by itself on a
node that has been there ever since, the same spec would fail in the same way, so the first reason is reported at once.
"""

from __future__ import annotations

import copy
import typing as t

from .._options.labels import OWN
from .service import is_paused
from .snapshot import Snapshot, seconds
from .tasks import Task, newest_first

Raw = t.Dict[str, t.Any]

#: Counts on a service how often a paused update of it was sent again.
RESUMED_LABEL = f"{OWN}resumed"
# How a process fails that did start: it would do so on every node.
_BY_ITSELF = ("crash_looping", "unhealthy")
# Why a process cannot start at all, whatever is done to the node (runc).
_NO_PROCESS = ("executable file not found", "exec format error")

# How long after its node has returned the end of a task may be reported, in seconds.
_RETURNING = 10.0


def cause_may_be_gone(snapshot: Snapshot) -> bool:
    """Whether what paused an update may be gone.

    Args:
        snapshot: of a service whose update is paused.
    """
    failed = _failed(snapshot)
    # The Engine forgets old tasks; without one there is nothing that would have to happen again.
    return failed is None or not _failed_by_itself(snapshot, failed)


def _failed(snapshot: Snapshot) -> Task | None:
    """The task that the Engine blames for the pause, else the last up-to-date one that failed."""
    blamed = [task for task in snapshot.tasks if task["id"] in snapshot.update_message]
    failed = newest_first(task for task in snapshot.current if snapshot.has_failed(task))
    return next(iter(blamed + failed), None)


def _failed_by_itself(snapshot: Snapshot, task: Task) -> bool:
    error = task["error"].lower()
    if snapshot.reason_of(task) not in _BY_ITSELF and not any(part in error for part in _NO_PROCESS):
        return False
    return not snapshot.is_lost(task) and not _node_changed_since(snapshot, task)


def _node_changed_since(snapshot: Snapshot, task: Task) -> bool:
    """Whether the swarm has written the task's node at the time when the task ended, or since then.

    It does so when a node goes and when it returns. An Engine that is stopped ends its containers, so that they look as if
    they had ended by themselves; some of them are reported only when the node has returned.
    """
    changed = snapshot.nodes_changed.get(task["node_id"])
    return changed is not None and seconds(changed) > seconds(task["updated"]) - _RETURNING


def sent_again(service: Raw) -> Raw:
    """The spec by which a paused update goes on; no task is replaced for it that has been updated already.

    It differs from the live one in a label: for some seconds after a pause swarmkit drops an update to the very spec that it was
    working towards (manager/orchestrator/update, ``Supervisor.Update``), and then nothing goes on any longer (seen on 20.10).
    """
    spec = copy.deepcopy(service["Spec"])
    labels = spec.get("Labels") or {}
    count = str(labels.get(RESUMED_LABEL, ""))
    spec["Labels"] = {**labels, RESUMED_LABEL: str(int(count) + 1 if count.isdigit() else 1)}
    return t.cast(Raw, spec)


def sent_again_if_paused(service: Raw) -> Raw | None:
    """The same, and ``None`` where the update is not paused any longer, so that there is nothing to write."""
    return sent_again(service) if is_paused(service) else None


def was_sent_again(service: Raw) -> bool:
    """Whether the last update of a service was one that ``sent_again`` made."""
    now, before = (service.get(name) or {} for name in ("Spec", "PreviousSpec"))
    counts = [(spec.get("Labels") or {}).get(RESUMED_LABEL) for spec in (now, before)]
    return counts[0] != counts[1] and _without_count(now) == _without_count(before)


def _without_count(spec: Raw) -> Raw:
    labels = {name: value for name, value in (spec.get("Labels") or {}).items() if name != RESUMED_LABEL}
    return {**spec, "Labels": labels}
