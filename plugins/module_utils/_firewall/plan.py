# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a host's firewall lets members do, and what has to change. Pure. PRIVATE to the collection."""

from __future__ import annotations

import typing as t

from .._engine.errors import Refused
from . import backend as backends
from .openings import (
    all_openings,
    balancer_openings,
    declared_openings,
    guarded_by,
    of_balancer,
    split_opening,
)


class Access(t.NamedTuple):
    """What one copy of our rules lets through; a backend has several: the kernel's, a file's.

    Attributes:
        openings: the openings that are in force.
        guarded: the services that are refused to all other addresses.
    """

    openings: frozenset[str]
    guarded: frozenset[str]


class PartialAccess(t.TypedDict):
    """What only some of the copies let through and refuse."""

    openings: list[str]
    guarded: list[str]


class LiveFirewall(t.TypedDict, total=False):
    """A host's firewall, and what it lets members do.

    ``openings`` and ``guarded`` are what every copy of our rules lets through and refuses, ``partial`` what only some of
    them do. ``persistent``: the next boot changes none of it. ``installed``: the backends whose program is installed.
    ``leftover``: the backends whose rules are in force beside the firewall that filters. ``note``: a sentence for the
    user. ``ssh_ports``: where SSH reaches the host. ``zones`` and ``chains`` are what firewalld and nftables extend.
    """

    backend: str
    openings: list[str]
    guarded: list[str]
    partial: PartialAccess
    persistent: bool
    installed: list[str]
    leftover: list[str]
    note: str | None
    ssh_ports: list[int]
    zones: list[str]
    chains: list[str]


class FirewallPlan(t.TypedDict):
    """What has to change: ``openings`` and ``guarded`` as they are to be, and the changes that lead there."""

    backend: str
    openings: list[str]
    guarded: list[str]
    open: list[str]
    close: list[str]
    guard: list[str]
    unguard: list[str]
    changed: bool


def live_firewall(backend: str, copies: t.Sequence[Access], persistent: bool = True) -> LiveFirewall:
    """What a firewall lets members do.

    Args:
        backend: the backend's name, or none.
        copies: every copy of our rules that the backend has to keep; what only some of them say is ``partial``.
        persistent: whether everything that loads the rules at boot is in order.
    """
    openings: frozenset[str] = frozenset()
    guarded: frozenset[str] = frozenset()
    if copies:
        openings = frozenset.intersection(*(copy.openings for copy in copies))
        guarded = frozenset.intersection(*(copy.guarded for copy in copies))
    partly_open = frozenset().union(*(copy.openings for copy in copies)) - openings
    partly_guarded = frozenset().union(*(copy.guarded for copy in copies)) - guarded
    return {
        "backend": backend,
        "openings": sorted(openings),
        "guarded": sorted(guarded),
        "partial": {"openings": sorted(partly_open), "guarded": sorted(partly_guarded)},
        "persistent": persistent and not partly_open and not partly_guarded,
    }


def choose_backend(live: LiveFirewall, declared: str) -> str:
    """The backend that changes a host.

    Args:
        live: the host's firewall.
        declared: auto, none or the name of a backend.

    Raises:
        Refused: the declared backend cannot filter on this host, or the host's firewall could not be read.
    """
    active = live["backend"]
    if active == "unknown":
        raise Refused(str(live["note"]))
    if declared in ("auto", active):
        return active
    if declared == "none":
        return "none"
    if active != "none":
        raise Refused(
            f"backend: {declared} was chosen, but {active} filters on this host; choose auto or {active}, "
            f"or disable {active} first."
        )
    # Its program may be installed between this plan and the change, as the role swarm_firewall does.
    if backends.registration(declared).standalone:
        return declared
    if declared not in live["installed"]:
        raise Refused(
            f"backend: {declared} was chosen, but it is not installed on this host; install it or choose auto."
        )
    raise Refused(
        f"backend: {declared} was chosen, but it is not running on this host; start it, with SSH allowed, or choose auto."
    )


def plan_firewall(live: LiveFirewall, openings: t.Iterable[str], keep: bool = False) -> FirewallPlan:
    """What has to change on a host.

    Args:
        live: the host's firewall.
        openings: what is to be open, from ``declared_openings``; empty to remove every rule of ours.
        keep: close nothing. Every address that has access now is treated as a member: it keeps its access, and gets
            every service that the members get.
    """
    declared = frozenset(openings)
    now = frozenset(live["openings"])
    guarded_now = frozenset(live["guarded"])
    partial = frozenset(live["partial"]["openings"])
    if keep:
        pairs = [split_opening(one) for one in declared | now | partial if not of_balancer(one)]
        declared = frozenset(filter(of_balancer, declared)) | all_openings(
            {address for address, _service in pairs}, {service for _address, service in pairs}
        )
    guarded = guarded_by(declared)
    plan: FirewallPlan = {
        "backend": live["backend"],
        "openings": sorted(declared),
        "guarded": sorted(guarded),
        "open": sorted(declared - now),
        "close": sorted((now | partial) - declared),
        "guard": sorted(guarded - guarded_now),
        "unguard": sorted((guarded_now | frozenset(live["partial"]["guarded"])) - guarded),
        "changed": bool(live["leftover"] or (declared and not live["persistent"])),
    }
    plan["changed"] = plan["changed"] or any(plan[way] for way in ("open", "close", "guard", "unguard"))
    return plan


def plan_options(live: LiveFirewall, options: dict[str, t.Any]) -> FirewallPlan:
    """The plan for the options of the module ``swarm_firewall``; empty where no firewall is to be changed.

    Args:
        live: the host's firewall.
        options: the module's options by name; those left out have their defaults.

    Raises:
        Refused: options that cannot be carried out on this host.
    """
    backend = choose_backend(live, options.get("backend") or "auto")
    openings = _declared(live, options) if options.get("state", "present") == "present" else []
    if backend == "none":
        return {
            "backend": "none",
            "openings": [],
            "guarded": [],
            "open": [],
            "close": [],
            "guard": [],
            "unguard": [],
            "changed": False,
        }
    _check_ssh(live, openings)
    plan = plan_firewall(live, openings, keep=bool(options.get("keep")) and bool(openings))
    return {**plan, "backend": backend}


def _declared(live: LiveFirewall, options: dict[str, t.Any]) -> list[str]:
    """All that is to be open: what the members need, and what a load balancer does; the one that nobody declares stays."""
    now = [*live.get("openings", []), *(live.get("partial") or {"openings": []})["openings"]]
    balancer = [one for one in now if of_balancer(one)]
    members = [one for one in now if not of_balancer(one)]
    balances = options.get("public_ports") is not None or options.get("vrrp_peers") is not None
    if balances:
        balancer = balancer_openings(options.get("public_ports") or [], options.get("vrrp_peers") or [])
    if options.get("members") is not None or not balances:
        members = declared_openings(
            options.get("members") or [],
            bool(options.get("manager")),
            options.get("listen_port") or 2377,
            options.get("data_path_port") or 4789,
            bool(options.get("encrypted_overlays")),
        )
    return sorted({*members, *balancer})


def _check_ssh(live: LiveFirewall, openings: list[str]) -> None:
    """Refuse to close the port by which SSH reaches the host."""
    closed = guarded_by(openings)
    for port in live.get("ssh_ports") or []:
        if f"tcp {port}" in closed:
            raise Refused(
                f"SSH reaches this host on port {port}, which the swarm would use: to close it to other addresses would lock you "
                "out. Let SSH listen on another port, or choose another listen_port where it is that one. Nothing was changed."
            )


def diff(live: LiveFirewall, plan: FirewallPlan) -> dict[str, str]:
    """The plan as Ansible's diff. Before: everything that is in force in any copy of our rules."""
    if plan["backend"] == "none":
        return {"before": "", "after": ""}
    before = _described(
        live["openings"] + live["partial"]["openings"],
        live["guarded"] + live["partial"]["guarded"],
        live["persistent"],
    )
    before += "".join(f"rules of the backend {name}, which is not in use\n" for name in live["leftover"])
    return {"before": before, "after": _described(plan["openings"], plan["guarded"])}


def _described(openings: t.Iterable[str], guarded: t.Iterable[str], persistent: bool = True) -> str:
    """One line for each opening and each guarded service."""
    lines = sorted(openings) + [f"all other addresses {service}: refused" for service in sorted(guarded)]
    if lines and not persistent:
        lines.append("not in force everywhere, or lost at the next reboot")
    return "".join(line + "\n" for line in lines)
