# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""firewalld. PRIVATE to the collection.

The members are in an ipset per family, and rich rules in every active zone refer to it. A zone bound to the members'
addresses would be simpler, but would take the members' other traffic, SSH included, out of its zone's rules.
A look asks firewalld over D-Bus with busctl (10 ms a question, firewall-cmd takes 250 ms) and reads the permanent
configuration from its files.
"""

from __future__ import annotations

import re
import typing as t
from xml.etree import ElementTree

from . import plan as plans
from .host import FirewallError, Host

_SETS = {4: "flotilla-members-4", 6: "flotilla-members-6"}
_FAMILIES = {4: "ipv4", 6: "ipv6"}
# In front of the zone's own rules (0), and behind what an administrator put in front with a lower number.
_ACCEPT, _REFUSE = -1010, -1000
# Docker keeps its bridges in a zone of its own.
_NOT_OURS = frozenset({"docker"})
_BUS = ("busctl", "call", "org.fedoraproject.FirewallD1", "/org/fedoraproject/FirewallD1")
_CONFIG = "/etc/firewalld"


class Rule(t.NamedTuple):
    """A rich rule of the shape we make: a service accepted from the members of a family, or (None) refused."""

    family: int | None
    service: str

    def text(self) -> str:
        """The rule in firewalld's rich language."""
        if self.service == plans.ESP:
            element = 'protocol value="esp"'
        else:
            protocol, port = self.service.split(" ")
            element = f'port port="{port}" protocol="{protocol}"'
        if self.family is None:
            return f'rule priority="{_REFUSE}" {element} drop'
        source = f'family="{_FAMILIES[self.family]}" source ipset="{_SETS[self.family]}"'
        return f'rule priority="{_ACCEPT}" {source} {element} accept'


class Settings(t.NamedTuple):
    """One of firewalld's two truths, the running or the permanent: members by family, our rules by zone."""

    members: dict[int, list[str]]
    rules: dict[str, frozenset[Rule]]


def parse_rule(text: str) -> Rule | None:
    """Our rule in a line of firewalld's rich language; None for anybody else's."""
    port = re.search(r'\bport port="(\d+)" protocol="(tcp|udp)"', text)
    if port:
        service = f"{port[2]} {port[1]}"
    elif re.search(r'\bprotocol value="esp"', text):
        service = plans.ESP
    else:
        return None
    for family in (4, 6):
        if f'ipset="{_SETS[family]}"' in text and text.endswith(" accept"):
            return Rule(family, service)
    if text.startswith(f'rule priority="{_REFUSE}" port ') and text.endswith(" drop"):
        return Rule(None, service)
    return None


def zone_file_rules(text: str) -> frozenset[Rule]:
    """Our rules in a zone's file."""
    found = set()
    for element in _xml(text).findall("rule"):
        # The file's rule in the words of the rich language; an attribute we never set makes it somebody else's.
        source = element.find("source")
        port = element.find("port")
        protocol = element.find("protocol")
        words = [f'rule priority="{element.get("priority", "0")}"']
        if element.get("family"):
            words.append(f'family="{element.get("family")}"')
        if source is not None:
            words.append(f'source ipset="{source.get("ipset", "")}"')
        if port is not None:
            words.append(f'port port="{port.get("port")}" protocol="{port.get("protocol")}"')
        if protocol is not None:
            words.append(f'protocol value="{protocol.get("value")}"')
        words += [verdict for verdict in ("accept", "drop") if element.find(verdict) is not None]
        rule = parse_rule(" ".join(words))
        if rule:
            found.add(rule)
    return frozenset(found)


def set_file_entries(text: str) -> list[str]:
    """The members in an ipset's file."""
    return [str(entry.text).strip() for entry in _xml(text).findall("entry")]


def _xml(text: str) -> ElementTree.Element:
    try:
        return ElementTree.fromstring(text)
    except ElementTree.ParseError:
        return ElementTree.Element("none")


def bus_strings(text: str) -> list[str]:
    """The strings in busctl's answer: ``as 2 "one" "tw\\"o"``."""
    return [re.sub(r"\\(.)", r"\1", found) for found in re.findall(r'"((?:[^"\\]|\\.)*)"', text)]


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
            position += 2 + int(tokens[position + 1])
    return zones


def _bus(host: Host, interface: str, method: str, *strings: str) -> str | None:
    signature = ["s" * len(strings), *strings] if strings else []
    return host.ask(*_BUS, "org.fedoraproject.FirewallD1" + interface, method, *signature)


def _zones(host: Host) -> list[str]:
    """The zones traffic can arrive in, the default one for interfaces that have none."""
    active = _bus(host, ".zone", "getActiveZones")
    if active is None:
        raise FirewallError(
            "firewalld is active on this host, but does not answer; see journalctl -u firewalld."
        )
    # firewalld knows no default that is not in its file.
    default = re.search(r"^DefaultZone=(\S+)", host.read(f"{_CONFIG}/firewalld.conf"), re.MULTILINE)
    return sorted({default[1] if default else "public", *active_zones(active)} - _NOT_OURS)


def _running(host: Host, zones: list[str], sets: t.Container[str] | None = None) -> Settings:
    """The running settings.

    Args:
        host: the host.
        zones: zones to ask for.
        sets: ipsets known to exist; without, those that the rules refer to are asked for.
    """
    rules = {}
    for zone in zones:
        parsed = [parse_rule(line) for line in bus_strings(_bus(host, ".zone", "getRichRules", zone) or "")]
        rules[zone] = frozenset(rule for rule in parsed if rule)
    if sets is None:
        sets = {_SETS[rule.family] for found in rules.values() for rule in found if rule.family is not None}
    members = {
        family: bus_strings(_bus(host, ".ipset", "getEntries", name) or "")
        for family, name in _SETS.items()
        if name in sets
    }
    return Settings(members, rules)


def _sets(host: Host) -> list[str]:
    return bus_strings(_bus(host, ".ipset", "getIPSets") or "")


def _permanent(host: Host, zones: list[str]) -> Settings:
    members = {
        family: set_file_entries(host.read(f"{_CONFIG}/ipsets/{name}.xml"))
        for family, name in _SETS.items()
        if host.exists(f"{_CONFIG}/ipsets/{name}.xml")
    }
    return Settings(
        members, {zone: zone_file_rules(host.read(f"{_CONFIG}/zones/{zone}.xml")) for zone in zones}
    )


def places(settings: Settings) -> list[plans.Place]:
    """What firewalld lets through, zone by zone."""
    found = []
    for rules in settings.rules.values():
        openings: set[str] = set()
        for rule in rules:
            if rule.family is not None:
                openings |= plans.product(settings.members.get(rule.family, []), [rule.service])
        found.append(
            plans.Place(frozenset(openings), frozenset(rule.service for rule in rules if rule.family is None))
        )
    return found


def look(host: Host) -> dict[str, t.Any]:
    """What firewalld lets members do, now and after its next start."""
    zones = _zones(host)
    found = places(_running(host, zones)) + places(_permanent(host, zones))
    return plans.live_state("firewalld", found, zones=zones)


def wanted_settings(plan: dict[str, t.Any], zones: list[str]) -> Settings:
    """The plan in firewalld's terms."""
    members: dict[int, set[str]] = {}
    rules: set[Rule] = {Rule(None, service) for service in plan["guarded"]}
    for opening in plan["openings"]:
        address, service = plans.split(opening)
        family = plans.family(address)
        members.setdefault(family, set()).add(address)
        rules.add(Rule(family, service))
    listed = {family: sorted(found) for family, found in members.items()}
    return Settings(listed, {zone: frozenset(rules) for zone in zones})


def _needs_reload(running: Settings, wanted: Settings) -> bool:
    # firewalld makes an ipset known to its running side in a reload only.
    return any(family not in running.members for family in wanted.members)


def check(host: Host, plan: dict[str, t.Any]) -> None:
    """Refuse what would harm: a reload drops everything that was never made permanent, an open SSH port perhaps.

    Raises:
        FirewallError: with what the reload would drop or bring back.
    """
    zones = _zones(host)
    if not _needs_reload(_running(host, zones, _sets(host)), wanted_settings(plan, zones)):
        return
    unsaved = unsaved_settings(
        host.do("firewall-cmd", "--list-all-zones"),
        host.do("firewall-cmd", "--permanent", "--list-all-zones"),
    )
    if unsaved:
        raise FirewallError(
            f"firewalld runs with settings on this host that are not its permanent ones ({'; '.join(unsaved)}), and "
            "the one reload needed would undo them; keep them with 'firewall-cmd --runtime-to-permanent' or drop them "
            "with 'firewall-cmd --reload', then run again."
        )


def unsaved_settings(running: str, permanent: str) -> list[str]:
    """Settings of zones that differ between the two outputs of ``--list-all-zones``, in a user's words."""
    now, later = _listed(running), _listed(permanent)
    return [
        f"zone {zone}: {setting}"
        for zone, setting in sorted(now ^ later)
        # Interfaces stay in their zones over a reload, and Docker sees to its own zone.
        if not setting.startswith("interfaces ") and zone not in _NOT_OURS and not parse_rule(setting)
    ]


def _listed(text: str) -> set[tuple[str, str]]:
    found: set[tuple[str, str]] = set()
    zone = key = ""
    for line in text.splitlines():
        if line and not line[0].isspace():
            zone = line.split(" ")[0]
        elif line.startswith("\t"):
            found.add((zone, line.strip() if key == "rich rules" else f"{key} {line.strip()}"))
        elif ":" in line:
            key, _colon, values = line.strip().partition(":")
            if key not in ("target", "icmp-block-inversion"):
                found |= {(zone, f"{key} {value}") for value in values.split()}
    return found


def apply(host: Host, plan: dict[str, t.Any]) -> None:
    """Make firewalld let through what the plan says, permanently and now."""
    check(host, plan)
    zones = _zones(host)
    if not plan["openings"]:
        # To remove everything, zones that are not active any more are visited too.
        zones = sorted(
            {*zones, *(path.rsplit("/", 1)[1][:-4] for path in host.find(f"{_CONFIG}/zones/*.xml"))}
        )
    running = _running(host, zones, _sets(host))
    permanent = _permanent(host, zones)
    wanted = wanted_settings(plan, zones)
    _change(host, permanent, wanted, ["--permanent"])
    if _needs_reload(running, wanted):
        host.do("firewall-cmd", "--reload")
    else:
        _change(host, running, wanted, [])


def _change(host: Host, live: Settings, wanted: Settings, mode: list[str]) -> None:
    """Bring one of the two truths to what is wanted: sets before the rules that refer to them, and the reverse."""
    for family, members in wanted.members.items():
        name = _SETS[family]
        if family not in live.members:
            inet = "inet6" if family == 6 else "inet"
            host.do("firewall-cmd", *mode, f"--new-ipset={name}", "--type=hash:ip", f"--option=family={inet}")
        _call(
            host, [*mode, f"--ipset={name}"], "--add-entry", set(members) - set(live.members.get(family, []))
        )
    for zone, found in live.rules.items():
        rules = wanted.rules.get(zone, frozenset())
        place = [*mode, f"--zone={zone}"]
        _call(host, place, "--add-rich-rule", {rule.text() for rule in rules - found})
        _call(host, place, "--remove-rich-rule", {rule.text() for rule in found - rules})
    for family, members in live.members.items():
        name = _SETS[family]
        stays = wanted.members.get(family, [])
        _call(host, [*mode, f"--ipset={name}"], "--remove-entry", set(members) - set(stays))
        if mode and not stays:
            # The running side forgets the empty set at its next reload; nothing refers to it.
            host.do("firewall-cmd", *mode, f"--delete-ipset={name}")


def _call(host: Host, start: list[str], option: str, values: set[str]) -> None:
    if values:
        host.do("firewall-cmd", *start, *(f"{option}={value}" for value in sorted(values)))
