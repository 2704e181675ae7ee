# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The rules of the backend ufw, in ufw's files, in the kernel and as ufw's arguments. Pure. PRIVATE to the collection.

Our rules are allow rules for each member in front, and refusals for all other addresses behind them, each with our comment.
"""

from __future__ import annotations

import binascii
import re
import typing as t

from .openings import ALL, ESP, VRRP, WITHOUT_PORT, all_openings, opening, split_opening
from .plan import Access, LiveFirewall, live_firewall

COMMENT = "flotilla swarm"
# To ufw, two rules that differ only in action and comment are the same rule, and it keeps the first one. Where the user
# has a rule like ours, ours therefore names the source ports, all of them.
_ALL_PORTS = "1:65535"
# "### tuple ### allow tcp 2377,7946 0.0.0.0/0 any 10.0.0.11 in comment=666c..." (ufw 0.35 and later)
_TUPLE = re.compile(
    r"^### tuple ### (?P<action>[a-z]+)\S* (?P<protocol>\S+) (?P<ports>\S+) (?:0\.0\.0\.0|::)/0 "
    rf"(?P<from>any|{_ALL_PORTS}) (?P<source>\S+) in(?: comment=(?P<comment>[0-9a-f]*))?$"
)
# "-A ufw-user-input -s 10.0.0.12/32 -p udp -m multiport --dports 4789,7946 -j ACCEPT"
_RULE = re.compile(
    r"^-A \S+(?: -s (?P<source>\S+))? -p (?P<protocol>\S+)(?: -m \S+ --dports? (?P<ports>\S+))?"
    rf"(?: -m multiport --sports {_ALL_PORTS})? -j (?P<action>\S+)(?: --reject-with \S+)?$"
)
_PROTOCOLS = {"esp": ESP, "50": ESP, "vrrp": VRRP, "112": VRRP}
_ACTIONS = {"ACCEPT": "allow", "DROP": "deny", "REJECT": "deny", "reject": "deny"}


class UfwRule(t.NamedTuple):
    """A rule of the shape of ours: services (``tcp 2377``) of one protocol, for one source or (None) for all."""

    action: str
    source: str | None
    services: tuple[str, ...]

    def openings(self) -> frozenset[str]:
        """What the rule opens, if no rule in front of it refuses that."""
        if self.action != "allow":
            return frozenset()
        return all_openings([self.source or ALL], self.services)

    def without_port(self) -> bool:
        """Whether the rule is for a protocol that has no ports."""
        return self.services[0] in WITHOUT_PORT

    def arguments(self, all_ports: bool = False) -> list[str]:
        """The rule as ufw's arguments, without the comment; with ``all_ports`` they name the source ports."""
        source = ["from", self.source] if self.source else []
        if self.without_port():
            return [self.action, "proto", self.services[0], *source]
        if all_ports:
            source = ["from", self.source or "any", "port", _ALL_PORTS]
        numbers = sorted(int(service.split(" ")[1]) for service in self.services)
        target = ["to", "any", "port", ",".join(str(number) for number in numbers)]
        return [self.action, "proto", self.services[0].split(" ")[0], *source, *target]


class UfwFileRule(t.NamedTuple):
    """A rule in ufw's files, with its comment; ``all_ports``: the rule names the source ports."""

    rule: UfwRule
    comment: str
    all_ports: bool

    def ours(self) -> bool:
        """Whether the rule is ours."""
        return self.comment == COMMENT


def file_rules(text: str) -> list[UfwFileRule]:
    """The rules of the shape of ours in one of ufw's files, in their order."""
    rules = []
    for line in text.splitlines():
        match = _TUPLE.match(line)
        rule = _rule(match) if match else None
        if match and rule:
            comment = binascii.unhexlify(match["comment"] or "").decode(errors="replace")
            rules.append(UfwFileRule(rule, comment, match["from"] != "any"))
    return rules


def kernel_rules(text: str) -> list[UfwRule]:
    """The rules of the shape of ours in ``iptables -S CHAIN``, in their order; the kernel has none of ufw's comments."""
    parsed = [_rule(match) for match in map(_RULE.match, text.splitlines()) if match]
    return [rule for rule in parsed if rule]


def _rule(match: t.Match[str]) -> UfwRule | None:
    action = _ACTIONS.get(match["action"], match["action"])
    protocol, ports, source = match["protocol"], match["ports"], match["source"]
    if protocol in _PROTOCOLS:
        services: tuple[str, ...] = (_PROTOCOLS[protocol],)
    elif protocol in ("tcp", "udp") and ports and re.match(r"^\d+(,\d+)*$", ports):
        services = tuple(sorted(f"{protocol} {port}" for port in ports.split(",")))
    else:
        return None
    if source is None or source in ("0.0.0.0/0", "::/0"):
        return UfwRule(action, None, services)
    # ufw writes addresses as they were given to it, iptables with the length of the prefix.
    return UfwRule(action, re.sub(r"/(32|128)$", "", source), services)


def access(rules: t.Iterable[UfwRule]) -> Access:
    """What a list of rules lets through, ours and the user's: the first rule that matches decides."""
    openings: set[str] = set()
    refused: set[str] = set()
    decided: set[str] = set()
    guarded: set[str] = set()
    for rule in rules:
        for service in rule.services:
            if rule.source is not None:
                one = opening(rule.source, service)
                if rule.action == "deny" or service in guarded:
                    refused.add(one)
                elif rule.action == "allow" and one not in refused:
                    openings.add(one)
            elif service not in decided:
                decided.add(service)
                if rule.action == "deny":
                    guarded.add(service)
                elif rule.action == "allow":
                    openings.add(opening(ALL, service))
    return Access(frozenset(openings), frozenset(guarded))


class UfwState(t.NamedTuple):
    """ufw's rules on a host, both IP versions together: its files, and what the files and the kernel let through."""

    rules: list[UfwFileRule]
    in_files: Access
    in_kernel: Access

    def intended(self) -> Access:
        """What our rules are meant to let through and refuse, in force or not."""
        ours = [one.rule for one in self.rules if one.ours()]
        refused = [rule.services for rule in ours if rule.action == "deny" and rule.source is None]
        return Access(
            frozenset().union(*(rule.openings() for rule in ours)),
            frozenset().union(*map(frozenset, refused)),
        )

    def loaded(self) -> bool:
        """Whether our rules do in the kernel what they do in the files."""
        ours = self.intended()
        openings = (self.in_files.openings ^ self.in_kernel.openings) & ours.openings
        return not openings and not (self.in_files.guarded ^ self.in_kernel.guarded) & ours.guarded

    def live(self) -> LiveFirewall:
        """What ufw lets members do: our rules, as far as they are in force in the files and in the kernel."""
        ours = self.intended()
        openings = ours.openings & self.in_files.openings & self.in_kernel.openings
        guarded = ours.guarded & self.in_files.guarded & self.in_kernel.guarded
        return live_firewall("ufw", [ours, Access(openings, guarded)])


def both_versions(each: list[Access]) -> Access:
    """What both IP versions together let through, and what both refuse."""
    return Access(
        frozenset().union(*(one.openings for one in each)),
        frozenset.intersection(*(one.guarded for one in each)),
    )


def commands(openings: t.Iterable[str], guarded: t.Iterable[str], live: UfwState) -> list[list[str]]:
    """The arguments of ufw, call by call, that lead to these openings and guarded services.

    The new refusals go in first and the allow rules in front of them; rules that are no longer declared are deleted last, so
    that a member that stays a member is never cut off for longer than one command takes.
    """
    ours = {one.rule: one.all_ports for one in live.rules if one.ours()}
    refusals = [UfwRule("deny", None, (service,)) for service in guarded]
    guarded_now = live.in_files.guarded & live.intended().guarded
    new_refusals = [rule for rule in refusals if rule.services[0] not in guarded_now]
    refused = {rule.services[0] for rule in new_refusals}
    steps: list[list[str]] = []
    for rule in new_refusals:
        steps += _move_to_front(rule, ours, live.rules)
    allowed = _allow_rules(openings)
    for rule in allowed:
        in_front = rule.openings() <= live.in_files.openings and not refused.intersection(rule.services)
        if rule not in ours or not in_front:
            steps += _move_to_front(rule, ours, live.rules)
    stale = sorted(set(ours) - {*allowed, *refusals}, key=UfwRule.arguments)
    return steps + [["delete", *rule.arguments(ours[rule])] for rule in stale]


def _allow_rules(openings: t.Iterable[str]) -> list[UfwRule]:
    """One allow rule for each member and protocol, and for each service that is for everybody."""
    services: dict[tuple[str, str], list[str]] = {}
    for one in openings:
        address, service = split_opening(one)
        key = service if address == ALL else service.split(" ")[0]
        services.setdefault((address, key), []).append(service)
    return [
        UfwRule("allow", None if address == ALL else address, tuple(sorted(listed)))
        for (address, _key), listed in sorted(services.items())
    ]


def _move_to_front(rule: UfwRule, ours: dict[UfwRule, bool], live: list[UfwFileRule]) -> list[list[str]]:
    """Calls that put a rule of ours in front of all others; behind them where it is for everybody, whom the user may refuse.

    ufw leaves a rule that exists where it is, so ours is deleted first. So is a user's rule for ESP: it has no ports by which
    ufw could distinguish it from ours.
    """
    alike = [one for one in live if not one.ours() and one.rule[1:] == rule[1:] and not one.all_ports]
    all_ports = ours[rule] if rule in ours else bool(alike) and not rule.without_port()
    exists = rule in ours or (bool(alike) and not all_ports)
    start = [["delete", *rule.arguments(all_ports)]] if exists else []
    place = [] if rule.action == "allow" and rule.source is None else ["prepend"]
    return [*start, [*place, *rule.arguments(all_ports), "comment", COMMENT]]
