# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The three-way plan: (declared, declared last time, live) → what to write. PRIVATE to the collection. Pure.

An option that is declared is the whole truth for that option. One that was never declared stays as it is. One that was
declared last time and is declared no longer goes back to the Engine's default. Labels, and whatever else is owned key by
key, follow the same rule for each key (see ``labels.owned_keys``).
"""

from __future__ import annotations

import copy
import typing as t
from dataclasses import dataclass, field

from .labels import DECLARED_LABEL, memory, owned_keys, remembered
from .option import Option, Table

# Option name to (before, after) in the user's words; None stands for "not set".
Changes = t.Dict[str, t.Tuple[t.Any, t.Any]]


@dataclass
class Plan:
    """What has to change on one object.

    Attributes:
        spec: the whole spec to send, equal to the live one where nothing changes.
        changes: option name to (before, after) in the user's words.
    """

    spec: dict[str, t.Any]
    changes: Changes = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.changes)


class _Keys(t.NamedTuple):
    """How options are owned that are owned key by key; see ``plan``."""

    whole: bool
    reset: bool
    state: str
    remove: frozenset[str]

    def state_of(self, declared: t.Any) -> str:
        """The state of ``labels.owned_keys`` for an option of which this was declared."""
        if self.reset:
            return "replace"
        if self.whole:
            return "owned"
        return "merge" if declared is None and not self.replaces else self.state

    def leave_alone(self, declared: t.Any) -> bool:
        """Whether nothing was said about an option."""
        return declared is None and not (self.whole or self.reset or self.remove or self.replaces)

    @property
    def replaces(self) -> bool:
        """Whether no key stays that is not declared, even where none is."""
        return self.state == "replace"


def plan(
    table: Table,
    declared: dict[str, t.Any],
    live: dict[str, t.Any],
    whole: bool = False,
    reset: bool = False,
    state: str = "owned",
    remove: t.Iterable[str] = (),
) -> Plan:
    """Plan the smallest write that makes what is declared true.

    Args:
        table: the resource's options.
        declared: option name to value in the Engine's form.
        live: the raw spec as the Engine reports it. It is not changed.
        whole: the declaration is the whole of this object's YAML, so an option that was declared last time and is missing
            now goes back to its default. Where one task names some settings among many (``swarm_init``), leave it off:
            settings that are not named stay as they are, and only keys are remembered.
        reset: the declaration is the whole truth: whatever it does not name goes back to its default.
        state: how options are owned that are owned key by key, see ``labels.owned_keys``.
        remove: keys to remove from these.

    Returns:
        The plan; empty when nothing has to change.
    """
    made = Plan(copy.deepcopy(live))
    keys = _Keys(whole, reset, state, frozenset(remove))
    last = remembered(live.get("Labels"))
    now = set(last)
    for option in table:
        value = declared.get(option.name)
        if option.keyed:
            if not keys.leave_alone(value):
                now = _plan_keys(made, option, value, now, keys)
        elif option.name in declared:
            _change(made, option, value)
            now |= {option.name} if whole else set()
        elif reset or (whole and option.name in last):
            _reset(made, option)
            now.discard(option.name)
    owns = any(option.keyed and option.name in declared for option in table) and state == "owned"
    # What is the whole truth need not be remembered, so that alone is no reason to write.
    if (whole or owns or now != last) and (made.changes or not (whole and reset)):
        _remember(made, now)
    return made


def _change(made: Plan, option: Option, value: t.Any) -> None:
    before = option.read(made.spec)
    if not option.same(before, value):
        option.write(made.spec, value)
        made.changes.update(option.as_changes(before, value))


def _reset(made: Plan, option: Option) -> None:
    before = option.read(made.spec)
    if not option.same(before, option.default):
        option.clear(made.spec)
        changes = option.as_changes(before, option.default)
        # An empty default is shown as "not set".
        made.changes.update(
            {name: (old, new if option.default else None) for name, (old, new) in changes.items()}
        )


def _plan_keys(
    made: Plan, option: Option, declared: dict[str, t.Any] | None, names: set[str], keys: _Keys
) -> set[str]:
    """Plan an option that is owned key by key, and return the names that are remembered from now on."""
    prefix = f"{option.name}."
    ours = {name[len(prefix) :] for name in names if name.startswith(prefix)}
    before = dict(option.read(made.spec) or {})
    after = owned_keys(before, declared or {}, ours, keys.state_of(declared), keys.remove)
    if after != before:
        option.write(made.spec, after)
        made.changes.update(option.as_changes(before, after))
    if keys.whole or keys.state_of(declared) == "owned":
        ours = set(declared or {})
    # Only keys that still exist can be ours: a client that removes one ends the ownership.
    return {name for name in names if not name.startswith(prefix)} | {
        prefix + key for key in ours & set(after)
    }


def _remember(made: Plan, names: set[str]) -> None:
    """Write the memory, an empty one too: it says that the object was once declared.

    By itself it is a change, or an option could never go back to its default.
    """
    labels = dict(made.spec.get("Labels") or {})
    before, after = labels.get(DECLARED_LABEL), memory(names)
    if before != after:
        made.spec["Labels"] = {**labels, DECLARED_LABEL: after}
        made.changes[DECLARED_LABEL] = (before, after)
