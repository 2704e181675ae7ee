# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Values that may be secrets, hidden wherever they would be shown. PRIVATE to the collection. Pure.

A row of a table says ``hidden=True``, an argument spec says ``no_log`` (such a value is hidden wherever it occurs in a result) or
``hidden`` (the value is hidden where it stands, its keys stay visible; see ``arguments.py``). Nothing else decides on what is
hidden; which options of drivers are, ``driver_options.py`` says.
"""

from __future__ import annotations

import contextlib
import copy
import re
import typing as t

if t.TYPE_CHECKING:
    from .option import Option, Table

Spec = t.Dict[str, t.Any]
Changes = t.Dict[str, t.Tuple[t.Any, t.Any]]

HIDDEN = "(hidden)"
# Letters and digits of this length are no part of another word by chance.
_WORD = 8


def hide_value(value: t.Any) -> t.Any:
    """A value of unknown form, hidden: of dictionaries the keys, of lists the length stay visible."""
    if isinstance(value, dict):
        return {key: hide_value(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [hide_value(inner) for inner in value]
    return value if value in (None, "") else HIDDEN


def texts_in(value: t.Any) -> t.Iterator[str]:
    """Every text and number in a value of unknown form, as text; not the keys of dictionaries."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, (list, tuple)):
        for inner in value:
            yield from texts_in(inner)
    elif value is not None and not isinstance(value, bool):
        # Python refuses to write a number of more than 4,300 digits, so no message has it.
        with contextlib.suppress(ValueError):
            yield str(value)


def hide_texts(value: t.Any, texts: t.Collection[str]) -> t.Any:
    """A value of unknown form without some texts, wherever they occur in it; the keys of dictionaries stay."""
    if isinstance(value, dict):
        return {key: hide_texts(inner, texts) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [hide_texts(inner, texts) for inner in value]
    if isinstance(value, str):
        # The longest first: one may be a part of another.
        for text in sorted(texts, key=len, reverse=True):
            value = _without(value, text)
    return value


def _without(value: str, text: str) -> str:
    """A text without another one. A short word is hidden as a word only: it is a part of other words too."""
    if len(text) >= _WORD or not text.isalnum():
        return value.replace(text, HIDDEN)
    return re.sub(rf"(?<!\w){re.escape(text)}(?!\w)", HIDDEN, value)


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
    def hide(value: t.Any) -> t.Any:
        part = name[len(option.name) + 1 :]
        return option.type.hide_part(part, value) if part else option.type.hide(value)

    old, new = (None if side is None else hide(side) for side in (before, after))
    if old == new == HIDDEN:
        new = f"{new}, changed"
    return old, new


def hide_spec(table: Table, spec: Spec) -> Spec:
    """A copy of an object's spec in the Engine's form, without the values of hidden options."""
    made = copy.deepcopy(spec)
    for option in table:
        if option.hidden and option.is_in(made):
            option.write(made, option.type.hide(option.read(made)))
    return made
