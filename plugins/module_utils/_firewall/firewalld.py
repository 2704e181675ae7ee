# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The backend firewalld. PRIVATE to the collection.

A zone bound to the members' addresses would be simpler than ipsets and rich rules, but would take the members' other
traffic, SSH included, out of the rules of its zone. To read, firewalld is asked over D-Bus with busctl (10 ms a question,
firewall-cmd takes 250 ms), and the permanent configuration is read from its files.
"""

from __future__ import annotations

import typing as t

from .backend import Reading
from .firewalld_rules import (
    SETS,
    UNMANAGED_ZONES,
    FirewalldSettings,
    active_zones,
    bus_strings,
    declared_settings,
    parse_rule,
    set_file_entries,
    unsaved_settings,
    zone_file_rules,
)
from .host import FirewallError
from .plan import live_firewall

if t.TYPE_CHECKING:
    from .host import Host
    from .plan import FirewallPlan

_BUS = ("busctl", "call", "org.fedoraproject.FirewallD1", "/org/fedoraproject/FirewallD1")
_CONFIG = "/etc/firewalld"


def read(host: Host) -> Reading:
    """Read what firewalld lets members do, now and after its next start."""
    zones = _zones(host)
    copies = _running(host, zones).access() + _permanent(host, zones).access()
    live = live_firewall("firewalld", copies)
    live["zones"] = zones
    return Reading(live)


def check(host: Host, plan: FirewallPlan) -> None:
    """Refuse a reload that would drop what was never made permanent, an open SSH port perhaps.

    Raises:
        FirewallError: with what the reload would drop or bring back.
    """
    zones = _zones(host)
    declared = declared_settings(plan["openings"], plan["guarded"], zones)
    if not _running(host, zones, _sets(host)).needs_reload(declared):
        return
    unsaved = unsaved_settings(
        host.do("firewall-cmd", "--list-all-zones"),
        host.do("firewall-cmd", "--permanent", "--list-all-zones"),
    )
    if unsaved:
        raise FirewallError(
            f"firewalld runs with settings on this host that are not its permanent ones ({'; '.join(unsaved)}), and the "
            "reload that firewalld needs would undo them; keep them with 'firewall-cmd --runtime-to-permanent' or drop "
            "them with 'firewall-cmd --reload', then run again."
        )


def apply(host: Host, plan: FirewallPlan) -> None:
    """Let through what the plan says, permanently and now."""
    zones = _zones(host)
    _update(host, zones, declared_settings(plan["openings"], plan["guarded"], zones))


def remove(host: Host) -> None:
    """Remove our rules and ipsets, from zones that are no longer active too."""
    files = host.paths(f"{_CONFIG}/zones/*.xml")
    zones = sorted({*_zones(host), *(path.rsplit("/", 1)[1][: -len(".xml")] for path in files)})
    _update(host, zones, declared_settings([], [], zones))


def _update(host: Host, zones: list[str], declared: FirewalldSettings) -> None:
    running = _running(host, zones, _sets(host))
    _update_configuration(host, _permanent(host, zones), declared, ["--permanent"])
    if running.needs_reload(declared):
        host.do("firewall-cmd", "--reload")
    else:
        _update_configuration(host, running, declared, [])


def _bus(host: Host, interface: str, method: str, *strings: str) -> str | None:
    signature = ["s" * len(strings), *strings] if strings else []
    return host.ask(*_BUS, "org.fedoraproject.FirewallD1" + interface, method, *signature)


def _zones(host: Host) -> list[str]:
    """The zones in which packets can arrive, the default one for interfaces that have none."""
    active = _bus(host, ".zone", "getActiveZones")
    if active is None:
        raise FirewallError(
            "firewalld is active on this host, but does not answer; see journalctl -u firewalld."
        )
    # A default zone that its file does not name is firewalld's built-in one.
    default = host.setting(f"{_CONFIG}/firewalld.conf", "DefaultZone") or "public"
    return sorted({default, *active_zones(active)} - UNMANAGED_ZONES)


def _running(host: Host, zones: list[str], sets: t.Container[str] | None = None) -> FirewalldSettings:
    """The running configuration.

    Args:
        host: the host.
        zones: the zones to ask for.
        sets: the ipsets that are known to exist; without, those are asked for to which the rules refer.
    """
    rules = {}
    for zone in zones:
        parsed = [parse_rule(line) for line in bus_strings(_bus(host, ".zone", "getRichRules", zone) or "")]
        rules[zone] = frozenset(rule for rule in parsed if rule)
    if sets is None:
        sets = {SETS[rule.family] for listed in rules.values() for rule in listed if rule.family is not None}
    members = {
        family: bus_strings(_bus(host, ".ipset", "getEntries", name) or "")
        for family, name in SETS.items()
        if name in sets
    }
    return FirewalldSettings(members, rules)


def _sets(host: Host) -> list[str]:
    return bus_strings(_bus(host, ".ipset", "getIPSets") or "")


def _permanent(host: Host, zones: list[str]) -> FirewalldSettings:
    paths = {family: f"{_CONFIG}/ipsets/{name}.xml" for family, name in SETS.items()}
    return FirewalldSettings(
        {family: set_file_entries(host.text(path)) for family, path in paths.items() if host.exists(path)},
        {zone: zone_file_rules(host.text(f"{_CONFIG}/zones/{zone}.xml")) for zone in zones},
    )


def _update_configuration(
    host: Host, live: FirewalldSettings, declared: FirewalldSettings, mode: list[str]
) -> None:
    """Update one of the two configurations: ipsets before the rules that refer to them, and in reverse to remove."""
    for family, members in declared.members.items():
        name = SETS[family]
        if family not in live.members:
            inet = "inet6" if family == 6 else "inet"
            host.do("firewall-cmd", *mode, f"--new-ipset={name}", "--type=hash:ip", f"--option=family={inet}")
        new = set(members) - set(live.members.get(family, []))
        _update_values(host, [*mode, f"--ipset={name}"], "--add-entry", new)
    for zone, live_rules in live.rules.items():
        rules = declared.rules.get(zone, frozenset())
        in_zone = [*mode, f"--zone={zone}"]
        _update_values(host, in_zone, "--add-rich-rule", {rule.text() for rule in rules - live_rules})
        _update_values(host, in_zone, "--remove-rich-rule", {rule.text() for rule in live_rules - rules})
    for family, members in live.members.items():
        name = SETS[family]
        stays = declared.members.get(family, [])
        _update_values(host, [*mode, f"--ipset={name}"], "--remove-entry", set(members) - set(stays))
        if mode and not stays:
            # The running configuration forgets the empty set at its next reload; no rule refers to it.
            host.do("firewall-cmd", *mode, f"--delete-ipset={name}")


def _update_values(host: Host, start: list[str], option: str, values: set[str]) -> None:
    if values:
        host.do("firewall-cmd", *start, *(f"{option}={value}" for value in sorted(values)))
