# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How a service leaves a node without a gap: its spec for that time, and back. PRIVATE to the collection. Pure.

A constraint keeps the service off every node that is away, and new tasks start before old ones stop. Since 19.03 swarmkit
replaces only tasks on nodes that do not meet a constraint any longer (``manager/orchestrator/update``), so all others go on.
What the spec was is remembered in a label of the service, so that any later run can put it back.

The constraint names the moment at which the node was taken: a task that has just moved has the constraint of that move in its own
spec, and had the next one the same words, the task would count as up to date wherever it runs.
"""

from __future__ import annotations

import copy
import json
import typing as t

from .._options.labels import OWN
from .marks import SINCE

Raw = t.Dict[str, t.Any]

#: Remembers what is put back.
LABEL = f"{OWN}surge"
# What an absent object means, written out: in a present one, a missing number means all at once.
_DEFAULT = {"Parallelism": 1, "FailureAction": "pause"}


# What an Engine may add by itself.
_IMPLIED = {"Monitor": 5_000_000_000}


def is_surging(spec: Raw) -> bool:
    """Whether a service has the spec of that time."""
    return LABEL in (spec.get("Labels") or {})


def constraint(moment: str) -> str:
    """Keeps a service off the node that was taken at a moment; afterwards every node meets it, so it does no harm."""
    return f"node.labels.{SINCE}!={moment}"


def surging(spec: Raw, moment: str) -> Raw | None:
    """The spec for the time in which a service leaves a node; ``None`` where it has it already.

    Args:
        spec: as it is.
        moment: at which the node was taken, as its mark says it.
    """
    if is_surging(spec):
        return None
    found = copy.deepcopy(spec)
    template = found.setdefault("TaskTemplate", {})
    memory = {
        "Moment": moment,
        "Placement": template.get("Placement"),
        "UpdateConfig": found.get("UpdateConfig"),
    }
    found["Labels"] = {**(found.get("Labels") or {}), LABEL: json.dumps(memory, sort_keys=True)}
    template["Placement"] = _placement(memory["Placement"], moment)
    found["UpdateConfig"] = _update_config(memory["UpdateConfig"])
    return found


def settled(spec: Raw) -> Raw | None:
    """The spec as it was before; ``None`` where it is so. What another client declared meanwhile stays."""
    if not is_surging(spec):
        return None
    found = copy.deepcopy(spec)
    memory = _memory(found["Labels"].pop(LABEL))
    template = found.setdefault("TaskTemplate", {})
    placement = template.get("Placement") or {}
    if _filled(placement) == _filled(_placement(memory.get("Placement"), memory.get("Moment", ""))):
        _put(template, "Placement", memory.get("Placement"))
    elif any(map(_is_ours, placement.get("Constraints") or [])):
        placement["Constraints"] = [one for one in placement["Constraints"] if not _is_ours(one)]
    if _filled(found.get("UpdateConfig") or {}) == _filled(_update_config(memory.get("UpdateConfig"))):
        _put(found, "UpdateConfig", memory.get("UpdateConfig"))
    return found


def _memory(text: str) -> Raw:
    try:
        found = json.loads(text)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _is_ours(text: str) -> bool:
    return text.startswith(constraint(""))


def _placement(before: Raw | None, moment: str) -> Raw:
    placement = before or {}
    return {**placement, "Constraints": [*(placement.get("Constraints") or []), constraint(moment)]}


def _update_config(before: Raw | None) -> Raw:
    return {**(_DEFAULT if before is None else before), "Order": "start-first"}


def _filled(given: Raw) -> Raw:
    """What is said beyond what holds anyway: an Engine adds some of that to what it got."""
    return {key: value for key, value in given.items() if value and _IMPLIED.get(key) != value}


def _put(where: Raw, key: str, value: t.Any) -> None:
    if value is None:
        where.pop(key, None)
    else:
        where[key] = value
