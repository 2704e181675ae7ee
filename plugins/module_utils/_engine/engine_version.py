# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Versions of Engines and of their packages. PRIVATE to the collection. Pure."""

from __future__ import annotations

import re

#: Since this version a swarm has everything the collection uses; see the version table of the Engine API (1.41).
OLDEST = (20, 10)


def parse_version(text: str | None) -> tuple[int, ...]:
    """The numbers a version begins with: ``20.10.24+dfsg1`` is (20, 10, 24); a text without any is ()."""
    numbers = re.match(r"\d+(?:\.\d+)*", text or "")
    return tuple(int(part) for part in numbers.group().split(".")) if numbers else ()


def upstream(package_version: str) -> str:
    """The Engine's version of a package's: ``5:28.5.2-1~debian.13`` is ``28.5.2``."""
    numbers = re.match(r"(?:\d+:)?(\d+(?:\.\d+)*)", package_version)
    return numbers.group(1) if numbers else ""


def is_beginning(text: str) -> bool:
    """Whether a text is the beginning of a version, or a whole one."""
    return bool(re.fullmatch(r"\d+(\.\d+){0,2}", text))


def version_pattern(version: str) -> str:
    """A regular expression for the package versions that the beginning of a version stands for, with or without an epoch."""
    return rf"^(?:[0-9]+:)?{re.escape(version)}(?![0-9])"
