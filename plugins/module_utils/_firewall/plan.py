# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which ports are open to whom, and what has to change. Pure. PRIVATE to the collection.

An *opening* is a string in the user's words: ``10.0.0.11 tcp 2377``, ``10.0.0.11 udp 7946``, ``10.0.0.11 esp``.
A *guarded* port, ``tcp 2377``, is refused to everybody who has no opening for it.

Ports (Engine documentation, "Open protocols and ports between the hosts"): the listen port of managers (tcp),
7946 for gossip (tcp and udp), the data path port for VXLAN (udp), IP protocol 50 for encrypted overlays.
"""

from __future__ import annotations

import ipaddress
import typing as t

from .._engine.errors import Refused

GOSSIP_PORT = 7946
BACKENDS = ("firewalld", "ufw", "nftables")
# ESP is never guarded: the kernel drops what it has no key for, and the host's own VPN may need it.
ESP = "esp"


class Place(t.NamedTuple):
    """What our rules in one of the places a backend keeps them in (the kernel, a file) let through.

    Attributes:
        openings: the openings that are in force there.
        guarded: the ports refused to everybody else there.
    """

    openings: frozenset[str]
    guarded: frozenset[str]


def member_address(text: str) -> str:
    """The canonical form of a member's address.

    Raises:
        Refused: it is no address that another host can have.
    """
    try:
        address = ipaddress.ip_address(text.strip())
    except ValueError:
        raise Refused(
            f"members: {text!r} is not an IPv4 or IPv6 address; write the address the other hosts see."
        ) from None
    # A scope (fe80::1%eth0) means something on one host only; no backend takes it as a source.
    if "%" in text or address.is_loopback or address.is_multicast or address.is_unspecified:
        raise Refused(
            f"members: {text!r} cannot be another host's address; write the one the other hosts see."
        )
    return str(address)


def family(address: str) -> int:
    """4 or 6."""
    return 6 if ":" in address else 4


def split(opening: str) -> tuple[str, str]:
    """An opening as (address, service): ``("10.0.0.11", "tcp 2377")``, ``("10.0.0.11", "esp")``."""
    address, service = opening.split(" ", 1)
    return address, service


def opening(address: str, service: str) -> str:
    """The opening for a service (``tcp 2377``, ``esp``) to an address."""
    return f"{address} {service}"


def product(addresses: t.Iterable[str], services: t.Iterable[str]) -> frozenset[str]:
    """Every service open to every address."""
    wanted = list(services)
    return frozenset(opening(address, service) for address in addresses for service in wanted)


def ports(services: t.Iterable[str]) -> frozenset[str]:
    """The services that have a port, which is to say those that can be guarded."""
    return frozenset(service for service in services if service != ESP)


def declared_services(manager: bool, listen_port: int, data_path_port: int, encrypted: bool) -> list[str]:
    """The services the swarm needs on a host.

    Raises:
        Refused: a port that cannot be meant.
    """
    for name, port in (("listen_port", listen_port), ("data_path_port", data_path_port)):
        if not 0 < port < 65536:
            raise Refused(f"{name}: {port} is not a port (1 to 65535).")
        if port == 22:
            raise Refused(f"{name}: 22 is the port of SSH; closing it to others would lock you out.")
    if listen_port == GOSSIP_PORT:
        raise Refused(f"listen_port: {GOSSIP_PORT} is the port of the swarm's gossip; choose another.")
    services = [f"tcp {GOSSIP_PORT}", f"udp {GOSSIP_PORT}", f"udp {data_path_port}"]
    if manager:
        services.append(f"tcp {listen_port}")
    if encrypted:
        services.append(ESP)
    return services


def declared_openings(
    members: t.Iterable[str],
    manager: bool,
    listen_port: int = 2377,
    data_path_port: int = 4789,
    encrypted: bool = False,
) -> list[str]:
    """The openings a host in the swarm needs, sorted.

    Raises:
        Refused: no members, a bad address, a bad port.
    """
    addresses = {member_address(member) for member in members}
    if not addresses:
        raise Refused("members is empty: it would close the swarm's ports to every member; name them all.")
    return sorted(product(addresses, declared_services(manager, listen_port, data_path_port, encrypted)))


def live_state(
    backend: str, places: t.Sequence[Place], persistent: bool = True, **more: t.Any
) -> dict[str, t.Any]:
    """What a look at a host comes to.

    Args:
        backend: firewalld, ufw, nftables or none.
        places: everywhere the backend has to know a rule; a rule that only some of them know is ``partial``.
        persistent: what makes the rules survive a reboot is itself in order.
        more: further keys of the result.
    """
    everywhere_open: frozenset[str] = frozenset()
    everywhere_guarded: frozenset[str] = frozenset()
    if places:
        everywhere_open = frozenset.intersection(*(place.openings for place in places))
        everywhere_guarded = frozenset.intersection(*(place.guarded for place in places))
    somewhere = frozenset().union(*(place.openings for place in places)) - everywhere_open
    guarded_somewhere = frozenset().union(*(place.guarded for place in places)) - everywhere_guarded
    return {
        "backend": backend,
        "openings": sorted(everywhere_open),
        "guarded": sorted(everywhere_guarded),
        "partial": {"openings": sorted(somewhere), "guarded": sorted(guarded_somewhere)},
        "persistent": persistent and not somewhere and not guarded_somewhere,
        **more,
    }


def effective_backend(live: dict[str, t.Any], wanted: str) -> str:
    """The backend a host is to be changed with.

    Args:
        live: the result of ``live_state``.
        wanted: auto, none, firewalld, ufw or nftables.

    Raises:
        Refused: the wanted one does not filter here, or the host could not be asked.
    """
    found: str = live["backend"]
    if found == "unknown":
        raise Refused(live["note"])
    if wanted in ("auto", found):
        return found
    if wanted == "none":
        return "none"
    if found != "none":
        raise Refused(
            f"backend: {wanted} was chosen, but {found} filters on this host; choose auto or {found}, "
            f"or switch {found} off first."
        )
    # nft alone is installed on the way by whoever chose it: nothing filters before its rules are there.
    if wanted == "nftables":
        return wanted
    if wanted not in live["installed"]:
        raise Refused(
            f"backend: {wanted} was chosen, but it is not installed on this host; install it or choose auto."
        )
    raise Refused(
        f"backend: {wanted} was chosen, but it is not running on this host; start it, with SSH allowed, or choose auto."
    )


def plan_firewall(live: dict[str, t.Any], openings: t.Iterable[str], keep: bool = False) -> dict[str, t.Any]:
    """What has to change on a host.

    Args:
        live: the result of ``live_state``.
        openings: what is to be open, from ``declared_openings``; empty to remove everything of ours.
        keep: close nothing. Whoever has access now keeps it as a member: every port is open to all of them.

    Returns:
        ``openings`` and ``guarded`` as they are to be, ``open``, ``close``, ``guard``, ``unguard`` as the way
        there, ``changed``.
    """
    wanted = frozenset(openings)
    found = frozenset(live["openings"])
    found_guarded = frozenset(live["guarded"])
    partial = frozenset(live["partial"]["openings"])
    if keep:
        pairs = [split(known) for known in wanted | found | partial]
        wanted = product({address for address, _service in pairs}, {service for _address, service in pairs})
    guarded = ports(split(known)[1] for known in wanted)
    plan: dict[str, t.Any] = {
        "openings": sorted(wanted),
        "guarded": sorted(guarded),
        "open": sorted(wanted - found),
        "close": sorted((found | partial) - wanted),
        "guard": sorted(guarded - found_guarded),
        "unguard": sorted((found_guarded | frozenset(live["partial"]["guarded"])) - guarded),
    }
    plan["changed"] = bool(
        plan["open"]
        or plan["close"]
        or plan["guard"]
        or plan["unguard"]
        or (wanted and not live["persistent"])
        or live["leftover"]
    )
    return plan


def plan_arguments(live: dict[str, t.Any], arguments: dict[str, t.Any]) -> dict[str, t.Any]:
    """The plan for the arguments of the module ``swarm_firewall``; nothing changes where nothing filters.

    Args:
        live: the result of ``live_state``.
        arguments: the module's options by name; those left out have their defaults.

    Returns:
        As ``plan_firewall``, with ``backend``.

    Raises:
        Refused: options that cannot be carried out on this host.
    """
    backend = effective_backend(live, arguments.get("backend") or "auto")
    openings: list[str] = []
    if arguments.get("state", "present") == "present":
        openings = declared_openings(
            arguments.get("members") or [],
            bool(arguments.get("manager")),
            arguments.get("listen_port") or 2377,
            arguments.get("data_path_port") or 4789,
            bool(arguments.get("encrypted_overlays")),
        )
    if backend == "none":
        nothing: dict[str, t.Any] = {
            key: [] for key in ("openings", "guarded", "open", "close", "guard", "unguard")
        }
        return {"backend": "none", **nothing, "changed": False}
    keep = bool(arguments.get("keep")) and bool(openings)
    return {"backend": backend, **plan_firewall(live, openings, keep)}


def describe(openings: t.Iterable[str], guarded: t.Iterable[str], persistent: bool = True) -> str:
    """One line per opening and per guarded port, for a diff."""
    lines = sorted(openings) + [f"everybody else {service}: refused" for service in sorted(guarded)]
    if lines and not persistent:
        lines.append("not everywhere in force, or lost on the next reboot")
    return "".join(line + "\n" for line in lines)


def diff(live: dict[str, t.Any], plan: dict[str, t.Any]) -> dict[str, str]:
    """The plan as Ansible's diff. Before: everything that is in force somewhere."""
    if plan["backend"] == "none":
        return {"before": "", "after": ""}
    before = describe(
        live["openings"] + live["partial"]["openings"],
        live["guarded"] + live["partial"]["guarded"],
        live["persistent"],
    )
    if live["leftover"]:
        before += "rules of the backend nftables, out of use\n"
    return {"before": before, "after": describe(plan["openings"], plan["guarded"])}
