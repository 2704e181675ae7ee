# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which nodes of a swarm are too old for an option. PRIVATE to the collection. Pure."""

from __future__ import annotations

from .._engine.api_version import engine_api, show_api
from .._engine.errors import Refused
from .._swarm.nodes import Node


def check_nodes(newer: dict[str, tuple[int, int]], nodes: list[Node]) -> list[str]:
    """Refuse options that the swarm's leader would drop without a word, and tell which nodes ignore them.

    A manager hands every write to the leader, whatever itself understands, and the leader stores the fields that its own
    swarmkit knows. A node too old for an option starts its tasks without it.

    Args:
        newer: options that not every supported Engine has, with the API version each needs.
        nodes: all nodes of the swarm.

    Returns:
        A warning, where nodes would ignore an option.

    Raises:
        Refused: the leader is too old.
    """
    old = []
    for node in nodes:
        api = engine_api(node["engine_version"])
        missed = [name for name, lowest in newer.items() if api is not None and lowest > api]
        if not missed or node["state"] != "ready":
            continue
        if node["manager"] and node["manager"]["leader"]:
            raise Refused(
                f"{missed[0]} needs API {show_api(newer[missed[0]])}, but the leader of the swarm, {node['hostname']}, is "
                f"Engine {node['engine_version']} and would drop it without a word; upgrade it or leave the option out."
            )
        old.append(f"{node['hostname']} ({node['engine_version']})")
    if not old:
        return []
    sentence = (
        f"Tasks on {', '.join(old)} go without {', '.join(sorted(newer))}: their Engines are too old for it; keep them "
        "away with placement.constraints, or upgrade."
    )
    return [sentence]
