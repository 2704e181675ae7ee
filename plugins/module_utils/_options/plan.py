# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The three-way plan: (declared, declared last time, live) → what to write. PRIVATE to the collection. Pure.

An option that is declared is the whole truth for that option. One that nobody declared stays as it is. One that
was declared last time and is no longer goes back to the Engine's default. What was declared last is remembered on
the object itself in one small label: names only, never values.
"""

from __future__ import annotations

import copy
import json
import typing as t
from dataclasses import dataclass, field

from .option import Option, Table

# What the names of all labels begin with by which the collection remembers something.
_OWN = "flotilla."
MEMORY = f"{_OWN}declared"
# How a label is named in the memory and in the diff.
LABEL = "labels."

# Option name to (before, after) in the user's words; None stands for "not set".
Changes = t.Dict[str, t.Tuple[t.Any, t.Any]]


@dataclass
class Plan:
    """What has to change on one object.

    Attributes:
        changes: what the user is told.
        spec: the whole spec to send, equal to the live one where nothing changes.
    """

    spec: dict[str, t.Any]
    changes: Changes = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.changes)

    def side(self, after: bool) -> dict[str, t.Any]:
        """One side of the diff: the changed options only."""
        return side(self.changes, after)


def shown(changes: Changes) -> Changes:
    """The changes worth telling a user: the memory only where nothing else changes."""
    return {name: change for name, change in changes.items() if name != MEMORY} or changes


def side(changes: Changes, after: bool) -> dict[str, t.Any]:
    """One side of a diff, without what is not set there."""
    sides = {name: change[int(after)] for name, change in shown(changes).items()}
    return {name: value for name, value in sides.items() if value is not None}


def difference(header: str, before: dict[str, t.Any], after: dict[str, t.Any]) -> dict[str, t.Any]:
    """One object's part of a module's diff."""
    return {"before_header": header, "after_header": header, "before": before, "after": after}


def remembered(labels: dict[str, str] | None) -> set[str]:
    """The names in an object's memory; a memory somebody damaged counts as empty."""
    try:
        names = json.loads((labels or {}).get(MEMORY, "[]"))
    except ValueError:
        return set()
    return {name for name in names if isinstance(name, str)} if isinstance(names, list) else set()


def memory(names: t.Iterable[str]) -> str:
    """The memory label's value for some names."""
    return json.dumps(sorted(names), separators=(",", ":"))


def plan(
    table: Table,
    declared: dict[str, t.Any],
    live: dict[str, t.Any],
    three_way: bool = False,
    reset: bool = False,
) -> Plan:
    """Plan the smallest write that makes what is declared true.

    Args:
        table: the resource's options.
        declared: option name to value in the Engine's form.
        live: the raw spec as the Engine reports it. It is not changed.
        three_way: the declaration is the whole of this object's YAML, so an option that was declared last time
            and is missing now goes back to its default. Where one task names some settings among many
            (``swarm_init``), leave it off: settings not named stay as they are, and the memory with them.
        reset: the declaration is the whole truth: whatever it does not name goes back to its default.

    Returns:
        The plan; empty when nothing has to change.
    """
    made = Plan(spec=copy.deepcopy(live))
    owned = remembered(live.get("Labels"))
    unknown = set(owned)
    names: set[str] = set()
    for option in table:
        if option.keyed:
            mine = {name for name in owned if name.startswith(f"{option.name}.")}
            wanted = declared.get(option.name) or {}
            _change_keys(made, option, wanted, mine if three_way else set(), reset)
            names |= {f"{option.name}.{key}" for key in wanted}
            unknown -= mine
        elif option.name in declared:
            _change(made, option, declared[option.name])
            names.add(option.name)
        elif reset or (three_way and option.name in owned):
            _change_back(made, option)
        unknown.discard(option.name)
    if three_way:
        _remember(made, unknown | names)
    return made


def _change(made: Plan, option: Option, wanted: t.Any) -> None:
    before = option.read(made.spec)
    if not option.same(before, wanted):
        option.write(made.spec, wanted)
        made.changes.update(option.told(before, wanted))


def _change_back(made: Plan, option: Option) -> None:
    before = option.read(made.spec)
    if not option.same(before, option.default):
        option.clear(made.spec)
        told = option.told(before, option.default)
        # An empty default is nothing to show.
        made.changes.update(
            {name: (old, new if option.default else None) for name, (old, new) in told.items()}
        )


def _change_keys(made: Plan, option: Option, wanted: dict[str, str], owned: set[str], reset: bool) -> None:
    """Change a dictionary key by key: keys of others stay unless everything is reset, the collection's own then too."""
    before = dict(option.read(made.spec) or {})
    ours = {key for key in before if (reset or f"{option.name}.{key}" in owned) and not key.startswith(_OWN)}
    after = {**{key: value for key, value in before.items() if key not in ours}, **wanted}
    if after != before:
        option.write(made.spec, after)
        made.changes.update(option.told(before, after))


def plan_labels(
    made: Plan,
    declared: dict[str, str] | None,
    state: str = "owned",
    remove: t.Iterable[str] = (),
) -> None:
    """Add the labels' part to a plan.

    Args:
        made: the plan to add to.
        declared: the labels that are wanted; ``None`` when the user said nothing of them.
        state: ``owned`` (keys declared last time and no longer are removed, those of others stay), ``merge``
            (nothing is removed) or ``replace`` (every other key is removed).
        remove: keys to remove, unless they are declared.
    """
    before = dict(made.spec.get("Labels") or {})
    after = dict(before)
    memory_before = remembered(before)
    owned = {name[len(LABEL) :] for name in memory_before if name.startswith(LABEL)}
    if declared is not None:
        if state == "replace":
            after = {name: value for name, value in after.items() if name == MEMORY}
        elif state == "owned":
            for name in owned - set(declared):
                after.pop(name, None)
            owned = set(declared)
        after.update(declared)
    for name in set(remove) - set(declared or {}) - {MEMORY}:
        after.pop(name, None)
    if after != before:
        made.spec["Labels"] = after
    for name in sorted((set(before) | set(after)) - {MEMORY}):
        if before.get(name) != after.get(name):
            made.changes[LABEL + name] = (before.get(name), after.get(name))
    if (state == "owned" and declared is not None) or MEMORY in before:
        others = {name for name in memory_before if not name.startswith(LABEL)}
        # Only keys that are still there can be ours: whoever removes a label gives it up.
        _remember(made, others | {LABEL + name for name in owned & set(after)})


def _remember(made: Plan, names: set[str]) -> None:
    """Write the memory, an empty one too: it says that the object was once declared.

    By itself it is a change, or an option could never go back to its default.
    """
    labels = dict(made.spec.get("Labels") or {})
    before, after = labels.get(MEMORY), memory(names)
    if before != after:
        made.spec["Labels"] = {**labels, MEMORY: after}
        made.changes[MEMORY] = (before, after)
