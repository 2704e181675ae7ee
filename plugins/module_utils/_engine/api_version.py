# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Versions of the Engine's API. PRIVATE to the collection. Pure."""

from __future__ import annotations

from .errors import Refused


def parse_api(text: str) -> tuple[int, int]:
    """``"1.41"`` as ``(1, 41)``.

    Raises:
        Refused: it is not a version.
    """
    try:
        major, minor = text.split(".")
        return int(major), int(minor)
    except ValueError:
        raise Refused(
            f"api_version {text!r} is not a version like 1.41; leave it out to negotiate."
        ) from None


def show_api(version: tuple[int, int]) -> str:
    """``(1, 41)`` as ``"1.41"``."""
    return f"{version[0]}.{version[1]}"


# The newest API of each Engine, by the beginning of its version (moby api/common.go of its releases).
_ENGINES = (
    ("20.", (1, 41)),
    ("23.", (1, 42)),
    ("24.", (1, 43)),
    ("25.", (1, 44)),
    ("26.", (1, 45)),
    ("27.", (1, 46)),
    ("28.", (1, 48)),
    ("29.", (1, 52)),
)


def engine_api(version: str) -> tuple[int, int] | None:
    """The API that an Engine of some version surely speaks, ``None`` where that is not known."""
    return next((api for beginning, api in _ENGINES if version.startswith(beginning)), None)
