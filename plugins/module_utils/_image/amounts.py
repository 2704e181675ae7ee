# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Amounts of bytes, as people read them. PRIVATE to the collection. Pure."""

from __future__ import annotations


def amount(count: float) -> str:
    """Bytes in the largest unit that they fill, in powers of 1000, as Docker shows them: ``amount(1234567) == "1.2 MB"``."""
    units = ["B", "kB", "MB", "GB", "TB"]
    while abs(count) >= 999.5 and len(units) > 1:
        count /= 1000
        del units[0]
    digits = 0 if units[0] == "B" or abs(count) >= 99.95 else 1
    return f"{count:.{digits}f} {units[0]}"
