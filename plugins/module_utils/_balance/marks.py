# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A service that has more replicas for a while, and the way back. PRIVATE to the collection. Pure.

The swarm places new tasks on the nodes with the fewest tasks of a service, and stops those on the nodes with the most of them
(swarmkit ``manager/orchestrator/replicated``): some replicas more, then as many less, move as many tasks and touch no other.
A label of the service remembers both numbers meanwhile, so that any later run can finish it. Whoever sets other replicas wins.
"""

from __future__ import annotations

import copy
import re
import typing as t

from .._options.labels import OWN
from .._rollout.service import declared_tasks

Raw = t.Dict[str, t.Any]

#: Remembers the replicas that a service had, and how many it has beyond: ``4+2``.
LABEL = f"{OWN}rebalance"
_NUMBERS = re.compile(r"([0-9]+)\+([0-9]+)\Z")


def is_begun(spec: Raw) -> bool:
    """Whether a rebalance of a service was begun and not finished."""
    return LABEL in (spec.get("Labels") or {})


def raised(spec: Raw, more: int) -> Raw:
    """The spec of a service with more replicas for a while."""
    had = declared_tasks(spec) or 0
    found = _with_replicas(spec, had + more)
    found["Labels"] = {**(found.get("Labels") or {}), LABEL: f"{had}+{more}"}
    return found


def beyond(spec: Raw) -> int:
    """How many replicas a service has beyond those that it had."""
    return _numbers(spec)[1] if is_raised(spec) else 0


def is_raised(spec: Raw) -> bool:
    """Whether a service has the replicas that a rebalance gave it."""
    had, more = _numbers(spec)
    return more > 0 and declared_tasks(spec) == had + more


def lowered(spec: Raw) -> Raw | None:
    """The spec with the replicas that the service had; ``None`` where somebody has set others, or it has them."""
    return _with_replicas(spec, _numbers(spec)[0]) if is_raised(spec) else None


def done(spec: Raw) -> Raw | None:
    """The spec without the mark; ``None`` where it has none."""
    if not is_begun(spec):
        return None
    found = copy.deepcopy(spec)
    del found["Labels"][LABEL]
    return found


def _numbers(spec: Raw) -> tuple[int, int]:
    match = _NUMBERS.match((spec.get("Labels") or {}).get(LABEL, ""))
    return (int(match[1]), int(match[2])) if match else (0, 0)


def _with_replicas(spec: Raw, count: int) -> Raw:
    found = copy.deepcopy(spec)
    found["Mode"] = {"Replicated": {**((spec.get("Mode") or {}).get("Replicated") or {}), "Replicas": count}}
    return found
