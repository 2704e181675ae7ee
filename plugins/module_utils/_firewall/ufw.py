# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""ufw. PRIVATE to the collection.

Rules are the user's to see in ``ufw status``: allow rules per member in front, refusals for everybody else behind
them, each with our comment. ``ufw status`` reads ufw's files, not the kernel, so a look reads both itself.
"""

from __future__ import annotations

import binascii
import re
import typing as t

from . import plan as plans
from .host import FirewallError, Host

COMMENT = "flotilla swarm"
_FILES = {4: "/etc/ufw/user.rules", 6: "/etc/ufw/user6.rules"}
_CHAINS = {4: ("iptables", "ufw-user-input"), 6: ("ip6tables", "ufw6-user-input")}
# ufw takes two rules that differ in action and comment only for the same, and keeps the first. Where the user has one
# like ours, ours spells out the source ports, all of them.
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
_ACTIONS = {"ACCEPT": "allow", "DROP": "deny", "REJECT": "deny", "reject": "deny"}


class Rule(t.NamedTuple):
    """A rule of the shape we make: services (``tcp 2377``) of one protocol, to one source or (None) to all."""

    action: str
    source: str | None
    services: tuple[str, ...]

    def openings(self) -> frozenset[str]:
        """What it opens, if no rule in front of it says otherwise."""
        if self.action != "allow" or self.source is None:
            return frozenset()
        return plans.product([self.source], self.services)


class Written(t.NamedTuple):
    """A rule in ufw's files: with its comment, and whether it spells out all source ports."""

    rule: Rule
    comment: str
    spelled: bool

    def ours(self) -> bool:
        """Whether we wrote it."""
        return self.comment == COMMENT


def _families(host: Host) -> list[int]:
    has_six = re.search(r"^IPV6=[\"']?yes", host.read("/etc/default/ufw"), re.MULTILINE)
    return [4, 6] if has_six else [4]


def _rule(action: str, protocol: str, ports: str | None, source: str | None) -> Rule | None:
    action = _ACTIONS.get(action, action)
    if protocol in ("esp", "50"):
        services: tuple[str, ...] = (plans.ESP,)
    elif protocol in ("tcp", "udp") and ports and re.match(r"^\d+(,\d+)*$", ports):
        services = tuple(sorted(f"{protocol} {port}" for port in ports.split(",")))
    else:
        return None
    if source is None or source in ("0.0.0.0/0", "::/0"):
        return Rule(action, None, services)
    # ufw writes addresses as they were given to it, iptables with the length of the prefix.
    return Rule(action, re.sub(r"/(32|128)$", "", source), services)


def written_rules(text: str) -> list[Written]:
    """The rules of our shape in one of ufw's files, in their order."""
    found = []
    for line in text.splitlines():
        match = _TUPLE.match(line)
        if match:
            rule = _rule(match["action"], match["protocol"], match["ports"], match["source"])
            comment = binascii.unhexlify(match["comment"] or "").decode(errors="replace")
            if rule:
                found.append(Written(rule, comment, match["from"] != "any"))
    return found


def loaded_rules(text: str) -> list[Rule]:
    """The rules of our shape in ``iptables -S CHAIN``, in their order; the kernel knows no comments of ufw's."""
    found = []
    for line in text.splitlines():
        match = _RULE.match(line)
        rule = _rule(match["action"], match["protocol"], match["ports"], match["source"]) if match else None
        if rule:
            found.append(rule)
    return found


def place(rules: t.Iterable[Rule]) -> plans.Place:
    """What a list of rules lets through, whoever made them: the first rule that matches decides."""
    openings: set[str] = set()
    refused: set[str] = set()
    decided: set[str] = set()
    guarded: set[str] = set()
    for rule in rules:
        for service in rule.services:
            if rule.source is not None:
                one = plans.opening(rule.source, service)
                if rule.action == "deny" or service in guarded:
                    refused.add(one)
                elif rule.action == "allow" and one not in refused:
                    openings.add(one)
            elif service not in decided:
                decided.add(service)
                if rule.action == "deny":
                    guarded.add(service)
    return plans.Place(frozenset(openings), frozenset(guarded))


class View(t.NamedTuple):
    """Everything about ufw on a host: its files and the kernel's rules, both families together."""

    written: list[Written]
    in_files: plans.Place
    in_kernel: plans.Place

    def ours(self) -> plans.Place:
        """What our rules are there for, in force or not."""
        ours = [one.rule for one in self.written if one.ours()]
        refused = [rule.services for rule in ours if rule.action == "deny" and rule.source is None]
        return plans.Place(
            frozenset().union(*(rule.openings() for rule in ours)),
            frozenset().union(*map(frozenset, refused)),
        )

    def loaded(self) -> bool:
        """Whether our rules do in the kernel what they do in the files."""
        ours = self.ours()
        openings = (self.in_files.openings ^ self.in_kernel.openings) & ours.openings
        return not openings and not (self.in_files.guarded ^ self.in_kernel.guarded) & ours.guarded


def _view(host: Host) -> View | None:
    """All of it; None when the kernel has no rules of ufw's."""
    written: list[Written] = []
    in_files: list[plans.Place] = []
    in_kernel: list[plans.Place] = []
    for family in _families(host):
        text = host.ask(_CHAINS[family][0], "-w", "-S", _CHAINS[family][1])
        if text is None:
            return None
        found = written_rules(host.read(_FILES[family]))
        written += found
        in_files.append(place(one.rule for one in found))
        in_kernel.append(place(loaded_rules(text)))
    return View(written, _both_families(in_files), _both_families(in_kernel))


def _both_families(places: list[plans.Place]) -> plans.Place:
    return plans.Place(
        frozenset().union(*(one.openings for one in places)),
        frozenset.intersection(*(one.guarded for one in places)),
    )


def state(view: View) -> dict[str, t.Any]:
    """What ufw lets members do: our rules, as far as they are in force in the files and in the kernel."""
    ours = view.ours()
    openings = ours.openings & view.in_files.openings & view.in_kernel.openings
    guarded = ours.guarded & view.in_files.guarded & view.in_kernel.guarded
    return plans.live_state("ufw", [ours, plans.Place(openings, guarded)])


def look(host: Host) -> dict[str, t.Any] | None:
    """What ufw lets members do; None when ufw's rules are not loaded, whatever its configuration says."""
    view = _view(host)
    return None if view is None else state(view)


def wanted_rules(openings: t.Iterable[str]) -> list[Rule]:
    """One allow rule per member and protocol."""
    ports: dict[tuple[str, str], list[str]] = {}
    for opening in openings:
        address, service = plans.split(opening)
        ports.setdefault((address, service.split(" ")[0]), []).append(service)
    return [
        Rule("allow", address, tuple(sorted(services)))
        for (address, _protocol), services in sorted(ports.items())
    ]


def arguments(rule: Rule, spelled: bool = False) -> list[str]:
    """A rule as ufw's arguments, without the comment."""
    source = ["from", rule.source] if rule.source else []
    if rule.services == (plans.ESP,):
        return [rule.action, "proto", "esp", *source]
    if spelled:
        source = ["from", rule.source or "any", "port", _ALL_PORTS]
    numbers = sorted(int(service.split(" ")[1]) for service in rule.services)
    target = ["to", "any", "port", ",".join(str(number) for number in numbers)]
    return [rule.action, "proto", rule.services[0].split(" ")[0], *source, *target]


def apply(host: Host, plan: dict[str, t.Any]) -> None:
    """Make ufw let through what the plan says, and nobody else.

    The new refusals go in first and the allow rules in front of them; what is no longer wanted goes last, so that
    a member that stays one is never cut off for longer than one command takes.
    """
    if 6 not in _families(host) and any(plans.family(plans.split(one)[0]) == 6 for one in plan["openings"]):
        raise FirewallError(
            "ufw refuses all IPv6 on this host, but a member has an IPv6 address; set IPV6=yes in /etc/default/ufw, "
            "or name the members by IPv4 addresses."
        )
    view = _view(host)
    if view is None or not view.loaded():
        host.do("ufw", "reload")
        view = _view(host)
    if view is None:
        raise FirewallError("ufw did not load its rules on this host; see what 'ufw reload' says.")
    for command in commands(plan, view):
        host.do("ufw", *command)


def commands(plan: dict[str, t.Any], view: View) -> list[list[str]]:
    """The arguments of ufw, call by call, that bring a plan about."""
    ours = {one.rule: one.spelled for one in view.written if one.ours()}
    in_force = plans.Place(view.in_files.openings, view.in_files.guarded & view.ours().guarded)
    todo: list[list[str]] = []
    refused = [service for service in plan["guarded"] if service not in in_force.guarded]
    for service in refused:
        todo += _to_the_front(Rule("deny", None, (service,)), ours, view.written)
    wanted = wanted_rules(plan["openings"])
    for rule in wanted:
        in_front = rule.openings() <= in_force.openings and not set(rule.services) & set(refused)
        if rule not in ours or not in_front:
            todo += _to_the_front(rule, ours, view.written)
    kept = {*wanted, *(Rule("deny", None, (service,)) for service in plan["guarded"])}
    stale = sorted((rule for rule in ours if rule not in kept), key=arguments)
    return todo + [["delete", *arguments(rule, ours[rule])] for rule in stale]


def _to_the_front(rule: Rule, ours: dict[Rule, bool], written: list[Written]) -> list[list[str]]:
    """Calls that put a rule of ours in front of all others.

    ufw leaves a rule that it has where it is, so one of ours is taken out first. So is a user's for ESP, which has no
    ports to tell them apart.
    """
    theirs = [one for one in written if not one.ours() and one.rule[1:] == rule[1:] and not one.spelled]
    spelled = ours[rule] if rule in ours else bool(theirs) and rule.services != (plans.ESP,)
    there = rule in ours or (bool(theirs) and not spelled)
    start = [["delete", *arguments(rule, spelled)]] if there else []
    return [*start, ["prepend", *arguments(rule, spelled), "comment", COMMENT]]
