# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What has to be done about which network. PRIVATE to the collection. Pure."""

from __future__ import annotations

import copy
import typing as t
from dataclasses import dataclass, field

from .._engine.errors import Refused
from .._options.plan import MEMORY, Changes, plan, side
from .attachments import Raw, is_a_job
from .declared import NetworkOrder, check_ipv6, network_order
from .options import NETWORK
from .subnets import filled

__all__ = ["NetworkOrder", "NetworkPlan", "Surroundings", "changes_of", "network_order", "plan_network"]

_DONE = {"create": "created", "remove": "removed", "reattach": "already anew"}


@dataclass
class Surroundings:
    """What is on a network, as far as a plan has to know.

    Attributes:
        users: the raw services that use it.
        waiting: the raw services that an earlier run took off it and did not put back.
        by_hand: sentences about containers that no service runs.
    """

    users: list[Raw] = field(default_factory=list)
    waiting: list[Raw] = field(default_factory=list)
    by_hand: list[str] = field(default_factory=list)

    @property
    def names(self) -> list[str]:
        """The services' names, sorted."""
        return sorted({str(raw["Spec"]["Name"]) for raw in (*self.users, *self.waiting)})


@dataclass
class NetworkPlan:
    """What is done about one network.

    Attributes:
        action: ``create``, ``recreate``, ``remove``, ``reattach`` (only services are put back, which an earlier run did
            not get to) or ``none``.
        live: the network as the Engine reports it, ``None`` where there is none.
        spec: the network that is wanted, in the same form.
        changes: option name to (before, after) in the user's words.
        users: the names of the services that are moved.
        id: the network's ID; of a new one, once it is made.
    """

    order: NetworkOrder
    action: str
    live: Raw | None = None
    spec: Raw = field(default_factory=dict)
    changes: Changes = field(default_factory=dict)
    users: list[str] = field(default_factory=list)
    id: str = ""

    def __post_init__(self) -> None:
        """A network that is there has its ID."""
        self.id = self.id or str((self.live or {}).get("Id", ""))

    @property
    def sentence(self) -> str:
        """What is done, for the user."""
        what = _DONE.get(self.action) or f"removed and made anew ({', '.join(sorted(self.changes))})"
        moved = f"; {', '.join(self.users)} put back on it" if self.users else ""
        return f"{self.order.name}: {what}{moved}"

    def diff(self, after: bool) -> dict[str, t.Any]:
        """One side of the diff: the changed options, and whether there is a network at all."""
        if self.action == ("remove" if after else "create"):
            return {"state": "absent"}
        return {"state": "present", **side(self.changes, after)}


def changes_of(order: NetworkOrder, live: Raw | None) -> tuple[Raw, Changes]:
    """The network that is wanted, and in what it differs from the one that is there.

    What was not declared stays as it is on the swarm, the address space too.
    """
    start = copy.deepcopy(live) if live else {"Name": order.name, "Driver": "overlay"}
    values = dict(order.values)
    if live and values.get("ipam_config") is not None:
        values["ipam_config"] = filled(values["ipam_config"], (live.get("IPAM") or {}).get("Config"))
    made = plan(NETWORK, values, start, three_way=True)
    # The memory is written with a new network only, so it is no reason to make one.
    changes = {name: change for name, change in made.changes.items() if name != MEMORY}
    if live and live["Name"] != order.name:
        changes["name"] = (live["Name"], order.name)
        made.spec["Name"] = order.name
    if live and not live.get("Driver"):
        changes["driver"] = (
            "(the swarm never gave it an address space)",
            made.spec.get("Driver") or "overlay",
        )
    return made.spec, changes


def plan_network(order: NetworkOrder, live: Raw | None, around: Surroundings) -> NetworkPlan:
    """Plan one network.

    Raises:
        Refused: it cannot be done, or not without ``recreate``.
    """
    name = order.name
    if order.state == "absent":
        if live or around.waiting:
            _refuse_users(order, around)
        return NetworkPlan(order, "remove" if live else "none", live)
    spec, changes = changes_of(order, live)
    if live is None:
        _check_ipv6(name, spec)
        return NetworkPlan(order, "create", None, spec, changes, around.names)
    if not changes:
        waiting = Surroundings(waiting=around.waiting).names
        return NetworkPlan(order, "reattach" if waiting else "none", live, spec, {}, waiting)
    if not order.recreate:
        raise Refused(_needs_recreate(name, changes, around))
    _check_ipv6(name, spec)
    if around.by_hand:
        raise Refused(
            f"{name} cannot be made anew while {_and(around.by_hand)}: end that first. Nothing was sent."
        )
    jobs = [raw["Spec"]["Name"] for raw in around.users if is_a_job(raw["Spec"])]
    if jobs:
        raise Refused(
            f"{name} cannot be made anew under {_and(jobs)}: a job that is moved runs again, so remove it first. Nothing was "
            "sent."
        )
    return NetworkPlan(order, "recreate", live, spec, changes, around.names)


def _refuse_users(order: NetworkOrder, around: Surroundings) -> None:
    if around.names:
        verb, them = ("uses", "it") if len(around.names) == 1 else ("use", "them")
        raise Refused(
            f"{order.name} cannot be removed: {_and(around.names)} {verb} it. Remove {them}, or take {them} off the network, "
            "first; nothing was sent."
        )
    if around.by_hand:
        raise Refused(
            f"{order.name} cannot be removed while {_and(around.by_hand)}: end that first. Nothing was sent."
        )


def _needs_recreate(name: str, changes: Changes, around: Surroundings) -> str:
    told = "; ".join(
        f"{option} is {_said(before)} on the swarm and {_said(after) if after is not None else 'not'} declared"
        for option, (before, after) in sorted(changes.items())
    )
    users = (
        f" Meanwhile {_and(around.names)} would be without it." if around.names else " No service uses it."
    )
    return (
        f"{name} differs, and no network can be changed in place: {told}. Set recreate to true to have it removed and made "
        f"anew.{users} Nothing was sent."
    )


def _check_ipv6(name: str, spec: Raw) -> None:
    try:
        check_ipv6((spec.get("IPAM") or {}).get("Config") or [], bool(spec.get("EnableIPv6")))
    except Refused as error:
        raise Refused(f"{name}: {error}") from None


def _said(value: t.Any) -> str:
    if value is None:
        return "not set"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return " and ".join(_said(one) for one in value) or "empty"
    if isinstance(value, dict):
        rest = [f"{word} {text}" for word, text in value.items() if word != "subnet"]
        return f"{value.get('subnet', '')}{' with ' + ', '.join(rest) if rest else ''}".strip()
    return str(value)


def _and(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
