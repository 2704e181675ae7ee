# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Changes in the user's words, as a diff shows them. PRIVATE to the collection. Pure."""

from __future__ import annotations

import typing as t

from .hidden import Changes
from .labels import DECLARED_LABEL, NAMESPACE, STACK_IMAGE

__all__ = ["Changes", "difference", "side", "sides", "text_of", "visible_changes"]

# What every new object of a stack gets. On one that is there already, they say that it becomes another stack's.
_OF_STACK = (f"labels.{NAMESPACE}", f"container_labels.{NAMESPACE}")
_IMAGE = f"labels.{STACK_IMAGE}"


def visible_changes(changes: Changes, created: bool = False) -> Changes:
    """The changes worth showing: the memory of what was declared only where nothing else changes.

    Args:
        created: of an object that is new, whose labels of its stack go without saying.
    """
    silent = {DECLARED_LABEL}
    if created:
        silent |= {*_OF_STACK, _IMAGE}
    elif "image" in changes:
        # The label follows the image.
        silent.add(_IMAGE)
    shown = {name: change for name, change in changes.items() if name not in silent}
    return shown if shown or created else changes


def side(changes: Changes, after: bool, created: bool = False) -> dict[str, t.Any]:
    """One side of a diff, without what is not set there; see ``visible_changes``."""
    values = {name: change[int(after)] for name, change in visible_changes(changes, created).items()}
    return {name: value for name, value in values.items() if value is not None}


def sides(changes: Changes) -> dict[str, dict[str, t.Any]]:
    """Both sides of a diff: ``before`` and ``after``."""
    return {"before": side(changes, False), "after": side(changes, True)}


def difference(header: str, before: dict[str, t.Any], after: dict[str, t.Any]) -> dict[str, t.Any]:
    """One object's part of a module's diff."""
    return {"before_header": header, "after_header": header, "before": before, "after": after}


def text_of(changes: Changes) -> str:
    """Changes as a part of a sentence: ``labels.disk: not set → ssd, role: worker → manager``."""
    return ", ".join(
        f"{name}: {_text(before)} → {_text(after)}"
        for name, (before, after) in visible_changes(changes).items()
    )


def _text(value: t.Any) -> str:
    return "not set" if value is None else str(value) or "''"
