# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Plans of objects: what they come to in a result, and carrying them out. PRIVATE to the collection. Pure."""

from __future__ import annotations

import typing as t

from .._engine.errors import FlotillaError, OutcomeUnknown
from .._options.changes import difference, side, visible_changes
from .._options.hidden import Changes, hide_changes
from .._options.option import Table
from .steps import doubtful

Result = t.Dict[str, t.Any]
Some = t.TypeVar("Some")


class ObjectPlan:
    """What every resource's plan of one object has.

    Attributes:
        action: what is done: ``none``, ``create``, ``remove`` or a word of the resource's own.
        changes: option name to (before, after) in the user's words.
        id: the object's ID; of a new one, once it is created.
    """

    action: str
    changes: Changes
    id: str

    @property
    def name(self) -> str:
        """The declared name."""
        raise NotImplementedError

    @property
    def table(self) -> Table:
        """The options of the resource, which know what is hidden."""
        raise NotImplementedError

    @property
    def sentence(self) -> str:
        """What is done, for the user."""
        raise NotImplementedError

    @property
    def acts(self) -> bool:
        """Whether anything is done."""
        return self.action != "none"

    def diff(self, after: bool, show_values: bool = False) -> Result:
        """One side of the diff: the changed options, and whether the object exists at all."""
        if self.action == ("remove" if after else "create"):
            return {"state": "absent"}
        changes = self.changes if show_values else hide_changes(self.table, self.changes)
        return {"state": "present", **side(changes, after, self.action == "create")}

    def entry(self) -> Result:
        """The object in the result's list."""
        return {
            "name": self.name,
            "id": self.id,
            "action": self.action,
            "changes": sorted(visible_changes(self.changes, self.action == "create")),
        }


def result_of(words: str, plans: t.Sequence[ObjectPlan], show_values: bool = False) -> Result:
    """A module's result as far as the plans alone know it.

    Args:
        words: the key of the list of objects, such as ``services``.
        plans: all of them.
        show_values: show values that may be secrets in the diff.
    """
    acting = [plan for plan in plans if plan.acts]
    return {
        "changed": bool(acting),
        "actions": [plan.sentence for plan in acting],
        words: [plan.entry() for plan in plans],
        "diff": [
            difference(plan.name, plan.diff(False, show_values), plan.diff(True, show_values))
            for plan in acting
        ],
    }


class Applied(t.NamedTuple):
    """What was carried out: a sentence each, and what each plan returned."""

    actions: list[str]
    returned: list[t.Any]


def apply_all(
    plans: t.Sequence[ObjectPlan], apply: t.Callable[[t.Any], t.Any], beginning: str = ""
) -> Applied:
    """Carry out plans one after the other; where one fails, it and those after it become plans of no action.

    Args:
        plans: what to do.
        apply: carries out one plan.
        beginning: what each sentence and the error begin with, such as ``network ``, where a result has several kinds.

    Raises:
        FlotillaError: one plan failed; the message begins with the object's name, and ``actions`` among the facts has what
            was done before it.
    """
    applied = Applied([], [])
    for number, plan in enumerate(plans):
        try:
            applied.returned.append(apply(plan))
        except FlotillaError as error:
            if isinstance(error, OutcomeUnknown):
                error.after({"actions": [doubtful(plan.sentence)]})
            forget(plans[number:])
            raise failed_after(applied, error.prefixed(f"{beginning}{plan.name}: "), beginning) from None
        if plan.acts:
            applied.actions.append(f"{beginning}{plan.sentence}")
    return applied


def forget(plans: t.Sequence[ObjectPlan]) -> None:
    """Make plans that are not carried out any longer plans of no action."""
    for plan in plans:
        plan.action, plan.changes = "none", {}


def failed_after(applied: Applied, error: FlotillaError, beginning: str = "") -> FlotillaError:
    """An error with what was carried out before it; what the failed plan itself did comes last."""
    own = error.facts.pop("actions", [])
    # The actions alone say whether anything was changed.
    error.facts.pop("changed", None)
    actions = [*applied.actions, *(f"{beginning}{done}" for done in own)]
    return error.after({"changed": bool(actions), "actions": actions})
