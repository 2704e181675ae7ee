# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What has to change on which node, and in which order. PRIVATE to the collection. Pure."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from .._engine.errors import Refused
from .._options import convert
from .._options.option import TEXT, Option, Table, declared
from .._options.plan import MEMORY, Changes, Plan, plan, plan_labels, shown
from .._swarm import quorum
from .._swarm.nodes import Node, find, managers, reachable

NODE: Table = (
    Option("role", ("Role",), TEXT, "worker", spec={"choices": ["manager", "worker"]}),
    Option("availability", ("Availability",), TEXT, "active", spec={"choices": ["active", "pause", "drain"]}),
)


@dataclass
class Order:
    """What a user declares for one node.

    Attributes:
        name: host name or ID.
        scalars: declared role and availability.
        labels: wanted labels, ``None`` when nothing was said of them.
        labels_state: ``owned``, ``merge`` or ``replace``.
        labels_to_remove: keys to remove.
        absent: remove the node from the swarm.
    """

    name: str
    scalars: dict[str, t.Any] = field(default_factory=dict)
    labels: dict[str, str] | None = None
    labels_state: str = "merge"
    labels_to_remove: list[str] = field(default_factory=list)
    absent: bool = False


def order(params: dict[str, t.Any]) -> Order:
    """An order from one node's options.

    Raises:
        Refused: an option that cannot work, with the node it was meant for.
    """
    name = params["hostname"]
    try:
        labels = None if params.get("labels") is None else convert.labels(params["labels"])
        if MEMORY in (labels or {}):
            raise ValueError(
                f"label {MEMORY!r} is where the collection remembers what was declared; choose another"
            )
        return Order(
            name=name,
            scalars=declared(NODE, params),
            labels=labels,
            labels_state=params.get("labels_state") or "merge",
            labels_to_remove=list(params.get("labels_to_remove") or []),
            absent=params.get("state") == "absent",
        )
    except (ValueError, Refused) as error:
        raise Refused(f"Node {name}: {error}".rstrip(".") + ".") from None


def plan_node(wanted: Order, spec: dict[str, t.Any]) -> Plan:
    """Plan one node's update from its raw spec."""
    made = plan(NODE, wanted.scalars, spec)
    if wanted.labels is not None or wanted.labels_to_remove:
        plan_labels(made, wanted.labels, wanted.labels_state, wanted.labels_to_remove)
    return made


@dataclass
class Step:
    """One node's change.

    Attributes:
        node: the live node.
        wanted: the order it comes from.
        changes: the plan's changes, for the diff.
    """

    node: Node
    wanted: Order
    changes: Changes

    @property
    def sentence(self) -> str:
        """What the step does, in the user's words."""
        if self.wanted.absent:
            return f"{self.node['hostname']}: removed"
        told = ", ".join(
            f"{name}: {_shown(before)} → {_shown(after)}"
            for name, (before, after) in shown(self.changes).items()
        )
        return f"{self.node['hostname']}: {told}"

    @property
    def promotes(self) -> bool:
        """The node becomes a manager."""
        return self.changes.get("role", ("", ""))[1] == "manager"

    @property
    def demotes(self) -> bool:
        """The node stops being a manager, by order or on its way out."""
        return self.changes.get("role", ("", ""))[1] == "worker" or (
            self.wanted.absent and (self.node["manager"] is not None or self.node["role"] == "manager")
        )


def _shown(value: t.Any) -> str:
    return "not set" if value is None else str(value) or "''"


def steps(
    orders: list[Order], raws: list[dict[str, t.Any]], seen: list[Node], own_id: str | None
) -> list[Step]:
    """Every node's change, in an order that never costs the quorum.

    Dead managers go first (they make the majority harder to reach), then promotions, then what touches no quorum,
    and demotions last; the node that is asked comes last of all, since it stops answering.

    Args:
        orders: what is declared.
        raws: the raw nodes of ``/nodes``.
        seen: the same as views.
        own_id: the ID of the node that is asked.

    Raises:
        Refused: a node is not there or not clear, or a step would cost the quorum.
    """
    specs = {raw["ID"]: raw.get("Spec") or {} for raw in raws}
    made: list[Step] = []
    for wanted in orders:
        for node in _targets(wanted, seen, own_id):
            changes = {} if wanted.absent else plan_node(wanted, specs[node["id"]]).changes
            if changes or wanted.absent:
                made.append(Step(node, wanted, changes))
    made.sort(key=lambda step: _rank(step, own_id))
    _check_quorum(made, seen)
    return made


def _targets(wanted: Order, seen: list[Node], own_id: str | None) -> list[Node]:
    if wanted.absent:
        twins = [other for other in seen if other["hostname"] == wanted.name]
        if twins and all(other["state"] == "down" for other in twins):
            return twins
        alive = find(seen, wanted.name, own_id)
        found = [alive] if alive else []
        return found + [other for other in twins if other["state"] == "down" and other not in found]
    node = find(seen, wanted.name, own_id)
    if node is None:
        known = ", ".join(other["hostname"] for other in seen)
        raise Refused(f"No node is called {wanted.name}; the swarm knows {known}.")
    return [node]


def _rank(step: Step, own_id: str | None) -> tuple[int, bool]:
    dead = step.node["manager"] is not None and step.node["manager"]["reachability"] != "reachable"
    rank = (0 if dead else 3) if step.demotes else 1 if step.promotes else 2
    return rank, step.node["id"] == own_id


def _check_quorum(made: list[Step], seen: list[Node]) -> None:
    """Walk through the steps in numbers only."""
    count, up = len(managers(seen)), len(reachable(seen))
    for step in made:
        if step.promotes and not step.node["manager"]:
            count, up = count + 1, up + 1
        elif step.demotes and step.node["manager"]:
            is_up = step.node["manager"]["reachability"] == "reachable"
            if count == 1:
                raise Refused(
                    f"{step.node['hostname']} is the swarm's last manager; promote another node before it is "
                    "demoted or removed."
                )
            if not quorum.survives_removal(count, up, is_up):
                raise Refused(
                    f"Without {step.node['hostname']} the swarm would lose its quorum ({up} of {count} managers are "
                    "reachable); bring the unreachable managers back or promote another node first."
                )
            count, up = count - 1, up - int(is_up)
