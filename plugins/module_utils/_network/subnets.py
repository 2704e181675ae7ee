# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The address space of a network. PRIVATE to the collection. Pure."""

from __future__ import annotations

import ipaddress
import itertools
import typing as t

from .._options import convert
from .._options.option import ValueType

Entry = t.Dict[str, t.Any]
Subnet = t.Union[ipaddress.IPv4Network, ipaddress.IPv6Network]

_KEYS = (("subnet", "Subnet"), ("iprange", "IPRange"), ("gateway", "Gateway"))


def subnet(text: str) -> Subnet:
    """A subnet as any client may have written it: some Engines take one with host bits, such as 10.1.0.5/24."""
    return ipaddress.ip_network(text, strict=False)


def subnets(network: Entry) -> list[Subnet]:
    """The subnets of a network as the Engine reports it."""
    entries = (network.get("IPAM") or {}).get("Config") or []
    return [subnet(entry["Subnet"]) for entry in entries if entry.get("Subnet")]


# What the swarm gives on each subnet: the gateway, the load balancer of a node, a service, a task. The first and the last
# address are never given.
_SMALLEST = {4: 29, 6: 125}


def _check_use(whole: Subnet) -> None:
    """Refuse a subnet on which no service can be reached: the Engine takes some of them, and for others looks for 20 s."""
    kinds = (
        (whole.is_loopback, "of the loopback device"),
        (whole.is_multicast, "for multicast"),
        (whole.is_link_local, "link-local, which is never routed"),
        (int(whole.network_address) == 0, "of no network"),
        (whole.version == 4 and whole.overlaps(_RESERVED), "reserved"),
    )
    for is_so, what in kinds:
        if is_so:
            raise ValueError(
                f"subnet {whole} is {what}: take a private one, such as 10.5.0.0/16 or fd00:5::/64"
            )
    if whole.prefixlen > _SMALLEST[whole.version]:
        raise ValueError(
            f"subnet {whole} has {whole.num_addresses} {'address' if whole.num_addresses == 1 else 'addresses'}, too few for a "
            f"service: take /{_SMALLEST[whole.version]} or larger"
        )


_RESERVED = ipaddress.IPv4Network("240.0.0.0/4")


def _strictly(text: t.Any, what: str) -> Subnet:
    if "/" not in str(text):
        raise ValueError(f"{what} {convert.quoted(text)} has no prefix length, such as /24")
    try:
        return ipaddress.ip_network(str(text))
    except ValueError:
        pass
    try:
        meant = subnet(str(text))
    except ValueError:
        raise ValueError(
            f"{what} {convert.quoted(text)} is not a subnet like 10.5.0.0/16 or fd00:5::/64"
        ) from None
    raise ValueError(f"{what} {text} does not begin where its subnet begins: write {meant}")


def _entry(value: Entry) -> Entry:
    if not value.get("subnet"):
        raise ValueError("an entry has no subnet")
    whole = _strictly(value["subnet"], "subnet")
    _check_use(whole)
    entry = {"Subnet": str(whole)}
    if value.get("iprange"):
        part = _strictly(value["iprange"], "iprange")
        if part.version != whole.version or not part.subnet_of(whole):  # type: ignore[arg-type]
            raise ValueError(f"iprange {part} is not inside subnet {whole}")
        entry["IPRange"] = str(part)
    if value.get("gateway"):
        entry["Gateway"] = str(_gateway(value["gateway"], whole))
    return entry


def _gateway(text: t.Any, whole: Subnet) -> t.Any:
    try:
        gateway = ipaddress.ip_address(str(text))
    except ValueError:
        raise ValueError(f"gateway {convert.quoted(text)} is not an IP address") from None
    if gateway not in whole:
        raise ValueError(f"gateway {gateway} is not inside subnet {whole}")
    if gateway in (whole.network_address, whole.broadcast_address):
        raise ValueError(
            f"gateway {gateway} is an end of subnet {whole}, which no host has: take one between them"
        )
    return gateway


def _entries(values: list[Entry]) -> list[Entry]:
    entries = [_entry(value) for value in values]
    for one, other in itertools.combinations(entries, 2):
        if subnet(one["Subnet"]).overlaps(subnet(other["Subnet"])):
            raise ValueError(f"subnets {one['Subnet']} and {other['Subnet']} overlap")
    return entries


def _address(text: str | None) -> str:
    return str(ipaddress.ip_address(text.partition("/")[0])) if text else ""


def _compared(values: list[Entry] | None) -> list[tuple[str, str, str]] | None:
    if values is None:
        return None
    return sorted(
        (
            str(subnet(value["Subnet"])) if value.get("Subnet") else "",
            str(subnet(value["IPRange"])) if value.get("IPRange") else "",
            _address(value.get("Gateway")),
        )
        for value in values
    )


def shown(values: list[Entry] | None) -> list[Entry]:
    """Entries in the user's words."""
    return [{word: value[key] for word, key in _KEYS if value.get(key)} for value in values or []]


def _written(entry: Entry) -> Entry:
    """An entry as every Engine takes it: older ones store a subnet with host bits, which newer ones refuse."""
    filled = {key: text for key, text in entry.items() if text}
    return {**filled, **{key: str(subnet(filled[key])) for key in ("Subnet", "IPRange") if key in filled}}


IPAM = ValueType(
    {
        "type": "list",
        "elements": "dict",
        "options": {
            "subnet": {"type": "str", "required": True},
            "iprange": {"type": "str"},
            "gateway": {"type": "str"},
        },
    },
    _entries,
    shown,
    _compared,
    to_send=lambda entries: [_written(entry) for entry in entries or []] or None,
)


def with_chosen_gateways(declared: list[Entry], live: list[Entry] | None) -> list[Entry]:
    """Declared entries with the gateways that the Engine chose where none was declared."""
    chosen = {
        str(subnet(entry["Subnet"])): entry.get("Gateway") for entry in live or [] if entry.get("Subnet")
    }
    entries = []
    for entry in declared:
        gateway = entry.get("Gateway") or chosen.get(entry["Subnet"])
        entries.append({**entry, **({"Gateway": gateway} if gateway else {})})
    return entries


def overlap(
    wanted: t.Iterable[Subnet], others: t.Iterable[tuple[str, Subnet]]
) -> tuple[Subnet, str, Subnet] | None:
    """The first overlap of a wanted subnet with another network's.

    Returns:
        The wanted subnet, the name of the other network, and its subnet; ``None`` where there is none.
    """
    known = list(others)
    for one in wanted:
        for name, other in known:
            if one.overlaps(other):
                return one, name, other
    return None
