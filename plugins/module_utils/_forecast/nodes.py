# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which nodes fit a service, as far as a manager says. PRIVATE to the collection. Pure."""

from __future__ import annotations

import functools
import typing as t

from .._rollout.service import constraints_of
from .._swarm.constraints import met, value_of

Raw = t.Dict[str, t.Any]

# Two names for one architecture: the scheduler compares them like this (swarmkit scheduler/filter.go).
_ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64"}


def takes_tasks(node: Raw) -> bool | None:
    """Whether a node takes new tasks now; ``None`` for the seconds in which a new leader has not heard of it yet."""
    if (node.get("Spec") or {}).get("Availability", "active") != "active":
        return False
    state = (node.get("Status") or {}).get("State", "unknown")
    return None if state == "unknown" else bool(state == "ready")


def fits(node: Raw, spec: Raw) -> bool | None:
    """Whether a node meets the constraints of a service and has the platform of its image; ``None`` where it may."""
    answers = [met(one, functools.partial(value_of, node)) for one in constraints_of(spec)]
    answers.append(_has_platform(node, spec))
    return _all(answers)


def eligible(node: Raw, spec: Raw) -> bool | None:
    """Whether the scheduler considers a node for a task now; ``None`` where it may."""
    return _all([takes_tasks(node), fits(node, spec)])


def _all(answers: list[bool | None]) -> bool | None:
    if False in answers:
        return False
    return None if None in answers else True


def _has_platform(node: Raw, spec: Raw) -> bool | None:
    wanted = ((spec.get("TaskTemplate") or {}).get("Placement") or {}).get("Platforms") or []
    own = (node.get("Description") or {}).get("Platform") or {}
    if not wanted:
        return True
    if not own:
        return None
    return any(
        one.get("OS", "") in ("", own.get("OS"))
        and _architecture(one.get("Architecture", "")) in ("", _architecture(own.get("Architecture", "")))
        for one in wanted
    )


def _architecture(name: str) -> str:
    return _ARCHITECTURES.get(name, name)
