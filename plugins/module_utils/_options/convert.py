# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""From what a user writes to what the Engine stores, and back. PRIVATE to the collection. Pure."""

from __future__ import annotations

import datetime
import re
import typing as t

# The Engine counts bytes and nanoseconds in 64 bits: 292 years, 8 EiB.
LARGEST = 2**63 - 1
_UNITS = {"ns": 1, "us": 10**3, "µs": 10**3, "ms": 10**6, "s": 10**9, "m": 60 * 10**9, "h": 3600 * 10**9}
# No number of more digits is within these limits.
_PART = re.compile(r"([0-9]{1,19}(?:\.[0-9]{1,19})?)(ns|us|µs|ms|s|m|h)")


def nanoseconds(value: t.Any) -> int:
    """A duration in the Engine's unit.

    Args:
        value: an int (nanoseconds, as community.docker has it) or a text such as ``10s``, ``1m30s``, ``2160h``.

    Raises:
        ValueError: it is neither.
    """
    text = str(value).strip()
    parts = _PART.findall(text)
    if re.fullmatch(r"[0-9]{1,20}", text):
        found = int(text)
    elif parts and "".join(number + unit for number, unit in parts) == text:
        found = sum(round(float(number) * _UNITS[unit]) for number, unit in parts)
    elif text.startswith("-"):
        raise ValueError(f"{quoted(text)} is a negative duration: give one like 10s, or 0s")
    else:
        raise ValueError(f"{quoted(text)} is not a duration like 10s, 1m30s or 2160h")
    if found > LARGEST:
        raise ValueError(f"{quoted(text)} is longer than the 292 years that the Engine can count")
    return found


def quoted(value: t.Any) -> str:
    """A value as a sentence repeats it: in quotes, without control characters, and never all of an endless one."""
    shown = ascii(value) if isinstance(value, str) and not value.isprintable() else repr(value)
    return shown if len(shown) <= 80 else f"{shown[:60]}…"


def duration(value: int) -> str:
    """Nanoseconds as a user writes them: ``duration(90 * 10**9) == "1m30s"``."""
    if value == 0:
        return "0s"
    shown = ""
    for unit in ("h", "m", "s", "ms", "us", "ns"):
        count, value = divmod(value, _UNITS[unit])
        if count:
            shown += f"{count}{unit}"
    return shown


# In words, since Ansible's own types have names that few users know. A bool is an int too, so it comes first.
_KINDS = (
    (str, "a text"),
    (bool, "a yes or no"),
    ((int, float), "a number"),
    (list, "a list"),
    (dict, "a dictionary"),
    # What YAML makes of an unquoted 2026-11-20.
    (datetime.date, "a date"),
)


def _text(value: t.Any) -> str:
    """A value that has to be a string already.

    A YAML ``yes`` or ``1.10`` would reach the swarm as ``True`` or ``1.1``, and a constraint that was written with the
    original spelling would never match.

    Raises:
        ValueError: it is not a string.
    """
    if not isinstance(value, str):
        # The value may be a secret, so it is not repeated.
        raise ValueError(f"is {kind_of(value)}, not a string: put it in quotes")
    return value


def kind_of(value: t.Any) -> str:
    """What a value is, in words, for a sentence that must not repeat the value."""
    return next((name for kind, name in _KINDS if isinstance(value, kind)), "nothing")


_SIZE = re.compile(r"([0-9]{1,19})(\.[0-9]{1,19})?\s*([kmgtp]?)(?:i?b)?\Z", re.IGNORECASE)


def size(value: t.Any) -> int:
    """A size in bytes: ``size("512M") == 536870912``. Units are powers of 1024, as Docker's own are.

    Raises:
        ValueError: it is no size.
    """
    text = str(value).strip()
    found = _SIZE.match(text)
    if not found:
        raise ValueError(f"{quoted(text)} is not a size like 512M, 1.5G or 1048576")
    whole, part, unit = found.groups()
    factor = 1024 ** (" kmgtp".index(unit.lower() or " "))
    size_ = int(whole) * factor + int(float(part or 0) * factor)
    if size_ > LARGEST:
        raise ValueError(f"{quoted(text)} is more than the Engine can count, which is 8 EiB")
    return size_


def size_text(value: int) -> str:
    """Bytes as a user writes them: ``size_text(536870912) == "512M"``."""
    for power, unit in ((5, "P"), (4, "T"), (3, "G"), (2, "M"), (1, "K")):
        if value and value % 1024**power == 0:
            return f"{value // 1024**power}{unit}"
    return str(value)


def file_mode(value: t.Any) -> int:
    """A file's mode: a text is octal (``"0444"``), a number is taken as it is (YAML has read ``0444`` as octal).

    Raises:
        ValueError: it is no mode.
    """
    try:
        mode = int(value, 8) if isinstance(value, str) else int(value)
    except (TypeError, ValueError, OverflowError):
        mode = -1
    if isinstance(value, bool) or not 0 <= mode <= 0o7777:
        raise ValueError(f"{quoted(value)} is not a file mode like 0444")
    return mode


def file_mode_text(value: int) -> str:
    """A file's mode as a user writes it: ``file_mode_text(292) == "0444"``."""
    return f"{value:04o}"


def texts(value: t.Any, what: str) -> dict[str, str]:
    """A dictionary whose values are strings already: YAML makes ``True`` of ``yes`` and ``1.1`` of ``1.10``.

    Args:
        what: how one entry is called in the message.

    Raises:
        ValueError: names the entry that is wrong.
    """
    if not isinstance(value, dict):
        raise ValueError(f"is {kind_of(value)}, not a dictionary")
    checked = {}
    for name, text in value.items():
        if not str(name):
            raise ValueError(f"{what} '' has no name")
        try:
            checked[str(name)] = _text(text)
        except ValueError as error:
            raise ValueError(f"{what} {name!r} {error}") from None
    return checked


def listed(value: t.Any) -> dict[t.Any, list[t.Any]]:
    """A dictionary whose values are lists: a single value stands for a list of it.

    Raises:
        ValueError: it is no dictionary.
    """
    if not isinstance(value, dict):
        raise ValueError(f"is {kind_of(value)}, not a dictionary")
    return {name: found if isinstance(found, list) else [found] for name, found in value.items()}


def yes_and_no_as_text(value: t.Any) -> t.Any:
    """A dictionary whose booleans are ``true`` and ``false``, as community.docker writes them and Docker's drivers read them."""
    if not isinstance(value, dict):
        return value
    return {name: str(one).lower() if isinstance(one, bool) else one for name, one in value.items()}


def whole_numbers_as_text(value: t.Any) -> t.Any:
    """A dictionary whose whole numbers are texts, as community.docker takes them: YAML keeps every digit of one.

    A float or a yes is left for ``texts`` to refuse: YAML makes 1.1 of 1.10 and True of yes. So is what is no dictionary.
    """
    if not isinstance(value, dict):
        return value
    return {
        name: str(number) if isinstance(number, int) and not isinstance(number, bool) else number
        for name, number in value.items()
    }
