# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The parts that a plan is made of. PRIVATE to the collection. Pure."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from .membership import Membership


@dataclass
class SitePlan:
    """What a run will do.

    Attributes:
        hosts: per host, the parts of the plan that concern it: ``engine``, ``firewall``, ``join``.
        lines: the plan in the user's words, ``HOST: what`` a line.
        warnings: what the user should know.
        membership: who joins, and so on.
        settings: arguments for ``swarm_init``: how the swarm is made, or what of it has to change.
        labels: entries for ``swarm_node``: labels and availability of nodes that are there.
        prove: hosts whose ports are proven before anybody joins.
        data_path_port: the UDP port of overlay traffic: that of the swarm which is there, else the declared one.
    """

    membership: Membership
    hosts: dict[str, dict[str, t.Any]] = field(default_factory=dict)
    lines: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    settings: dict[str, t.Any] = field(default_factory=dict)
    labels: list[dict[str, t.Any]] = field(default_factory=list)
    prove: list[str] = field(default_factory=list)
    data_path_port: int = 4789

    def say(self, host: str, what: str) -> None:
        """Add a line."""
        self.lines.append(f"{host}: {what}")
