# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Types and limits of values that the tables of several resources share. PRIVATE to the collection. Pure."""

from __future__ import annotations

import math
import typing as t

from . import convert
from .option import ValueType

#: The argument spec of a list of texts.
TEXTS: dict[str, t.Any] = {"type": "list", "elements": "str"}

ORDERED = ValueType(TEXTS)
# Written sorted and compared sorted, so that the order in which a user writes it never counts as a change.
UNORDERED = ValueType(TEXTS, lambda value: sorted(set(value)), canonical=sorted)
SIZE = ValueType({"type": "str"}, convert.size, convert.size_text)
#: The Engine's own word for a size without a limit.
UNLIMITED = -1
SIZE_OR_UNLIMITED = ValueType(
    {"type": "str"},
    lambda value: UNLIMITED if str(value).strip() == str(UNLIMITED) else convert.size(value),
    lambda value: str(value) if value == UNLIMITED else convert.size_text(value),
)
TEXT_DICT = ValueType(
    {"type": "dict"}, lambda value: convert.texts(convert.whole_numbers_as_text(value), "key")
)
# Parts of a rounded number: 1.1 CPUs are 1100000000 and not 1100000000.0000001 of these.
_NANO = 10**9


def _nano(value: float) -> int:
    if not math.isfinite(value):
        raise ValueError(f"{value} is not a number of CPUs")
    return round(value * _NANO)


CPUS = ValueType({"type": "float"}, _nano, lambda value: value / _NANO)


def _single_precision(value: float) -> float:
    # The Engine keeps ratios in 32 bits.
    return round(value, 6)


RATIO = ValueType({"type": "float"}, canonical=_single_precision, show=_single_precision)


def lists(check: t.Callable[[str], t.Any]) -> t.Callable[[list[str]], None]:
    """A limit for lists: each entry is checked, and the message names which one is wrong."""

    def check_all(values: list[str]) -> None:
        for number, value in enumerate(values, start=1):
            try:
                check(value)
            except ValueError as error:
                raise ValueError(f"entry {number}: {error}") from None

    return check_all


def not_empty(value: str) -> None:
    """A limit for texts.

    Raises:
        ValueError: it is empty.
    """
    if not value.strip():
        raise ValueError("'' is empty: set it, or leave it out")


#: The argument spec of names, of which an empty one comes from a variable that is not set.
NAMES: dict[str, t.Any] = {**TEXTS, "limits": lists(not_empty)}
#: The same of one name.
NAME: dict[str, t.Any] = {"type": "str", "limits": not_empty}


def one_of(*values: str) -> dict[str, t.Any]:
    """The part of an argument spec that names the choices."""
    return {"choices": list(values)}


def at_least(least: float, what: str) -> t.Callable[[t.Any], None]:
    """A lower limit for numbers, and the highest that the Engine can count.

    Args:
        least: the lowest number.
        what: what the number is, for the message: ``-2 is below 0: it is a number of tasks``.
    """

    def check(value: t.Any) -> None:
        if value < least:
            raise ValueError(f"{value} is below {least:g}: it is {what}")
        if value > convert.LARGEST:
            raise ValueError(f"it has {len(str(value))} digits, more than the Engine can count")

    return check


def between(least: float, most: float, why: str = "") -> t.Callable[[t.Any], None]:
    """A limit for numbers with two ends.

    Args:
        least, most: the ends.
        why: why there is an end, for the message.
    """

    def check(value: t.Any) -> None:
        if not least <= value <= most:
            raise ValueError(f"{convert.quoted(value)} is not from {least} to {most}{why and f': {why}'}")

    return check


#: The argument spec of a time to wait: more than a year is a slip of the pen.
SECONDS: dict[str, t.Any] = {
    "type": "int",
    "limits": between(0, 365 * 24 * 3600, "it is a number of seconds"),
}
