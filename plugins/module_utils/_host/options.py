# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How tasks call ``swarm_host_info``. PRIVATE to the collection. Pure."""

from __future__ import annotations

from .._options.value_types import SECONDS
from .._run.interface import Interface

INTERFACE = Interface(
    {"wait_for_leader": {**SECONDS, "default": 0}, "progress": {"type": "bool", "default": True}}, waits=True
)
