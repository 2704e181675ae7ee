# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""ufw: recorded files and chains, and a model of how ufw keeps its rules."""

from __future__ import annotations

import shutil
import typing as t
from pathlib import Path

import pytest
from ansible_collections.flotilla.swarm.plugins.module_utils._firewall import openings as vocabulary
from ansible_collections.flotilla.swarm.plugins.module_utils._firewall import plan as plans
from ansible_collections.flotilla.swarm.plugins.module_utils._firewall import ufw_rules
from ansible_collections.flotilla.swarm.plugins.module_utils._firewall.host import Host
from ansible_collections.flotilla.swarm.plugins.module_utils._firewall.read import read_firewall
from hypothesis import given
from hypothesis import strategies as st

RECORDED = Path(__file__).parent / "recorded"
MEMBERS = ["10.0.0.11", "10.0.0.12", "fd00::11"]
OPENINGS = vocabulary.declared_openings(MEMBERS, True, encrypted=True)
GUARDED = ["tcp 2377", "tcp 7946", "udp 4789", "udp 7946"]


def recorded(name: str) -> str:
    return (RECORDED / name).read_text()


class Recording:
    """A host with ufw: its files in a directory, the kernel's chains as recorded."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.chains = {"iptables": recorded("iptables-S.txt"), "ip6tables": recorded("ip6tables-S.txt")}
        self.asked: list[list[str]] = []
        for name in ("ufw", "iptables", "ip6tables"):
            self.file(f"usr/sbin/{name}", "").chmod(0o755)
        self.file("etc/ufw/ufw.conf", "# Set to yes to start on boot\nENABLED=yes\nLOGLEVEL=low\n")
        self.file("etc/default/ufw", "IPV6=yes\nDEFAULT_INPUT_POLICY=DROP\n")
        for name in ("user.rules", "user6.rules"):
            self.file(f"etc/ufw/{name}", recorded(name))

    def file(self, path: str, text: str) -> Path:
        target = self.root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text)
        return target

    def run(self, argv: list[str]) -> tuple[int, str, str]:
        self.asked.append(argv)
        chain = self.chains.get(argv[0].rsplit("/", 1)[1])
        return (1, "", "iptables: No chain/target/match by that name.") if chain is None else (0, chain, "")

    def read(self) -> t.Any:
        return read_firewall(Host(self.run, str(self.root)))


@pytest.fixture
def host(tmp_path: Path) -> Recording:
    return Recording(tmp_path)


def test_a_recorded_host_is_in_order(host: Recording) -> None:
    live = host.read()
    assert live["backend"] == "ufw" and live["persistent"]
    assert live["openings"] == OPENINGS
    assert live["guarded"] == GUARDED
    assert not plans.plan_options(live, {"members": MEMBERS, "manager": True, "encrypted_overlays": True})[
        "changed"
    ]
    assert host.asked == [
        ["/usr/sbin/iptables", "-w", "-S", "ufw-user-input"],
        ["/usr/sbin/ip6tables", "-w", "-S", "ufw6-user-input"],
    ]


def test_the_users_own_rules_are_nothing_of_ours(host: Recording) -> None:
    live = host.read()
    assert not any("10.0.0.99" in opening for opening in live["openings"] + live["partial"]["openings"])
    removal = plans.plan_options(live, {"state": "absent"})
    assert set(removal["close"]) == set(OPENINGS)


@pytest.mark.parametrize("where", ["kernel", "files"])
def test_a_rule_in_one_place_only_is_a_difference(host: Recording, where: str) -> None:
    if where == "kernel":
        lines = host.chains["iptables"].splitlines(keepends=True)
        host.chains["iptables"] = "".join(line for line in lines if "10.0.0.12/32 -p udp" not in line)
    else:
        # The kernel may have it from anybody, so what the files do not know is simply not there.
        text = recorded("user.rules").replace(
            "udp 4789,7946 0.0.0.0/0 any 10.0.0.12", "udp 1,2 0.0.0.0/0 any 10.0.0.12"
        )
        host.file("etc/ufw/user.rules", text)
    plan = plans.plan_firewall(host.read(), OPENINGS)
    assert plan["open"] == ["10.0.0.12 udp 4789", "10.0.0.12 udp 7946"]
    assert plan["changed"]


def test_an_opening_behind_a_refusal_is_not_open(host: Recording) -> None:
    host.chains["iptables"] = host.chains["iptables"].replace(
        "-N ufw-user-input\n", "-N ufw-user-input\n-A ufw-user-input -p tcp -m tcp --dport 7946 -j DROP\n"
    )
    plan = plans.plan_firewall(host.read(), OPENINGS)
    assert plan["open"] == ["10.0.0.11 tcp 7946", "10.0.0.12 tcp 7946"]


def test_ufw_that_is_off_is_no_firewall_and_starts_no_program(host: Recording) -> None:
    host.file("etc/ufw/ufw.conf", "ENABLED=no\n")
    assert host.read()["backend"] == "none"
    assert host.asked == []


def test_ufw_that_is_enabled_but_not_loaded_is_named(host: Recording) -> None:
    host.chains.clear()
    live = host.read()
    assert live["backend"] == "none"
    assert "its rules are not loaded" in live["note"]


def test_without_ipv6_only_the_ipv4_chain_counts(host: Recording) -> None:
    host.file("etc/default/ufw", "IPV6=no\n")
    live = host.read()
    assert live["openings"] == [opening for opening in OPENINGS if "fd00" not in opening]
    assert live["guarded"] == GUARDED


# A rule as ufw tells rules apart: without action and comment.
Key = tuple[str, str, str, str]


class Model:
    """How ufw keeps rules: a prepended one that differs from another in action and comment only is not taken."""

    def __init__(self) -> None:
        self.rules: list[tuple[str, Key, str]] = []

    @staticmethod
    def parse(words: list[str]) -> tuple[str, Key, str]:
        action, rest = words[0], words[1:]
        found = {"proto": "any", "from": "any", "port": "any", "source_port": "any", "comment": ""}
        side = ""
        while rest:
            word, value, rest = rest[0], rest[1], rest[2:]
            if word in ("from", "to"):
                side = word
            key = "source_port" if (word, side) == ("port", "from") else word
            found[key] = value
        return action, (found["proto"], found["port"], found["source_port"], found["from"]), found["comment"]

    def call(self, words: list[str]) -> None:
        # Without a place in front of it, a rule goes to the end.
        action, key, comment = self.parse(words[1:] if words[0] in ("delete", "prepend", "append") else words)
        if words[0] == "delete":
            self.rules = [rule for rule in self.rules if rule[:2] != (action, key)]
        elif all(rule[1] != key for rule in self.rules):
            self.rules.insert(0 if words[0] == "prepend" else len(self.rules), (action, key, comment))

    def text(self) -> str:
        lines = []
        for action, (protocol, ports, source_port, source), comment in self.rules:
            end = f" comment={comment.encode().hex()}" if comment else ""
            address = source if source != "any" else "0.0.0.0/0"
            lines.append(
                f"### tuple ### {action} {protocol} {ports} 0.0.0.0/0 {source_port} {address} in{end}\n"
            )
        return "".join(lines)

    def state(self) -> ufw_rules.UfwState:
        rules = ufw_rules.file_rules(self.text())
        access = ufw_rules.access(one.rule for one in rules)
        return ufw_rules.UfwState(rules, access, access)

    def live(self) -> t.Any:
        return {**self.state().live(), "leftover": []}

    def users(self) -> list[tuple[str, Key, str]]:
        return [rule for rule in self.rules if rule[2] != ufw_rules.COMMENT]

    def apply(self, openings: list[str]) -> None:
        plan = plans.plan_firewall(self.live(), openings)
        for command in ufw_rules.commands(plan["openings"], plan["guarded"], self.state()):
            self.call(command)


USERS = st.lists(
    st.builds(
        lambda action, protocol, port, source: [
            action,
            "proto",
            protocol,
            "from",
            source,
            "to",
            "any",
            "port",
            port,
        ],
        st.sampled_from(["allow", "deny", "reject", "limit"]),
        st.sampled_from(["tcp", "udp"]),
        st.sampled_from(["22", "2377", "7946", "4789", "2377,7946", "4789,7946"]),
        st.sampled_from(["any", "10.0.0.11", "10.0.0.99"]),
    ),
    max_size=6,
)
MEMBERS_OF_CLUSTERS = st.builds(
    vocabulary.declared_openings,
    st.lists(st.sampled_from(["10.0.0.11", "10.0.0.12", "10.0.0.13"]), min_size=1),
    st.booleans(),
    st.sampled_from([2377, 2378]),
    st.just(4789),
    st.booleans(),
)
# What a load balancer has open besides.
BALANCER = st.builds(
    vocabulary.balancer_openings,
    st.lists(st.sampled_from([80, 443])),
    st.lists(st.sampled_from(["10.0.0.2", "10.0.0.11"])),
)
CLUSTERS = st.lists(
    st.builds(lambda members, balancer: sorted({*members, *balancer}), MEMBERS_OF_CLUSTERS, BALANCER),
    min_size=1,
    max_size=4,
)


@given(users=USERS, clusters=CLUSTERS)
def test_only_members_get_through_whatever_rules_the_user_has(
    users: list[list[str]], clusters: list[list[str]]
) -> None:
    model = Model()
    for words in users:
        model.call(["append", *words])
    mine = model.users()
    for openings in clusters:
        model.apply(openings)
        live = model.live()
        assert live["openings"] == openings
        assert not plans.plan_firewall(live, openings)["changed"]
        let_in = set(ufw_rules.access(one.rule for one in model.state().rules).openings)
        guarded = vocabulary.guarded_by(openings)
        assert {one for one in let_in if vocabulary.split_opening(one)[1] in guarded} <= set(openings)
        assert model.users() == mine
    model.apply([])
    assert model.rules == mine


def test_the_recorded_rules_came_from_these_calls() -> None:
    """The model keeps rules as ufw did when the recording was made."""
    model = Model()
    for words in (
        ["allow", "proto", "tcp", "from", "any", "to", "any", "port", "22"],
        ["allow", "proto", "tcp", "from", "10.0.0.99", "to", "any", "port", "7946"],
        ["deny", "proto", "udp", "from", "any", "to", "any", "port", "7946", "comment", "mine"],
        ["allow", "proto", "tcp", "from", "any", "to", "any", "port", "7946"],
        ["reject", "proto", "udp", "from", "any", "to", "any", "port", "4789"],
    ):
        model.call(["append", *words])
    model.apply([opening for opening in OPENINGS if vocabulary.family(opening) == 4])
    real = [one for one in ufw_rules.file_rules(recorded("user.rules")) if one.rule.services != ("tcp 8080",)]
    assert model.state().rules == [one for one in real if one.rule.services != ("tcp 2222",)]


def test_no_part_of_a_recording_is_lost(tmp_path: Path) -> None:
    assert shutil.copy(RECORDED / "ufw-status.txt", tmp_path)
    status = recorded("ufw-status.txt")
    ours = [one for one in ufw_rules.file_rules(recorded("user.rules")) if one.ours()]
    assert status.count("# flotilla swarm") == len(ours) + sum(
        one.ours() for one in ufw_rules.file_rules(recorded("user6.rules"))
    )
