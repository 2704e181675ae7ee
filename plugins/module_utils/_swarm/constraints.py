# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether a node meets a placement constraint, as the scheduler sees it. PRIVATE to the collection. Pure."""

from __future__ import annotations

import re
import typing as t

Raw = t.Dict[str, t.Any]

# As swarmkit reads them (manager/constraint/constraint.go): keys and values are compared without regard to case, label names
# are not.
_CONSTRAINT = re.compile(r"^\s*(?P<key>\S+?)\s*(?P<operator>==|!=)\s*(?P<value>.*?)\s*$")


def met(constraint: str, value_of: t.Callable[[str], str | None]) -> bool | None:
    """Whether a node meets a constraint; ``None`` where that cannot be told.

    Args:
        constraint: such as ``node.labels.disk==ssd``.
        value_of: what the node has for a key, ``None`` where that is not known.
    """
    found = _CONSTRAINT.match(constraint)
    actual = value_of(found["key"]) if found else None
    if found is None or actual is None:
        return None
    return (actual.lower() == found["value"].lower()) == (found["operator"] == "==")


def label(key: str, beginning: str, labels: t.Mapping[str, str] | None) -> str | None:
    """The value of a key such as ``node.labels.disk``; a label that a node does not have is empty.

    Returns:
        ``None`` where the key does not begin so.
    """
    if not key.lower().startswith(beginning):
        return None
    return (labels or {}).get(key[len(beginning) :], "")


def value_of(raw: Raw, key: str) -> str | None:
    """What a node of ``/nodes`` has for the key of a constraint; ``None`` where the manager does not say."""
    spec, description = raw.get("Spec") or {}, raw.get("Description") or {}
    platform, role = description.get("Platform") or {}, spec.get("Role", "worker")
    known = {
        "node.id": raw["ID"],
        "node.hostname": description.get("Hostname"),
        # While a node is promoted or demoted, the scheduler still has the role that it had.
        "node.role": role if (role == "manager") == bool(raw.get("ManagerStatus")) else None,
        "node.platform.os": platform.get("OS"),
        "node.platform.arch": platform.get("Architecture"),
    }
    of_labels = (
        label(key, "node.labels.", spec.get("Labels")),
        label(key, "engine.labels.", (description.get("Engine") or {}).get("Labels")),
    )
    return next((found for found in of_labels if found is not None), known.get(key.lower()))
