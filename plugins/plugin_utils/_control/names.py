# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Names as a user gives them behind ``-e``, or in a list. PRIVATE to the collection. Pure."""

from __future__ import annotations

import typing as t


def names_in(given: str | t.Iterable[str] | None) -> list[str]:
    """The names in a list, or in a text with commas between them; empty ones are left out."""
    words = given.split(",") if isinstance(given, str) else given or []
    return [name for name in (str(word).strip() for word in words) if name]
