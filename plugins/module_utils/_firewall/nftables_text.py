# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The text of our nftables rules. Pure. PRIVATE to the collection.

A table of ours guards the ports, before any other chain sees the packet, and decides nothing about other ports. Where
another chain refuses what it does not know, a chain of ours in its table accepts the members, with the same sets. The text
can be loaded any number of times.
"""

from __future__ import annotations

import re
import typing as t

from .nftables_ruleset import CHAIN, ESP_SETS, GUARDED_SET, OPEN_SETS, PUBLIC_SET, TABLE, VRRP_SETS, Chain
from .openings import ALL, ESP, VRRP, family, opening, split_opening

COMMENT = "flotilla swarm"
_ADDRESS_TYPES = {4: "ipv4_addr", 6: "ipv6_addr"}
_SOURCES = {4: "ip saddr", 6: "ip6 saddr"}
# The IP versions that a table of a family sees.
_VERSIONS = {"ip": [4], "ip6": [6], "inet": [4, 6]}
_HEADER = "# Written by flotilla.swarm.swarm_firewall, which replaces it.\n"


def table_text(openings: list[str], guarded: list[str]) -> str:
    """Our table: members are accepted, all other addresses refused on the guarded ports, nothing decided on other ports.

    Replies to what this host asks never have a guarded port as their target, so connections are not tracked: one that a
    former member still has open ends at once.
    """
    table = " ".join(TABLE)
    rules = "".join(f"\t\t{rule}\n" for rule in _rules("inet", openings))
    return (
        f"{_HEADER}table {table}\ndelete table {table}\ntable {table} {{\n"
        + _sets(openings, "inet")
        + _set(GUARDED_SET, "inet_proto . inet_service", [service.replace(" ", " . ") for service in guarded])
        + f"\tchain {CHAIN} {{\n{rules}\t}}\n"
        # Just before the chains at the usual priority 0 ("filter").
        + "\tchain input {\n\t\ttype filter hook input priority -5; policy accept;\n"
        + f'\t\tiifname "lo" accept\n\t\tjump {CHAIN}\n\t\tmeta l4proto . th dport @{GUARDED_SET} drop\n\t}}\n}}\n'
    )


def accept_text(chain: Chain, openings: list[str]) -> str:
    """Members are accepted by a chain that is not ours: our sets and our chain in its table, and the jump into ours."""
    table_family, table, name = chain
    sets = _declarations(openings, table_family)
    empty = "".join(_set(one, kind, []) for one, kind, _elements in sets)
    text = f"{_HEADER}table {table_family} {table} {{\n{empty}\tchain {CHAIN} {{\n\t}}\n}}\n"
    text += f"flush chain {table_family} {table} {CHAIN}\n"
    for set_name, _kind, elements in sets:
        text += f"flush set {table_family} {table} {set_name}\n"
        if elements:
            text += f"add element {table_family} {table} {set_name} {{ {', '.join(elements)} }}\n"
    text += "".join(
        f"add rule {table_family} {table} {CHAIN} {rule}\n" for rule in _rules(table_family, openings)
    )
    return text + f'insert rule {table_family} {table} {name} jump {CHAIN} comment "{COMMENT}"\n'


def _elements(openings: t.Iterable[str], version: int) -> tuple[list[str], list[str], list[str]]:
    """The elements of the sets of an IP version: of the ports, of ESP, and of VRRP."""
    with_port: list[str] = []
    without: dict[str, list[str]] = {ESP: [], VRRP: []}
    for one in sorted(openings):
        address, service = split_opening(one)
        if family(address) != version or address == ALL:
            continue
        if service in without:
            without[service].append(address)
        else:
            with_port.append(" . ".join([address, *service.split(" ")]))
    return with_port, without[ESP], without[VRRP]


def _public(openings: t.Iterable[str]) -> list[str]:
    """The elements of the set of what everybody may reach."""
    split = [split_opening(one) for one in sorted(openings)]
    return [service.replace(" ", " . ") for address, service in split if address == ALL]


def _set(name: str, kind: str, elements: list[str]) -> str:
    listed = f"\n\t\telements = {{ {', '.join(elements)} }}" if elements else ""
    return f"\tset {name} {{\n\t\ttype {kind}{listed}\n\t}}\n"


def _sets(openings: list[str], table_family: str) -> str:
    return "".join(_set(*one) for one in _declarations(openings, table_family))


def _declarations(openings: list[str], table_family: str) -> list[tuple[str, str, list[str]]]:
    """The sets of a table: name, type and elements."""
    found = []
    for version in _VERSIONS[table_family]:
        kind = _ADDRESS_TYPES[version]
        with_port, esp, vrrp = _elements(openings, version)
        found.append((OPEN_SETS[version], f"{kind} . inet_proto . inet_service", with_port))
        found.append((ESP_SETS[version], kind, esp))
        if vrrp:
            found.append((VRRP_SETS[version], kind, vrrp))
    if _public(openings):
        found.append((PUBLIC_SET, "inet_proto . inet_service", _public(openings)))
    return found


def _rules(table_family: str, openings: list[str]) -> list[str]:
    rules = []
    for version in _VERSIONS[table_family]:
        rules.append(f"{_SOURCES[version]} . meta l4proto . th dport @{OPEN_SETS[version]} accept")
        rules.append(f"{_SOURCES[version]} @{ESP_SETS[version]} meta l4proto esp accept")
        if _elements(openings, version)[2]:
            rules.append(f"{_SOURCES[version]} @{VRRP_SETS[version]} meta l4proto 112 accept")
    if _public(openings):
        rules.append(f"meta l4proto . th dport @{PUBLIC_SET} accept")
    return rules


def text_openings(text: str) -> frozenset[str]:
    """The openings in a text of ours."""
    openings = {
        opening(address, f"{protocol} {port}")
        for address, protocol, port in re.findall(r"([0-9a-f.:]+) \. (tcp|udp) \. (\d+)", text)
    }
    for service in (ESP, VRRP):
        sets = rf"flotilla_{service}[46] \{{(?:\s+type \w+\s+elements = \{{)? ([0-9a-f.:, ]+) \}}"
        for listed in re.findall(sets, text):
            openings |= {opening(address, service) for address in listed.split(", ")}
    for listed in re.findall(
        rf"{PUBLIC_SET} \{{(?:\s+type [\w .]+\s+elements = \{{)? ([a-z0-9., ]+) \}}", text
    ):
        openings |= {opening(ALL, service.replace(" . ", " ")) for service in listed.split(", ")}
    return frozenset(openings)


def text_guarded(text: str) -> frozenset[str]:
    """The guarded services in the text of our table."""
    block = re.search(rf"set {GUARDED_SET} \{{(.*?)\n\t\}}", text, re.DOTALL)
    return frozenset(
        f"{protocol} {port}"
        for protocol, port in re.findall(r"(tcp|udp) \. (\d+)", block[1] if block else "")
    )


def openings_seen(table_family: str, openings: t.Iterable[str]) -> frozenset[str]:
    """Those of the openings whose packets a table of that family sees."""
    return frozenset(
        one for one in openings if family(one) in _VERSIONS[table_family] or split_opening(one)[0] == ALL
    )
