# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The text of our nftables rules. Pure. PRIVATE to the collection.

Our own table guards the ports, before any other chain sees the packet. It says nothing on other ports. Where another
chain refuses what it does not know, a chain of ours in that table accepts the members, with the same sets.
The text can be loaded any number of times.
"""

from __future__ import annotations

import re
import typing as t

from . import plan as plans
from .nft_ruleset import CHAIN, ESP_SETS, GUARDED_SET, OPEN_SETS, TABLE, Chain

COMMENT = "flotilla swarm"
_ADDRESS_TYPES = {4: "ipv4_addr", 6: "ipv6_addr"}
_SOURCES = {4: "ip saddr", 6: "ip6 saddr"}
_FAMILIES = {"ip": [4], "ip6": [6], "inet": [4, 6]}
_HEADER = "# Written by flotilla.swarm.swarm_firewall, which replaces it.\n"


def _elements(openings: t.Iterable[str], family: int) -> tuple[list[str], list[str]]:
    """The elements of a family's two sets: of the ports, and of ESP."""
    with_port, without = [], []
    for one in sorted(openings):
        address, service = plans.split(one)
        if plans.family(address) != family:
            continue
        if service == plans.ESP:
            without.append(address)
        else:
            with_port.append(" . ".join([address, *service.split(" ")]))
    return with_port, without


def _set(name: str, kind: str, elements: list[str]) -> str:
    listed = f"\n\t\telements = {{ {', '.join(elements)} }}" if elements else ""
    return f"\tset {name} {{\n\t\ttype {kind}{listed}\n\t}}\n"


def _sets(openings: list[str], table_family: str) -> str:
    text = ""
    for family in _FAMILIES[table_family]:
        with_port, without = _elements(openings, family)
        text += _set(OPEN_SETS[family], f"{_ADDRESS_TYPES[family]} . inet_proto . inet_service", with_port)
        text += _set(ESP_SETS[family], _ADDRESS_TYPES[family], without)
    return text


def _rules(table_family: str) -> list[str]:
    rules = []
    for family in _FAMILIES[table_family]:
        rules.append(f"{_SOURCES[family]} . meta l4proto . th dport @{OPEN_SETS[family]} accept")
        rules.append(f"{_SOURCES[family]} @{ESP_SETS[family]} meta l4proto esp accept")
    return rules


def table_text(openings: list[str], guarded: list[str]) -> str:
    """Our table: members in, everybody else refused on the guarded ports, nothing said about other ports.

    Replies to what this host asks never have a guarded port as their target, so nothing is said about connections:
    one that a former member still has open ends at once.
    """
    table = " ".join(TABLE)
    rules = "".join(f"\t\t{rule}\n" for rule in _rules("inet"))
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
    """Members in, for a table of somebody else: our sets and our chain in it, and the way there from its own chain."""
    family, table, name = chain
    text = f"{_HEADER}table {family} {table} {{\n{_sets([], family)}\tchain {CHAIN} {{\n\t}}\n}}\n"
    text += f"flush chain {family} {table} {CHAIN}\n"
    for one in _FAMILIES[family]:
        for set_name, elements in zip((OPEN_SETS[one], ESP_SETS[one]), _elements(openings, one)):
            text += f"flush set {family} {table} {set_name}\n"
            if elements:
                text += f"add element {family} {table} {set_name} {{ {', '.join(elements)} }}\n"
    text += "".join(f"add rule {family} {table} {CHAIN} {rule}\n" for rule in _rules(family))
    return text + f'insert rule {family} {table} {name} jump {CHAIN} comment "{COMMENT}"\n'


def text_openings(text: str) -> frozenset[str]:
    """The openings in a text of ours."""
    found = {
        plans.opening(address, f"{protocol} {port}")
        for address, protocol, port in re.findall(r"([0-9a-f.:]+) \. (tcp|udp) \. (\d+)", text)
    }
    for names in re.findall(r"flotilla_esp[46] \{(?:\s+type \w+\s+elements = \{)? ([0-9a-f.:, ]+) \}", text):
        found |= {plans.opening(address, plans.ESP) for address in names.split(", ")}
    return frozenset(found)


def text_guarded(text: str) -> frozenset[str]:
    """The guarded ports in the text of our table."""
    block = re.search(rf"set {GUARDED_SET} \{{(.*?)\n\t\}}", text, re.DOTALL)
    return frozenset(
        f"{one} {port}" for one, port in re.findall(r"(tcp|udp) \. (\d+)", block[1] if block else "")
    )


def openings_for(family: str, openings: t.Iterable[str]) -> frozenset[str]:
    """Those of the openings that a table of that family has to do with."""
    return frozenset(one for one in openings if plans.family(plans.split(one)[0]) in _FAMILIES[family])
