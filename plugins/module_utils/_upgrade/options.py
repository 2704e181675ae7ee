# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How a task reads what an upgrade has to know. PRIVATE to the collection. Pure."""

from __future__ import annotations

from .._run.interface import Interface
from .._run.progress import PROGRESS

INFO = Interface({"update": {"type": "bool", "default": False}, **PROGRESS}, waits=True)
