# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The rules of the backend firewalld, as firewalld writes them. Pure. PRIVATE to the collection.

The members are in an ipset for each IP version, and rich rules in every active zone refer to these sets.
"""

from __future__ import annotations

import re
import typing as t
from xml.etree import ElementTree

from .openings import ALL, ESP, VRRP, WITHOUT_PORT, all_openings, family, of_balancer, opening, split_opening
from .plan import Access

SETS = {4: "flotilla-members-4", 6: "flotilla-members-6"}
_FAMILIES = {4: "ipv4", 6: "ipv6"}
# In front of the zone's own rules (0), and behind the rules that an administrator gives a lower number.
_ACCEPT, _REFUSE = -1010, -1000
# Behind the zone's own rules: what is for everybody, an administrator may refuse to some.
_PUBLIC = 1010
# Docker keeps its bridges in a zone of its own.
UNMANAGED_ZONES = frozenset({"docker"})


class FirewalldRule(t.NamedTuple):
    """A rich rule of ours: a service is accepted from the members of a family, or (family None) refused.

    A load balancer's has a ``source`` instead: the address of another one, or everybody.
    """

    family: int | None
    service: str
    source: str | None = None

    def text(self) -> str:
        """The rule in firewalld's rich language."""
        if self.service in WITHOUT_PORT:
            element = f'protocol value="{self.service}"'
        else:
            protocol, port = self.service.split(" ")
            element = f'port port="{port}" protocol="{protocol}"'
        if self.source == ALL:
            return f'rule priority="{_PUBLIC}" {element} accept'
        if self.source:
            address = f'family="{_FAMILIES[family(self.source)]}" source address="{self.source}"'
            return f'rule priority="{_ACCEPT}" {address} {element} accept'
        if self.family is None:
            return f'rule priority="{_REFUSE}" {element} drop'
        source = f'family="{_FAMILIES[self.family]}" source ipset="{SETS[self.family]}"'
        return f'rule priority="{_ACCEPT}" {source} {element} accept'


class FirewalldSettings(t.NamedTuple):
    """One of firewalld's two configurations, the running or the permanent: members by family, our rules by zone."""

    members: dict[int, list[str]]
    rules: dict[str, frozenset[FirewalldRule]]

    def access(self) -> list[Access]:
        """What the configuration lets through, zone by zone."""
        return [
            Access(
                frozenset().union(
                    *(
                        all_openings(self.members.get(rule.family, []), [rule.service])
                        for rule in rules
                        if rule.family is not None
                    ),
                    {opening(rule.source, rule.service) for rule in rules if rule.source},
                ),
                frozenset(rule.service for rule in rules if rule.family is None and not rule.source),
            )
            for rules in self.rules.values()
        ]

    def needs_reload(self, declared: FirewalldSettings) -> bool:
        """Whether this running configuration becomes the declared one by a reload only: no other way adds an ipset."""
        return any(version not in self.members for version in declared.members)


def declared_settings(
    openings: t.Iterable[str], guarded: t.Iterable[str], zones: t.Iterable[str]
) -> FirewalldSettings:
    """The configuration for what a plan says."""
    members: dict[int, set[str]] = {}
    rules = {FirewalldRule(None, service) for service in guarded}
    for one in openings:
        address, service = split_opening(one)
        if of_balancer(one):
            rules.add(FirewalldRule(None, service, address))
            continue
        members.setdefault(family(address), set()).add(address)
        rules.add(FirewalldRule(family(address), service))
    listed = {version: sorted(addresses) for version, addresses in members.items()}
    return FirewalldSettings(listed, {zone: frozenset(rules) for zone in zones})


def parse_rule(text: str) -> FirewalldRule | None:
    """Our rule in a line of firewalld's rich language; None for a rule that is not ours."""
    port = re.search(r'\bport port="(\d+)" protocol="(tcp|udp)"', text)
    if port:
        service = f"{port[2]} {port[1]}"
    elif re.search(r'\bprotocol value="(esp|vrrp)"', text):
        service = ESP if 'value="esp"' in text else VRRP
    else:
        return None
    if text == FirewalldRule(None, service, ALL).text():
        return FirewalldRule(None, service, ALL)
    source = re.search(r' source address="([0-9a-f.:]+)"', text)
    if source:
        rule = FirewalldRule(None, service, source[1])
        return rule if service == VRRP and text == rule.text() else None
    for version, name in SETS.items():
        if f'ipset="{name}"' in text and text.endswith(" accept"):
            return FirewalldRule(version, service)
    if text.startswith(f'rule priority="{_REFUSE}" port ') and text.endswith(" drop"):
        return FirewalldRule(None, service)
    return None


def zone_file_rules(text: str) -> frozenset[FirewalldRule]:
    """Our rules in a zone's file."""
    rules = (parse_rule(_rich_language(element)) for element in _xml(text).findall("rule"))
    return frozenset(rule for rule in rules if rule)


def _rich_language(element: ElementTree.Element) -> str:
    """A rule of a zone's file in the rich language; an attribute that we never set makes it a rule that is not ours."""
    words = [f'rule priority="{element.get("priority", "0")}"']
    if element.get("family"):
        words.append(f'family="{element.get("family")}"')
    source, port, protocol = (element.find(name) for name in ("source", "port", "protocol"))
    if source is not None:
        kind = "address" if source.get("address") else "ipset"
        words.append(f'source {kind}="{source.get(kind, "")}"')
    if port is not None:
        words.append(f'port port="{port.get("port")}" protocol="{port.get("protocol")}"')
    if protocol is not None:
        words.append(f'protocol value="{protocol.get("value")}"')
    words += [verdict for verdict in ("accept", "drop") if element.find(verdict) is not None]
    return " ".join(words)


def set_file_entries(text: str) -> list[str]:
    """The members in an ipset's file."""
    return [str(entry.text).strip() for entry in _xml(text).findall("entry")]


def _xml(text: str) -> ElementTree.Element:
    try:
        return ElementTree.fromstring(text)
    except ElementTree.ParseError:
        return ElementTree.Element("none")


def bus_strings(answer: str) -> list[str]:
    """The strings in an answer of busctl's: ``as 2 "one" "tw\\"o"``."""
    return [re.sub(r"\\(.)", r"\1", quoted) for quoted in re.findall(r'"((?:[^"\\]|\\.)*)"', answer)]


def active_zones(answer: str) -> list[str]:
    """The zones in the answer to getActiveZones: ``a{sa{sas}} 1 "public" 1 "interfaces" 2 "eth0" "eth1"``."""
    tokens = re.findall(r'"(?:[^"\\]|\\.)*"|\d+', answer.split(" ", 1)[1] if " " in answer else "")
    zones = []
    position = 1
    for _zone in range(int(tokens[0]) if tokens else 0):
        zones.append(tokens[position].strip('"'))
        bindings = int(tokens[position + 1])
        position += 2
        for _binding in range(bindings):
            # The kind of a binding, the number of its values, the values.
            position += 2 + int(tokens[position + 1])
    return zones


def unsaved_settings(running: str, permanent: str) -> list[str]:
    """Settings of zones that differ between the two outputs of ``--list-all-zones``, in a user's words."""
    return [
        f"zone {zone}: {setting}"
        for zone, setting in sorted(_listed(running) ^ _listed(permanent))
        # A reload keeps interfaces in their zones, and Docker restores its own zone.
        if not setting.startswith("interfaces ") and zone not in UNMANAGED_ZONES and not parse_rule(setting)
    ]


def _listed(text: str) -> set[tuple[str, str]]:
    """Each setting of each zone in an output of ``--list-all-zones``: ``("public", "services ssh")``."""
    settings: set[tuple[str, str]] = set()
    zone = key = ""
    for line in text.splitlines():
        if line and not line[0].isspace():
            zone = line.split(" ")[0]
        elif line.startswith("\t"):
            settings.add((zone, line.strip() if key == "rich rules" else f"{key} {line.strip()}"))
        elif ":" in line:
            key, _colon, values = line.strip().partition(":")
            if key not in ("target", "icmp-block-inversion"):
                settings |= {(zone, f"{key} {value}") for value in values.split()}
    return settings
