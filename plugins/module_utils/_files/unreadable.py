# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Why a file cannot be read. PRIVATE to the collection. Pure."""

from __future__ import annotations


class Unreadable(OSError):
    """The file cannot be read; the text goes on after its path."""


class NoSuchFile(Unreadable):
    """There is no such file."""
