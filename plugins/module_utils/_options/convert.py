# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""From what a user writes to what the Engine stores, and back. PRIVATE to the collection. Pure."""

from __future__ import annotations

import datetime
import re
import typing as t

_UNITS = {"ns": 1, "us": 10**3, "µs": 10**3, "ms": 10**6, "s": 10**9, "m": 60 * 10**9, "h": 3600 * 10**9}
_PART = re.compile(r"(\d+(?:\.\d+)?)(ns|us|µs|ms|s|m|h)")


def nanoseconds(value: t.Any) -> int:
    """A duration in the Engine's unit.

    Args:
        value: an int (nanoseconds, as community.docker has it) or a text such as ``10s``, ``1m30s``, ``2160h``.

    Raises:
        ValueError: it is neither.
    """
    text = str(value).strip()
    if re.fullmatch(r"\d+", text):
        return int(text)
    parts = _PART.findall(text)
    if not parts or "".join(number + unit for number, unit in parts) != text:
        raise ValueError(f"{text!r} is not a duration like 10s, 1m30s or 2160h")
    return sum(round(float(number) * _UNITS[unit]) for number, unit in parts)


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
        kind = next((name for kind, name in _KINDS if isinstance(value, kind)), "nothing")
        # The value may be a secret, so it is not repeated.
        raise ValueError(f"is {kind}, not a string: put it in quotes")
    return value


_SIZE = re.compile(r"(\d+(?:\.\d+)?)\s*([kmgtp]?)(?:i?b)?\Z", re.IGNORECASE)


def size(value: t.Any) -> int:
    """A size in bytes: ``size("512M") == 536870912``. Units are powers of 1024, as Docker's own are.

    Raises:
        ValueError: it is no size.
    """
    text = str(value).strip()
    found = _SIZE.match(text)
    if not found:
        raise ValueError(f"{text!r} is not a size like 512M, 1.5G or 1048576")
    number, unit = found.groups()
    return int(float(number) * 1024 ** (" kmgtp".index(unit.lower() or " ")))


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
    except (TypeError, ValueError):
        mode = -1
    if not 0 <= mode <= 0o7777:
        raise ValueError(f"{value!r} is not a file mode like 0444")
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
        raise ValueError(f"is {value!r}, not a dictionary")
    checked = {}
    for name, text in value.items():
        try:
            checked[str(name)] = _text(text)
        except ValueError as error:
            raise ValueError(f"{what} {name!r} {error}") from None
    return checked
