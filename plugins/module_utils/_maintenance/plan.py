# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which node is taken when, and what has to hold before. PRIVATE to the collection. Pure."""

from __future__ import annotations

import typing as t

from .._forecast.nodes import takes_tasks
from .._run.table import table
from .._swarm import quorum
from .._swarm.nodes import Node, called, managers, part_of, reachable, view
from . import marks
from .moves import crowded, moves

Raw = t.Dict[str, t.Any]

_HEAD = ("NODE", "ROLE", "STAGE", "STARTED ELSEWHERE FIRST", "STOPPED FIRST")


class Live(t.NamedTuple):
    """The swarm at one moment.

    Attributes:
        nodes: of ``/nodes``.
        services: of ``/services``.
        tasks: those that are wanted, of ``/tasks``.
        problems: what is wrong with services, a sentence each.
    """

    nodes: list[Raw]
    services: list[Raw]
    tasks: list[Raw]
    problems: list[str]

    def node(self, node_id: str) -> Raw:
        """A node by its ID."""
        return next(raw for raw in self.nodes if raw["ID"] == node_id)

    @property
    def views(self) -> list[Node]:
        """The nodes as a user thinks of them."""
        return [view(raw) for raw in self.nodes]


def in_turn(chosen: list[Raw], anew: bool) -> list[Raw]:
    """The nodes in the order in which they are taken: begun ones first, then workers, managers, the leader last.

    Args:
        chosen: of ``/nodes``.
        anew: take all of them. Otherwise marked ones are what an earlier run has left, and those without a mark are done.
    """
    left = [raw for raw in chosen if marks.stage(raw)]
    return sorted(chosen if anew or not left else left, key=lambda raw: rank(view(raw)))


def rank(node: Node) -> tuple[bool, bool, bool, str]:
    """The place of a node in the order: begun ones first, then workers, managers, the leader last."""
    manager = node["manager"]
    return (
        not marks.has_begun(node["labels"]),
        bool(manager and manager["leader"]),
        bool(manager),
        called(node),
    )


def refusals(node_id: str, live: Live, of_hosts: t.Sequence[str] = ()) -> list[str]:
    """What has to be different before a node may be taken out of rotation, a sentence each.

    Nothing is asked of a node that an earlier run has taken: it goes on.
    """
    raw = live.node(node_id)
    if marks.has_begun(view(raw)["labels"]):
        return []
    return [
        *_others_away(node_id, live),
        *of_quorum(view(raw), live.views),
        *([] if any(_could_help(node_id, one) for one in live.nodes) else ["no other node takes tasks"]),
        *live.problems,
        *of_hosts,
        *(
            f"no other node has room: {one}"
            for one in crowded(node_id, live.nodes, live.services, live.tasks)
        ),
    ]


def lines(order: list[Raw], chosen: list[Raw], live: Live) -> list[str]:
    """The plan as lines of text."""
    head = f"Maintenance of {len(order)} node{'s' if len(order) != 1 else ''}, one after the other:"
    rows = [_row(raw, live) for raw in order]
    done = [called(view(raw)) for raw in chosen if raw not in order]
    notes = [f"An earlier run was stopped, this one goes on. Done before: {', '.join(done)}."] if done else []
    return [head, *table(_HEAD, rows), *notes]


def _row(raw: Raw, live: Live) -> tuple[str, ...]:
    node = view(raw)
    found = moves(raw["ID"], live.nodes, live.services, live.tasks)
    stage = marks.stage(raw)
    since = f" since {marks.since(raw)}" if marks.since(raw) else ""
    return (
        called(node),
        part_of(node),
        f"{stage}{since}" if stage else "new",
        ", ".join(one.name for one in found if not one.gap) or "-",
        ", ".join(one.sentence for one in found if one.gap) or "-",
    )


def _others_away(node_id: str, live: Live) -> list[str]:
    return [
        f"{called(view(raw))} is in maintenance since {marks.since(raw)}: run it to its end first"
        for raw in live.nodes
        if raw["ID"] != node_id and marks.has_begun(view(raw)["labels"])
    ]


def of_quorum(node: Node, nodes: list[Node]) -> list[str]:
    """Why a manager may not be taken because of the quorum."""
    if not node["manager"]:
        return []
    count, up = len(managers(nodes)), len(reachable(nodes))
    if quorum.survives_loss(count, up):
        return []
    return [
        f"without {called(node)} the swarm would lose its quorum ({up} of {count} managers are reachable)"
    ]


def _could_help(node_id: str, raw: Raw) -> bool:
    return raw["ID"] != node_id and takes_tasks(raw) is not False
