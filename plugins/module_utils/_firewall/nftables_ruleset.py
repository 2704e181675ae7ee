# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The kernel's rules as ``nft -j list ruleset`` prints them: which chains filter, and what ours accept. Pure. PRIVATE."""

from __future__ import annotations

import json
import typing as t

from .openings import ALL, ESP, VRRP, opening

Item = t.Dict[str, t.Any]
TABLE = ("inet", "flotilla")
CHAIN = "flotilla_swarm"
OPEN_SETS = {4: "flotilla_open4", 6: "flotilla_open6"}
ESP_SETS = {4: "flotilla_esp4", 6: "flotilla_esp6"}
# Only where there is something in them.
VRRP_SETS = {4: "flotilla_vrrp4", 6: "flotilla_vrrp6"}
PUBLIC_SET = "flotilla_public"
GUARDED_SET = "flotilla_guarded"
# Elements as numbers, where nft has no name for them.
_PROTOCOLS = {"6": "tcp", "17": "udp"}


class Chain(t.NamedTuple):
    """A chain's address."""

    family: str
    table: str
    name: str


class Ruleset:
    """The kernel's rules.

    Args:
        texts: outputs of ``nft -j list ...``; a later one may have the elements of sets that an earlier one leaves out.
    """

    def __init__(self, *texts: str) -> None:
        self.chains: dict[Chain, Item] = {}
        self.rules: dict[Chain, list[Item]] = {}
        self._sets: dict[Chain, list[t.Any]] = {}
        for text in texts:
            self._add(json.loads(text)["nftables"])

    def _add(self, items: list[Item]) -> None:
        rules: dict[Chain, list[Item]] = {}
        for item in items:
            ((kind, content),) = item.items()
            if kind == "chain":
                self.chains[Chain(content["family"], content["table"], content["name"])] = content
            elif kind == "rule":
                chain = Chain(content["family"], content["table"], content["chain"])
                rules.setdefault(chain, []).append(content)
            elif kind == "set":
                name = Chain(content["family"], content["table"], content["name"])
                self._sets[name] = content.get("elem", [])
        self.rules.update(rules)

    def ours(self) -> list[Chain]:
        """Our chains, one in each table with rules of ours."""
        return [chain for chain in self.chains if chain.name == CHAIN]

    def filtering(self) -> list[Chain]:
        """Chains that are not ours and refuse incoming packets unless a rule in them accepts the packet.

        Chains of iptables are left out (to write to them would break iptables), so are those of firewalld and Docker.
        """
        return [chain for chain in self._inputs() if not _of_iptables(chain) and self._refuses(chain)]

    def iptables_filters(self) -> bool:
        """Whether iptables, through nft, refuses incoming packets unless a rule accepts them."""
        return any(_of_iptables(chain) and self._refuses(chain) for chain in self._inputs())

    def _inputs(self) -> list[Chain]:
        return [
            chain
            for chain, content in self.chains.items()
            if content.get("hook") == "input"
            and content.get("type") == "filter"
            and chain.family in ("ip", "ip6", "inet")
            and chain[:2] != TABLE
            and not chain.table.startswith(("docker", "firewalld"))
        ]

    def _refuses(self, chain: Chain) -> bool:
        if self.chains[chain].get("policy") == "drop":
            return True
        rules = self.rules.get(chain, [])
        if not rules:
            return False
        # A last rule without a condition decides over all packets that no rule accepted.
        kinds = {kind for expression in rules[-1].get("expr", []) for kind in expression}
        return bool(kinds & {"drop", "reject"}) and kinds <= {"drop", "reject", "counter", "log"}

    def jumps(self, chain: Chain) -> list[int]:
        """Handles of the rules that jump from a chain into ours."""
        return [
            rule["handle"]
            for rule in self.rules.get(chain, [])
            if any((step.get("jump") or {}).get("target") == CHAIN for step in rule.get("expr", []))
        ]

    def extended(self) -> list[Chain]:
        """Chains that are not ours and jump into ours, or have to."""
        jumping = [chain for chain in self.chains if self.jumps(chain) and chain[:2] != TABLE]
        return sorted({*self.filtering(), *jumping})

    def sets(self, family: str, table: str) -> list[str]:
        """Names of our sets in a table."""
        return [
            one.name for one in self._sets if one[:2] == (family, table) and one.name.startswith("flotilla_")
        ]

    def openings(self, family: str, table: str) -> frozenset[str]:
        """What our chain in a table accepts."""
        used = _used_sets(self.rules.get(Chain(family, table, CHAIN), []), "accept")
        openings: set[str] = set()
        for name in OPEN_SETS.values():
            for address, protocol, port in self._elements(family, table, name, used):
                openings.add(opening(address, f"{_PROTOCOLS.get(protocol, protocol)} {port}"))
        for service, names in ((ESP, ESP_SETS), (VRRP, VRRP_SETS)):
            for name in names.values():
                openings |= {
                    opening(element[0], service) for element in self._elements(family, table, name, used)
                }
        for protocol, port in self._elements(family, table, PUBLIC_SET, used):
            openings.add(opening(ALL, f"{_PROTOCOLS.get(protocol, protocol)} {port}"))
        return frozenset(openings)

    def guarded(self) -> frozenset[str]:
        """The services that our table refuses."""
        rules = [rule for chain, rules in self.rules.items() if chain[:2] == TABLE for rule in rules]
        elements = self._elements(*TABLE, GUARDED_SET, _used_sets(rules, "drop"))
        return frozenset(f"{_PROTOCOLS.get(protocol, protocol)} {port}" for protocol, port in elements)

    def _elements(self, family: str, table: str, name: str, used: set[str]) -> list[list[str]]:
        if name not in used:
            return []
        elements = []
        for element in self._sets.get(Chain(family, table, name), []):
            # {"elem": {"val": ...}} where an element has a counter or a comment.
            value = element["elem"]["val"] if isinstance(element, dict) and "elem" in element else element
            parts = value["concat"] if isinstance(value, dict) else [value]
            elements.append([str(part) for part in parts])
        return elements


def _of_iptables(chain: Chain) -> bool:
    return chain.name == "INPUT" and chain.family != "inet"


def _used_sets(rules: list[Item], verdict: str) -> set[str]:
    """The sets that rules with that verdict look up."""
    names = set()
    for rule in rules:
        expressions = rule.get("expr", [])
        if any(verdict in expression for expression in expressions):
            rights = [expression["match"]["right"] for expression in expressions if "match" in expression]
            names |= {right[1:] for right in rights if isinstance(right, str) and right.startswith("@")}
    return names
