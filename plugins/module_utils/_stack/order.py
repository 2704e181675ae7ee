# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which service of a stack is sent after which, and what it waits for. PRIVATE to the collection. Pure."""

from __future__ import annotations

import typing as t

#: What a service may wait for, in the words of Compose. The Engine reports a task as running once its health check passed.
STARTED, HEALTHY, COMPLETED = "service_started", "service_healthy", "service_completed_successfully"
CONDITIONS = (STARTED, HEALTHY, COMPLETED)
# How far a rollout has to be for each condition; the words are those of ``Rollout.reached``.
_ENOUGH = {
    STARTED: ("started", "running", "converged"),
    HEALTHY: ("running", "converged"),
    COMPLETED: ("converged",),
}


class Need(t.TypedDict):
    """What a service needs of another one, before it is sent.

    ``condition`` is one of ``CONDITIONS``. Where the other one is not ``required``, its failure holds nothing back.
    """

    condition: str
    required: bool


#: From the name of each service that needs others to what it needs of each.
Needs = t.Mapping[str, t.Mapping[str, Need]]


class Circle(ValueError):
    """Services that need each other in a circle; the arguments are their names, the first one again at the end."""


def in_order(names: t.Sequence[str], needs: t.Mapping[str, t.Iterable[str]]) -> list[str]:
    """Names, each behind those that it needs; those that can be sent at the same time stay in their order.

    Args:
        names: all of them.
        needs: which names some of them need.

    Raises:
        Circle: names need each other.
    """
    stage: dict[str, int] = {}
    for first in names:
        path = [] if first in stage else [first]
        while path:
            name = path[-1]
            left = next((one for one in needs.get(name, ()) if one not in stage), None)
            if left is None:
                stage[name] = max((stage[one] + 1 for one in needs.get(name, ())), default=0)
                path.pop()
            elif left in path:
                raise Circle(*path[path.index(left) :], left)
            else:
                path.append(left)
    return sorted(names, key=stage.__getitem__)


def reaches(name: str, other: str, needs: t.Mapping[str, t.Iterable[str]]) -> bool:
    """Whether a name is another one, or needs it, be it by way of others.

    Args:
        needs: which names some of them need.
    """
    seen, todo = {name}, [name]
    while todo:
        new = [one for one in needs.get(todo.pop(), ()) if one not in seen]
        seen.update(new)
        todo += new
    return other in seen


class Turn(t.NamedTuple):
    """Whose turn it is: names that can be sent now, and names that cannot be sent, since what they need has failed."""

    now: list[str]
    never: list[str]


def turn(later: t.Sequence[str], needs: Needs, reached: t.Mapping[str, str]) -> Turn:
    """Whose turn it is.

    Args:
        later: the names that were not sent yet, in their order.
        needs: what each of them needs.
        reached: how far each rollout is, by the service's name. What has none is as declared already.
    """
    never: list[str] = []
    for name in later:
        required = [other for other, need in needs.get(name, {}).items() if need["required"]]
        if any(reached.get(other) == "failed" or other in never for other in required):
            never.append(name)
    now = [
        name
        for name in later
        if name not in never
        and all(_is_met(other, need, later, reached) for other, need in needs.get(name, {}).items())
    ]
    return Turn(now, never)


def _is_met(other: str, need: Need, later: t.Sequence[str], reached: t.Mapping[str, str]) -> bool:
    if other in later:
        return False
    state = reached.get(other, "converged")
    return state in _ENOUGH[need["condition"]] or (state == "failed" and not need["required"])
