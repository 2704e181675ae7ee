# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a user declares for one node. PRIVATE to the collection. Pure."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from .._engine.errors import Refused
from .._options.labels import check_not_own
from .._options.option import declared_values
from .options import NODE


@dataclass
class DeclaredNode:
    """What a user declares for one node.

    Attributes:
        name: host name or ID.
        values: option name to value in the Engine's form.
        labels_state: ``owned``, ``merge`` or ``replace``.
        labels_to_remove: keys to remove.
        absent: remove the node from the swarm.
    """

    name: str
    values: dict[str, t.Any] = field(default_factory=dict)
    labels_state: str = "merge"
    labels_to_remove: list[str] = field(default_factory=list)
    absent: bool = False


def declared_node(options: dict[str, t.Any]) -> DeclaredNode:
    """What one node's options declare.

    Raises:
        Refused: an option that cannot work, with the node it was meant for.
    """
    name = options["hostname"]
    try:
        values = declared_values(NODE, options)
        _check_removal(options.get("labels_to_remove") or [], options.get("labels") or {})
    except Refused as error:
        raise Refused(f"Node {name}: {error}") from None
    return DeclaredNode(
        name,
        values,
        options.get("labels_state") or "merge",
        list(options.get("labels_to_remove") or []),
        options.get("state") in ("absent", "remove"),
    )


def _check_removal(names: list[str], labels: dict[str, t.Any]) -> None:
    try:
        check_not_own(names)
    except ValueError as error:
        raise Refused(f"labels_to_remove: {error}.") from None
    for number, name in enumerate(names, start=1):
        if not name:
            raise Refused(f"labels_to_remove: entry {number} is empty: name a label.")
        if name in labels:
            raise Refused(f"label {name!r} is in labels and in labels_to_remove: take it out of one of them.")
