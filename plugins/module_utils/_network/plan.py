# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What has to be done about which network. PRIVATE to the collection. Pure."""

from __future__ import annotations

import copy
import typing as t
from dataclasses import dataclass, field

from .._engine.errors import Refused
from .._options.changes import Changes
from .._options.hidden import hide_changes
from .._options.labels import DECLARED_LABEL, NAMESPACE
from .._options.option import Table
from .._options.plan import plan
from .._rollout.history import History
from .._rollout.service import is_job, mode_of
from .._run.plans import ObjectPlan
from .attachments import Raw
from .declared import DeclaredNetwork, check_ipv6
from .options import ASSIGNED, NETWORK
from .subnets import with_chosen_gateways

_DONE = {
    "create": "created",
    "remove": "removed",
    "reattach": "already recreated",
    "resume": "already recreated",
    "none": "unchanged",
}


@dataclass
class Attached:
    """What is attached to a network, as far as a plan has to know.

    Attributes:
        services: the raw services that use it.
        detached: the raw services that an earlier run detached from it and did not reattach.
        by_hand: sentences about containers that no service runs.
        paused: the raw services whose reattachment the swarm has paused.
        resumable: those whose reattachment is sent again, by ID; see ``_rollout/read.py``.
    """

    services: list[Raw] = field(default_factory=list)
    detached: list[Raw] = field(default_factory=list)
    by_hand: list[str] = field(default_factory=list)
    paused: list[Raw] = field(default_factory=list)
    resumable: dict[str, History] = field(default_factory=dict)

    @property
    def names(self) -> list[str]:
        """The services' names, sorted."""
        return sorted({str(raw["Spec"]["Name"]) for raw in (*self.services, *self.detached)})


@dataclass
class NetworkPlan(ObjectPlan):
    """What is done about one network.

    Attributes:
        declared: where it comes from.
        action: ``create``, ``recreate``, ``remove``, ``reattach`` (only services are reattached, which an earlier run did
            not get to), ``resume`` (only a paused reattachment of services is sent again) or ``none``.
        live: the network as the Engine reports it, ``None`` where there is none.
        spec: the network that is wanted, in the same form.
        changes: option name to (before, after) in the user's words.
        services: the names of the services that are moved.
        paused: the raw services whose reattachment the swarm has paused.
        resumable: those whose reattachment is sent again, by ID; see ``_rollout/read.py``.
        id: the network's ID; of a new one, once it is created.
    """

    declared: DeclaredNetwork
    action: str
    live: Raw | None = None
    spec: Raw = field(default_factory=dict)
    changes: Changes = field(default_factory=dict)
    services: list[str] = field(default_factory=list)
    paused: list[Raw] = field(default_factory=list)
    resumable: dict[str, History] = field(default_factory=dict)
    id: str = ""

    def __post_init__(self) -> None:
        """A network that exists has its ID."""
        self.id = self.id or str((self.live or {}).get("Id", ""))

    @property
    def name(self) -> str:
        """The declared name."""
        return self.declared.name

    @property
    def table(self) -> Table:
        """The options of a network."""
        return NETWORK

    @property
    def is_new(self) -> bool:
        """Whether a network is created."""
        return self.action in ("create", "recreate")

    @property
    def sentence(self) -> str:
        """What is done, for the user."""
        what = _DONE.get(self.action) or f"recreated ({', '.join(sorted(self.changes))})"
        moved = f"; {', '.join(self.services)} reattached" if self.services else ""
        resumed = sorted(raw["Spec"]["Name"] for raw in self.paused if raw["ID"] in self.resumable)
        again = f"; paused reattachment of {', '.join(resumed)} sent again" if resumed else ""
        return f"{self.name}: {what}{moved}{again}"

    def entry(self) -> dict[str, t.Any]:
        """The network in the result's list."""
        return {**super().entry(), "services": self.services}


def wanted_network(declared: DeclaredNetwork, live: Raw | None) -> tuple[Raw, Changes]:
    """The network that is wanted, and in what it differs from the live one.

    What was not declared stays as it is on the swarm, the address space too.
    """
    start = _own(live) if live else {"Name": declared.name, "Driver": "overlay"}
    values = dict(declared.values)
    owner = ((live or {}).get("Labels") or {}).get(NAMESPACE)
    own = values.get("labels", {})
    # What is declared beside all stacks leaves it with the stack that made it.
    if owner and (owner in declared.stacks or not (declared.stacks or NAMESPACE in own)):
        values["labels"] = {**own, NAMESPACE: owner}
    if live and values.get("ipam_config") is not None:
        values["ipam_config"] = with_chosen_gateways(
            values["ipam_config"], (live.get("IPAM") or {}).get("Config")
        )
    planned = plan(NETWORK, values, start, whole=True)
    if live and ASSIGNED not in values.get("driver_options", {}):
        # A network that is created again gets numbers of its own.
        (planned.spec.get("Options") or {}).pop(ASSIGNED, None)
    # The memory is written with a new network only, so it is no reason to create one.
    changes = {name: change for name, change in planned.changes.items() if name != DECLARED_LABEL}
    if live and live["Name"] != declared.name:
        changes["name"] = (live["Name"], declared.name)
        planned.spec["Name"] = declared.name
    if live and not live.get("Driver"):
        driver = planned.spec.get("Driver") or "overlay"
        changes["driver"] = ("(the swarm never gave it an address space)", driver)
    return planned.spec, changes


def _own(live: Raw) -> Raw:
    """A copy of a network without what a host's Engine fills in from the network that ``config_from`` names.

    It does so once a task of the host uses the network, so what a manager reports depends on where tasks run.
    """
    filled = ("Labels", "Options", "IPAM") if (live.get("ConfigFrom") or {}).get("Network") else ()
    return copy.deepcopy({key: value for key, value in live.items() if key not in filled})


def plan_network(declared: DeclaredNetwork, live: Raw | None, attached: Attached) -> NetworkPlan:
    """Plan one network.

    Raises:
        Refused: it cannot be done, or not without ``recreate``.
    """
    name = declared.name
    if declared.state == "absent":
        if live or attached.detached:
            _refuse_removal(declared, attached)
        return NetworkPlan(declared, "remove" if live else "none", live)
    spec, changes = wanted_network(declared, live)
    if live is None:
        _check_ipv6(name, spec)
        return NetworkPlan(declared, "create", None, spec, changes, attached.names)
    if not changes:
        detached = Attached(detached=attached.detached).names
        action = "reattach" if detached else "resume" if attached.resumable else "none"
        return NetworkPlan(declared, action, live, spec, {}, detached, attached.paused, attached.resumable)
    if not declared.recreate:
        raise Refused(_needs_recreate(declared, changes, attached))
    _check_ipv6(name, spec)
    _refuse_recreation(name, attached)
    return NetworkPlan(declared, "recreate", live, spec, changes, attached.names)


def _refuse_recreation(name: str, attached: Attached) -> None:
    if attached.by_hand:
        raise Refused(
            f"{name} cannot be recreated while {_and(attached.by_hand)}: end that first. Nothing was sent."
        )
    jobs = [raw["Spec"]["Name"] for raw in attached.services if is_job(mode_of(raw["Spec"]))]
    if jobs:
        raise Refused(
            f"{name} cannot be recreated under {_and(jobs)}: a job that is moved runs again, so remove it first. Nothing was "
            "sent."
        )


def _refuse_removal(declared: DeclaredNetwork, attached: Attached) -> None:
    if attached.names:
        one = len(attached.names) == 1
        verb, service = ("uses", "this service") if one else ("use", "these services")
        raise Refused(
            f"{declared.name} cannot be removed: {_and(attached.names)} {verb} it. Remove {service}, or detach "
            f"{'it' if one else 'them'} from the network, first; nothing was sent."
        )
    if attached.by_hand:
        raise Refused(
            f"{declared.name} cannot be removed while {_and(attached.by_hand)}: end that first. Nothing was sent."
        )


def _needs_recreate(declared: DeclaredNetwork, changes: Changes, attached: Attached) -> str:
    where = "this host" if declared.on_host else "the swarm"
    differences = "; ".join(
        f"{option} is {_text(before)} on {where} and {_text(after) if after is not None else 'not'} declared"
        for option, (before, after) in sorted(hide_changes(NETWORK, changes).items())
    )
    users = (
        f" Meanwhile {_and(attached.names)} would be without it."
        if attached.names
        else " No service uses it."
    )
    return (
        f"{declared.name} differs, and no network can be changed in place: {differences}. Set recreate to true to have it "
        f"removed and created again.{users} Nothing was sent."
    )


def _check_ipv6(name: str, spec: Raw) -> None:
    try:
        check_ipv6((spec.get("IPAM") or {}).get("Config") or [], bool(spec.get("EnableIPv6")))
    except Refused as error:
        raise error.prefixed(f"{name}: ") from None


def _text(value: t.Any) -> str:
    if value is None:
        return "not set"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return " and ".join(_text(one) for one in value) or "empty"
    if isinstance(value, dict):
        rest = [f"{word} {text}" for word, text in value.items() if word != "subnet"]
        return f"{value.get('subnet', '')}{' with ' + ', '.join(rest) if rest else ''}".strip()
    return str(value)


def _and(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
