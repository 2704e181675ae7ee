# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Values of a document as a reader sees them. PRIVATE to the collection. Pure."""

from __future__ import annotations

import typing as t
import unicodedata

from ...module_utils._rollout.snapshot import seconds

# Characters that emojis and some scripts are joined with.
_JOINERS = "\u200c\u200d"
# Characters that are not seen, or change how others are seen: controls, directions, halves of pairs, unknown ones, ends of lines.
_UNSEEN = ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")
_UNITS = ((86400, "d"), (3600, "h"), (60, "min"), (1, "s"))


def visible(value: t.Any) -> t.Any:
    """A text in which every character is seen: others become ``\\u202e``, so that no name can look like another one."""
    if not isinstance(value, str) or (value.isascii() and value.isprintable()):
        return value
    return "".join(_seen(one) for one in value)


def clipped(text: str, most: int) -> str:
    """A text that is not too long to be read; the document has the whole."""
    return text if len(text) <= most else f"{text[: most - 1]}…"


def age(since: str, made: str) -> str:
    """How long ago something was, in the largest unit that is full: ``3 d``."""
    passed = max(0.0, seconds(made) - seconds(since)) if since else 0.0
    return span(passed) if since else ""


def span(passed: float) -> str:
    """Seconds in the largest unit that is full twice, or else in the smallest one: ``90 s``, ``36 h``."""
    size, unit = next(((size, unit) for size, unit in _UNITS if passed >= 2 * size), _UNITS[-1])
    return f"{int(passed // size)} {unit}"


def minute(moment: str) -> str:
    """A timestamp up to its minute."""
    return moment[:16].replace("T", " ")


def second(moment: str) -> str:
    """The time of day of a timestamp."""
    return moment[11:19]


def image(reference: str) -> str:
    """An image without its digest."""
    return reference.partition("@")[0]


def change(before: str, after: str) -> str:
    """From which image to which: the repository once where it is the same."""
    old, new = image(before), image(after)
    repository, _colon, tag = new.rpartition(":")
    if repository and "/" not in tag and old.startswith(f"{repository}:"):
        return f"{repository} {old[len(repository) + 1 :]} → {tag}"
    return f"{old} → {new}"


def _seen(one: str) -> str:
    if one in _JOINERS or unicodedata.category(one) not in _UNSEEN:
        return one
    return " " if one in "\t\n" else f"\\u{ord(one):04x}"
