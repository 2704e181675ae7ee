# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is skewed, and the fewest moves that even it out. PRIVATE to the collection. Pure.

A service is even where no node that it may use has two tasks of it more than another one that has room for one more.
"""

from __future__ import annotations

import collections
import heapq
import json
import typing as t
from dataclasses import dataclass, field

from .._forecast.nodes import fits, takes_tasks
from .._forecast.room import reserved, template_of
from .._maintenance.moves import holding, left_on, written
from .._maintenance.plan import Live
from .._maintenance.surge import is_surging
from .._rollout.service import constraints_of, declared_tasks, is_updating, mode_of
from .._run.table import table
from .._swarm.nodes import called, view
from . import marks

Raw = t.Dict[str, t.Any]
_Low = t.Tuple[int, int, str]

_HEAD = ("SERVICE", "SKEW", "THEN", "MOVES", "FROM", "TO")


@dataclass
class Shift:
    """A service that is skewed.

    Attributes:
        service: as the Engine reports it.
        before: how many tasks the fullest node has more than the emptiest.
        after: the same after the moves.
        away: the node that each move leaves, by its ID.
        to: the node that each move goes to.
        skipped: why nothing is moved; empty where it is.
    """

    service: Raw
    before: int
    after: int
    away: list[str] = field(default_factory=list)
    to: list[str] = field(default_factory=list)
    skipped: str = ""

    @property
    def name(self) -> str:
        """The service's name."""
        return str(self.service["Spec"]["Name"])


class Balance(t.NamedTuple):
    """What is to be done.

    Attributes:
        begun: the services whose rebalance an earlier run has left.
        shifts: what moves, the most skewed service first.
        skipped: what is skewed and stays so.
        empty: the names of the nodes that run no task of a replicated service and get one.
        rest: the moves that ``max_moves`` leaves for later.
    """

    begun: list[Raw]
    shifts: list[Shift]
    skipped: list[Shift]
    empty: list[str]
    rest: int

    @property
    def moves(self) -> int:
        """How many tasks move, those of an earlier run among them."""
        return _ending(self.begun) + sum(len(one.to) for one in self.shifts)


def plan(live: Live, only: t.Collection[str] | None = None, most: int | None = None) -> Balance:
    """The fewest moves that even a swarm out.

    Args:
        live: the swarm.
        only: the names of the services that may be touched; ``None`` for all.
        most: how many tasks may be moved; ``None`` for all.
    """
    chosen = [raw for raw in live.services if only is None or raw["Spec"]["Name"] in only]
    nodes = _Nodes(live)
    found = [one for one in (nodes.skew(raw) for raw in chosen if not marks.is_begun(raw["Spec"])) if one]
    found.sort(key=lambda one: (-one.before, one.name))
    begun = sorted(
        (raw for raw in chosen if marks.is_begun(raw["Spec"])), key=lambda raw: str(raw["Spec"]["Name"])
    )
    shifts: list[Shift] = []
    rest = 0
    for shift in found:
        if shift.skipped:
            continue
        taken = _ending(begun) + sum(len(one.to) for one in shifts)
        left = None if most is None else max(0, most - taken)
        rest += nodes.even_out(shift, left)
        if shift.to:
            shifts.append(shift)
    used = {node_id for one in shifts for node_id in one.to}
    empty = [nodes.name(node_id) for node_id in nodes.without_replicas() if node_id in used]
    return Balance(begun, shifts, [one for one in found if one.skipped], sorted(empty), rest)


def lines(found: Balance, live: Live) -> list[str]:
    """The plan as lines of text."""
    nodes = {raw["ID"]: called(view(raw)) for raw in live.nodes}
    text = [
        f"{raw['Spec']['Name']}: an earlier run was stopped, this one finishes it first"
        for raw in found.begun
    ]
    if found.shifts:
        count = sum(len(one.to) for one in found.shifts)
        text.append(f"Rebalance by {count} move{'s' if count != 1 else ''}, one service after the other:")
        text += table(_HEAD, [_row(one, nodes) for one in found.shifts])
    elif not found.begun:
        text.append("Nothing can be moved." if found.skipped else "Nothing is skewed.")
    if found.rest:
        text.append(f"{found.rest} more left for later by max_moves.")
    return [*text, *(f"{one.name} stays skewed by {one.before}: {one.skipped}" for one in found.skipped)]


def hints(found: Balance) -> list[str]:
    """What a status says of nodes that run nothing and could, a sentence each."""
    return [
        f"{name} runs no task of a replicated service; flotilla.swarm.rebalance spreads them"
        for name in found.empty
    ]


def _ending(begun: list[Raw]) -> int:
    """How many tasks services end that an earlier run has given more."""
    return sum(marks.beyond(raw["Spec"]) for raw in begun)


def _row(shift: Shift, nodes: dict[str, str]) -> tuple[str, ...]:
    return (
        shift.name,
        str(shift.before),
        str(shift.after),
        str(len(shift.to)),
        _counted(shift.away, nodes),
        _counted(shift.to, nodes),
    )


def _counted(ids: list[str], nodes: dict[str, str]) -> str:
    counts = collections.Counter(nodes[one] for one in ids)
    return ", ".join(f"{name} ({count})" if count > 1 else name for name, count in sorted(counts.items()))


class _Needs(t.NamedTuple):
    """What a task of a service needs on a node: no more than ``most`` of them there (0: any number), and what it reserves."""

    most: int
    amounts: dict[str, int]


def _needs(spec: Raw) -> _Needs:
    template = template_of(spec)
    return _Needs(int((template.get("Placement") or {}).get("MaxReplicas") or 0), reserved(template))


class _Nodes:
    """The nodes while moves are planned: each move changes what the next one finds."""

    def __init__(self, live: Live) -> None:
        self._by_id = {raw["ID"]: raw for raw in live.nodes}
        self._names = {raw["ID"]: called(view(raw)) for raw in live.nodes}
        self._active = [raw for raw in live.nodes if takes_tasks(raw)]
        self._fitting: dict[str, list[str]] = {}
        self._tasks: dict[str, list[Raw]] = collections.defaultdict(list)
        self._counts: dict[str, collections.Counter[str]] = collections.defaultdict(collections.Counter)
        self._unwell = {one.split(": ")[0] for one in live.problems}
        for task in holding(live.tasks):
            self._tasks[task["NodeID"]].append(task)
            self._counts[task["ServiceID"]][task["NodeID"]] += 1
        self._total = collections.Counter({node_id: len(tasks) for node_id, tasks in self._tasks.items()})
        self._left: dict[str, dict[str, int]] = {}
        replicated = {raw["ID"] for raw in live.services if mode_of(raw["Spec"]) == "replicated"}
        self._replicated = {task["NodeID"] for task in holding(live.tasks) if task["ServiceID"] in replicated}

    def name(self, node_id: str) -> str:
        """What a node is called."""
        return self._names[node_id]

    def without_replicas(self) -> list[str]:
        """The nodes that take tasks and have none of a replicated service."""
        return [raw["ID"] for raw in self._active if raw["ID"] not in self._replicated]

    def skew(self, service: Raw) -> Shift | None:
        """A service that is skewed; ``None`` where it is even, or has no place to choose."""
        spec, counts = service["Spec"], self._counts[service["ID"]]
        if mode_of(spec) != "replicated" or max(counts.values(), default=0) < 2:
            return None
        before = self._skewed_by(spec, counts)
        if before < 2:
            return None
        return Shift(service, before, before, skipped=self._why_not(service, counts))

    def even_out(self, shift: Shift, most: int | None) -> int:
        """Find the moves of a service.

        Args:
            shift: the service, which gets them.
            most: how many it may get.

        Returns:
            How many moves more would be needed.
        """
        spec, counts = shift.service["Spec"], self._counts[shift.service["ID"]]
        needs = _needs(spec)
        low: list[_Low] = []
        for node_id in self._fits(spec):
            self._offer(low, node_id, needs, counts[node_id])
        high = [(-count, -self._total[node_id], node_id) for node_id, count in counts.items() if count]
        heapq.heapify(high)
        rest = 0
        while low and -high[0][0] - low[0][0] >= 2:
            if not rest and most is not None and len(shift.to) >= most:
                shift.after = self._skewed_by(spec, counts)
            (_count, _total, to), (fullest, total, away) = heapq.heappop(low), high[0]
            heapq.heapreplace(high, (fullest + 1, total + 1, away))
            counts[to] += 1
            counts[away] -= 1
            if most is not None and len(shift.to) >= most:
                rest += 1
            else:
                self._move(shift, needs, away, to)
            self._offer(low, to, needs, counts[to])
        if not rest:
            shift.after = self._skewed_by(spec, counts)
        return rest

    def _skewed_by(self, spec: Raw, counts: collections.Counter[str]) -> int:
        """How many tasks the fullest node has more than the emptiest that has room."""
        needs = _needs(spec)
        has_room = [counts[one] for one in self._fits(spec) if self._room(one, needs, counts[one])]
        return max(counts.values()) - min(has_room, default=max(counts.values()))

    def _move(self, shift: Shift, needs: _Needs, away: str, to: str) -> None:
        shift.away.append(away)
        shift.to.append(to)
        self._total[to] += 1
        self._total[away] -= 1
        for kind, amount in needs.amounts.items():
            self._of(to)[kind] = self._of(to).get(kind, 0) - amount
            self._of(away)[kind] = self._of(away).get(kind, 0) + amount

    def _offer(self, low: list[_Low], node_id: str, needs: _Needs, count: int) -> None:
        if self._room(node_id, needs, count):
            heapq.heappush(low, (count, self._total[node_id], node_id))

    def _room(self, node_id: str, needs: _Needs, count: int) -> bool:
        """Whether a node has room for one task more of a service of which it has some."""
        if needs.most and count >= needs.most:
            return False
        return all(self._of(node_id).get(kind, 0) >= amount for kind, amount in needs.amounts.items())

    def _of(self, node_id: str) -> dict[str, int]:
        if node_id not in self._left:
            self._left[node_id] = left_on(self._by_id[node_id], self._tasks[node_id])
        return self._left[node_id]

    def _fits(self, spec: Raw) -> list[str]:
        """The nodes that may get a task of a service. Most services have the constraints of another one."""
        platforms = (template_of(spec).get("Placement") or {}).get("Platforms")
        key = json.dumps([constraints_of(spec), platforms], sort_keys=True)
        if key not in self._fitting:
            self._fitting[key] = [raw["ID"] for raw in self._active if fits(raw, spec)]
        return self._fitting[key]

    def _why_not(self, service: Raw, counts: collections.Counter[str]) -> str:
        """Why a skewed service is left as it is; empty where it is not."""
        spec = service["Spec"]
        if is_updating(service):
            return "its update is not over"
        if is_surging(spec):
            return "a maintenance of nodes moves it"
        if spec["Name"] in self._unwell:
            return "it is not well"
        if sum(counts.values()) != declared_tasks(spec):
            return f"{sum(counts.values())} of {declared_tasks(spec)} tasks run"
        if (template_of(spec).get("Placement") or {}).get("Preferences"):
            return "the swarm does not look at placement.preferences when it stops tasks"
        if written(spec):
            return f"it {written(spec)}, which stays on its node"
        closed = sorted(self.name(one) for one in counts if counts[one] and one not in self._fits(spec))
        if closed:
            return f"{closed[0]} has tasks of it and takes no new ones"
        return ""
