# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What hosts tell of themselves beside what a manager tells of all. PRIVATE to the collection. Pure."""

from __future__ import annotations

import typing as t

from ...module_utils._swarm.nodes import Node, is_gone

#: What is said where nobody can tell of the swarm.
NO_MANAGER = "No manager with a quorum was reached."


def beside_summary(infos: dict[str, dict[str, t.Any]], nodes: list[Node]) -> list[tuple[str, str]]:
    """What the summary of a manager cannot tell: a host, and a sentence about its certificate, or why it is not in the swarm."""
    members = {node["id"] for node in nodes}
    # The summary tells of a host that is gone already; which host a node is that cannot be asked is known by its name.
    gone = {node["hostname"] for node in nodes if is_gone(node)}
    told = {host for host in gone if infos.get(host, {}).get("state", "no_engine") == "no_engine"}
    outside = [host for host in infos if infos[host].get("node_id") not in members and host not in told]
    aging = [
        (host, line) for host, info in infos.items() for line in _certificate(info.get("certificate") or {})
    ]
    return [*aging, *((host, why(infos[host])) for host in outside)]


def _certificate(certificate: dict[str, t.Any]) -> list[str]:
    """A certificate that was not renewed: when it ends, the node is out of the swarm."""
    if not certificate.get("overdue"):
        return []
    left = certificate["days_left"]
    ends = f"ends in {left} {'day' if left == 1 else 'days'}" if left >= 0 else "has ended"
    what = f"its certificate {ends} ({certificate['expires']}) and was not renewed, as nodes do by themselves"
    return [f"{what}: see in the Engine's log whether it reaches a manager."]


def why(info: dict[str, t.Any]) -> str:
    """Why a host is not in the swarm, or cannot say what is in it."""
    return str(info.get("why") or "was not reached.")
