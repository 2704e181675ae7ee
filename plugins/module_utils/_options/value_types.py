# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Types and limits of values that the tables of several resources share. PRIVATE to the collection. Pure."""

from __future__ import annotations

import typing as t

from . import convert
from .option import ValueType

#: The argument spec of a list of texts.
TEXTS: dict[str, t.Any] = {"type": "list", "elements": "str"}

ORDERED = ValueType(TEXTS)
# Written sorted and compared sorted, so that the order in which a user writes it never counts as a change.
UNORDERED = ValueType(TEXTS, lambda value: sorted(set(value)), canonical=sorted)
SIZE = ValueType({"type": "str"}, convert.size, convert.size_text)
TEXT_DICT = ValueType({"type": "dict"}, lambda value: convert.texts(value, "key"))
# Parts of a rounded number: 1.1 CPUs are 1100000000 and not 1100000000.0000001 of these.
_NANO = 10**9
CPUS = ValueType({"type": "float"}, lambda value: round(value * _NANO), lambda value: value / _NANO)


def _single_precision(value: float) -> float:
    # The Engine keeps ratios in 32 bits.
    return round(value, 6)


RATIO = ValueType({"type": "float"}, canonical=_single_precision, show=_single_precision)


def one_of(*values: str) -> dict[str, t.Any]:
    """The part of an argument spec that names the choices."""
    return {"choices": list(values)}


def at_least(least: float, what: str) -> t.Callable[[t.Any], None]:
    """A lower limit for numbers.

    Args:
        least: the lowest number.
        what: what the number is, for the message: ``-2 is below 0: it is a number of tasks``.
    """

    def check(value: t.Any) -> None:
        if value < least:
            raise ValueError(f"{value} is below {least:g}: it is {what}")

    return check


def between(least: float, most: float) -> t.Callable[[t.Any], None]:
    """A limit for numbers with two ends."""

    def check(value: t.Any) -> None:
        if not least <= value <= most:
            raise ValueError(f"{value} is not from {least:g} to {most:g}")

    return check
