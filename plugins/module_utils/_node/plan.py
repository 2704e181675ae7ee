# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What has to change on which node, and in which order. PRIVATE to the collection. Pure."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from .._engine.errors import Refused
from .._options.changes import Changes, text_of
from .._options.hidden import hide_changes
from .._options.option import Table
from .._options.plan import Plan, plan
from .._run.plans import ObjectPlan
from .._swarm import quorum
from .._swarm.nodes import Node, called, find, is_gone, managers, reachable
from .declared import DeclaredNode
from .options import NODE

Raw = t.Dict[str, t.Any]


@dataclass
class NodePlan(ObjectPlan):
    """One node's change.

    Attributes:
        node: the live node.
        declared: where the change comes from.
        action: ``update`` or ``remove``; ``none`` once another client turns out to have made the change.
        changes: option name to (before, after) in the user's words.
    """

    node: Node
    declared: DeclaredNode
    action: str
    changes: Changes = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The host name; the ID where the node never reported one."""
        return called(self.node)

    @property
    def table(self) -> Table:
        """The options of a node."""
        return NODE

    @property
    def sentence(self) -> str:
        """What is done, for the user."""
        if self.action == "remove":
            demoted = self.demotes and self.node["role"] == "manager"
            return f"{self.name}: {'demoted and removed' if demoted else 'removed'}"
        return f"{self.name}: {text_of(hide_changes(NODE, self.changes))}"

    @property
    def sentence_without_role(self) -> str:
        """What is done before the role is written."""
        others = {name: change for name, change in self.changes.items() if name != "role"}
        return f"{self.name}: {text_of(hide_changes(NODE, others))}"

    @property
    def promotes(self) -> bool:
        """The node becomes a manager."""
        return self.changes.get("role", ("", ""))[1] == "manager"

    @property
    def demotes(self) -> bool:
        """The node stops being a manager, by its declared role or on its way out.

        An entry that is to be a manager and is in no raft group (what is left of the others after a new cluster was forced, a
        promotion that never ended) has nothing to be demoted from: the Engine refuses it ("can't find manager in raft
        memberlist", swarmkit ``manager/controlapi/node.go``), and removes it as it is.
        """
        if self.action == "remove":
            return self.node["manager"] is not None
        return self.changes.get("role", ("", ""))[1] == "worker"


def plan_node(declared: DeclaredNode, spec: Raw) -> Plan:
    """Plan one node's update from its raw spec."""
    return plan(NODE, declared.values, spec, state=declared.labels_state, remove=declared.labels_to_remove)


def spec_of(node: Node) -> Raw:
    """The spec of a node that is known by its view only, as far as a plan needs it."""
    return {"Role": node["role"], "Availability": node["availability"], "Labels": node["labels"]}


def plan_nodes(
    declared: list[DeclaredNode], raws: list[Raw], seen: list[Node], own_id: str | None
) -> list[NodePlan]:
    """Every node's change, in an order that never costs the quorum.

    Managers that are gone come first (they make the majority harder to reach), then promotions, then what does not touch the
    quorum, and demotions last; the node that is asked comes last of all, since it stops answering.

    Args:
        declared: what is declared.
        raws: the raw nodes of ``/nodes``.
        seen: the same as views.
        own_id: the ID of the node that is asked.

    Raises:
        Refused: a node does not exist or is not clear, is declared twice, or a step would cost the quorum.
    """
    specs = {raw["ID"]: raw.get("Spec") or {} for raw in raws}
    names: dict[str, str] = {}
    plans: list[NodePlan] = []
    for one in declared:
        for node in _targets(one, seen, own_id):
            _check_once(names, node, one)
            if one.absent:
                plans.append(NodePlan(node, one, "remove"))
                continue
            changes = plan_node(one, specs[node["id"]]).changes
            plans += [NodePlan(node, one, "update", changes)] if changes else []
    plans.sort(key=lambda each: _rank(each, own_id))
    _check_demotions(plans)
    _check_quorum(plans, seen)
    _check_own(plans, seen, own_id)
    return plans


def _check_once(names: dict[str, str], node: Node, declared: DeclaredNode) -> None:
    """Refuse two entries that mean the same node: each run would change it to and fro."""
    if node["id"] in names:
        both = " and ".join(sorted({names[node["id"]], declared.name}))
        raise Refused(
            f"{both} {'are' if ' and ' in both else 'is'} declared more than once for the node {node['hostname']} "
            f"({node['id']}); declare every node once. Nothing was sent."
        )
    names[node["id"]] = declared.name


def _targets(declared: DeclaredNode, seen: list[Node], own_id: str | None) -> list[Node]:
    if declared.absent:
        namesakes = [node for node in seen if node["hostname"] == declared.name]
        if namesakes and all(is_gone(node) for node in namesakes):
            return namesakes
        alive = find(seen, declared.name, own_id)
        found = [alive] if alive else []
        return found + [node for node in namesakes if is_gone(node) and node not in found]
    node = find(seen, declared.name, own_id)
    if node is None:
        known = ", ".join(other["hostname"] for other in seen)
        raise Refused(f"No node is called {declared.name}; the swarm knows {known}.")
    return [node]


def _rank(planned: NodePlan, own_id: str | None) -> tuple[int, bool]:
    manager = planned.node["manager"]
    unreachable = manager is not None and manager["reachability"] != "reachable"
    rank = (0 if unreachable else 3) if planned.demotes else 1 if planned.promotes else 2
    return rank, planned.node["id"] == own_id


def _check_own(plans: list[NodePlan], seen: list[Node], own_id: str | None) -> None:
    """Refuse to remove the node that is asked: once it is demoted, it can remove nothing, itself included."""
    for planned in plans:
        if planned.action == "remove" and planned.node["id"] == own_id:
            others = ", ".join(node["hostname"] for node in reachable(seen) if node["id"] != own_id)
            elsewhere = f"another one ({others})" if others else "another one, once there is one"
            raise Refused(
                f"{planned.name} is the manager that is asked, and no manager can remove itself: run this task on "
                f"{elsewhere}, or have {planned.name} leave with swarm_join and state=absent. Nothing was sent."
            )


def _check_demotions(plans: list[NodePlan]) -> None:
    """Refuse what the Engine refuses in its own words: to demote a node that is not in the raft group yet, or anymore."""
    for planned in plans:
        if planned.action == "update" and planned.demotes and not planned.node["manager"]:
            raise Refused(
                f"{planned.name} is to be a manager and is none yet, so it cannot be demoted: run again once it is one, which "
                "takes up to a minute where its Engine runs; where it is lost for good, remove it with state=absent. "
                "Nothing was sent."
            )


def _check_quorum(plans: list[NodePlan], seen: list[Node]) -> None:
    """Walk through the steps in numbers only."""
    count, up = len(managers(seen)), len(reachable(seen))
    for planned in plans:
        if planned.promotes and not planned.node["manager"]:
            count, up = count + 1, up + 1
        elif planned.demotes and planned.node["manager"]:
            is_up = planned.node["manager"]["reachability"] == "reachable"
            if count == 1:
                raise Refused(
                    f"{planned.name} is the swarm's last manager; promote another node before it is demoted or removed."
                )
            if not quorum.survives_removal(count, up, is_up):
                raise Refused(
                    f"Without {planned.name} the swarm would lose its quorum ({up} of {count} managers are reachable); "
                    "bring the unreachable managers back or promote another node first."
                )
            count, up = count - 1, up - int(is_up)
