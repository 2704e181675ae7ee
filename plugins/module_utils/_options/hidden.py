# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Values that may be secrets, hidden wherever they would be shown. PRIVATE to the collection. Pure.

A row of a table says ``hidden=True``, an argument spec says ``no_log`` (Ansible hides such a value wherever it occurs) or
``hidden`` (the value is hidden where it stands, its keys stay visible; see ``arguments.py``). Nothing else decides on what is
hidden.
"""

from __future__ import annotations

import copy
import typing as t

if t.TYPE_CHECKING:
    from .option import Option, Table

Spec = t.Dict[str, t.Any]
Changes = t.Dict[str, t.Tuple[t.Any, t.Any]]

HIDDEN = "(hidden)"


def hide_value(value: t.Any) -> t.Any:
    """A value of unknown form, hidden: of dictionaries the keys, of lists the length stay visible."""
    if isinstance(value, dict):
        return {key: hide_value(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [hide_value(inner) for inner in value]
    return value if value in (None, "") else HIDDEN


def hide_changes(table: Table, changes: Changes) -> Changes:
    """Changes without the values of hidden options; that they differ stays visible."""
    shown = {}
    for name, (before, after) in changes.items():
        option = next((row for row in table if row.hidden and _belongs(row, name)), None)
        shown[name] = _hidden_change(option, name, before, after) if option else (before, after)
    return shown


def _belongs(option: Option, name: str) -> bool:
    return name == option.name or name.startswith(f"{option.name}.")


def _hidden_change(option: Option, name: str, before: t.Any, after: t.Any) -> tuple[t.Any, t.Any]:
    hide = option.type.hide if name == option.name else option.type.hide_part
    old, new = (None if side is None else hide(side) for side in (before, after))
    if old == new and isinstance(new, str):
        new = f"{new}, changed"
    return old, new


def hide_spec(table: Table, spec: Spec) -> Spec:
    """A copy of an object's spec in the Engine's form, without the values of hidden options."""
    made = copy.deepcopy(spec)
    for option in table:
        if option.hidden and option.is_in(made):
            option.write(made, option.type.hide(option.read(made)))
    return made
