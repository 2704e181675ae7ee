# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""firewalld: recorded answers and files, and a model of its two sets of settings."""

from __future__ import annotations

import re
import tempfile
import typing as t
from pathlib import Path

import pytest
from ansible_collections.flotilla.swarm.plugins.module_utils._firewall import deploy, firewalld_rules
from ansible_collections.flotilla.swarm.plugins.module_utils._firewall import openings as vocabulary
from ansible_collections.flotilla.swarm.plugins.module_utils._firewall import plan as plans
from ansible_collections.flotilla.swarm.plugins.module_utils._firewall.host import FirewallError, Host
from ansible_collections.flotilla.swarm.plugins.module_utils._firewall.read import read_firewall
from hypothesis import given, settings
from hypothesis import strategies as st

RECORDED = Path(__file__).parent / "recorded"
OPENINGS = vocabulary.declared_openings(["10.0.0.11", "10.0.0.12", "fd00::11"], True, encrypted=True)
USERS_RULE = 'rule family="ipv4" source address="10.0.0.99" port port="7946" protocol="tcp" accept'
# Close to ours in all but the family.
USERS_OTHER_RULE = 'rule priority="-1000" family="ipv4" port port="7946" protocol="tcp" drop'


def recorded(name: str) -> str:
    return (RECORDED / name).read_text()


def test_recorded_answers_of_the_bus() -> None:
    assert firewalld_rules.active_zones(recorded("active-zones.txt")) == ["docker", "internal", "public"]
    assert firewalld_rules.active_zones(
        'a{sa{sas}} 1 "home" 2 "interfaces" 2 "a" "b" "sources" 1 "10.0.0.0/8"'
    ) == ["home"]
    assert firewalld_rules.active_zones("a{sa{sas}} 0") == []
    assert firewalld_rules.bus_strings(recorded("entries-4.txt")) == ["10.0.0.11", "10.0.0.12"]
    assert firewalld_rules.bus_strings("as 0") == []
    assert len(firewalld_rules.bus_strings(recorded("rich-rules-public.txt"))) == 16


def test_what_runs_and_what_is_written_is_read_alike() -> None:
    running = {
        firewalld_rules.parse_rule(line)
        for line in firewalld_rules.bus_strings(recorded("rich-rules-public.txt"))
    }
    assert USERS_RULE in firewalld_rules.bus_strings(recorded("rich-rules-public.txt"))
    assert running - {None} == firewalld_rules.zone_file_rules(recorded("public.xml"))
    members = {
        family: firewalld_rules.set_file_entries(recorded(f"flotilla-members-{family}.xml"))
        for family in (4, 6)
    }
    rules = firewalld_rules.zone_file_rules(recorded("public.xml"))
    (access,) = firewalld_rules.FirewalldSettings(members, {"public": rules}).access()
    assert sorted(access.openings) == OPENINGS
    assert access.guarded == {"tcp 2377", "tcp 7946", "udp 4789", "udp 7946"}


@pytest.mark.parametrize("text", [USERS_RULE, USERS_OTHER_RULE, 'rule service name="ssh" accept', "nonsense"])
def test_rules_of_the_user_are_not_ours(text: str) -> None:
    assert firewalld_rules.parse_rule(text) is None


def test_settings_that_a_reload_would_change_are_named() -> None:
    assert firewalld_rules.unsaved_settings(recorded("running.txt"), recorded("permanent.txt")) == [
        'zone internal: rule family="ipv4" source address="10.9.9.9" reject',
        "zone internal: services http",
        "zone public: ports 2222/tcp",
        "zone public: services dhcpv6-client",
    ]
    assert firewalld_rules.unsaved_settings(recorded("permanent.txt"), recorded("permanent.txt")) == []


class Model:
    """firewalld with two zones: what runs in memory, what is permanent in files."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.reloads = 0
        self.sets: dict[str, list[str]] = {}
        self.rules: dict[str, list[str]] = {}
        self.permanent_sets: dict[str, list[str]] = {}
        self.permanent_rules: dict[str, list[str]] = {"public": [USERS_RULE, USERS_OTHER_RULE], "trusted": []}
        for program in ("firewall-cmd", "busctl"):
            self.file(f"usr/bin/{program}", "").chmod(0o755)
        self.file("run/systemd/units/invocation:firewalld.service", "")
        self.file("etc/firewalld/firewalld.conf", "# comment\nDefaultZone=public\n")
        self.reload()
        self.reloads = 0

    def file(self, path: str, text: str) -> Path:
        target = self.root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text)
        return target

    def reload(self) -> None:
        self.reloads += 1
        self.sets = {name: list(entries) for name, entries in self.permanent_sets.items()}
        self.rules = {zone: list(rules) for zone, rules in self.permanent_rules.items()}
        self.write()

    def write(self) -> None:
        for name in ("flotilla-members-4", "flotilla-members-6"):
            (self.root / f"etc/firewalld/ipsets/{name}.xml").unlink(missing_ok=True)
        for name, entries in self.permanent_sets.items():
            listed = "".join(f"<entry>{entry}</entry>" for entry in entries)
            self.file(f"etc/firewalld/ipsets/{name}.xml", f'<ipset type="hash:ip">{listed}</ipset>')
        for zone, rules in self.permanent_rules.items():
            self.file(f"etc/firewalld/zones/{zone}.xml", f"<zone>{''.join(map(self.xml, rules))}</zone>")

    @staticmethod
    def xml(rule: str) -> str:
        head, rest = re.match(r'rule((?: (?:priority|family)="[^"]*")*)(.*) (?:accept|drop)$', rule).groups()  # type: ignore[union-attr]
        inner = re.sub(r' (source|port|protocol)((?: \w+="[^"]*")+)', r"<\1\2/>", rest)
        return f"<rule{head}>{inner}<{rule.rsplit(' ', 1)[1]}/></rule>"

    def run(self, argv: list[str]) -> tuple[int, str, str]:
        program, words = argv[0].rsplit("/", 1)[1], argv[1:]
        if program == "busctl":
            return self.bus(words[4], words[6:])
        return self.command(words)

    def bus(self, method: str, names: list[str]) -> tuple[int, str, str]:
        if method == "getActiveZones":
            return (
                0,
                'a{sa{sas}} 2 "trusted" 1 "interfaces" 1 "eth1" "docker" 1 "interfaces" 1 "docker0"\n',
                "",
            )
        found = {
            "getIPSets": list(self.sets),
            "getEntries": self.sets.get(names[0]) if names else None,
            "getRichRules": self.rules.get(names[0]) if names else None,
        }[method]
        if found is None:
            return 1, "", "Call failed: INVALID"
        quoted = ['"' + one.replace('"', '\\"') + '"' for one in found]
        return 0, " ".join(["as", str(len(found)), *quoted]) + "\n", ""

    def command(self, words: list[str]) -> tuple[int, str, str]:
        permanent = "--permanent" in words
        pairs = [word[2:].split("=", 1) for word in words if "=" in word]
        options = dict(pairs)
        sets = self.permanent_sets if permanent else self.sets
        rules = self.permanent_rules if permanent else self.rules
        if "--reload" in words:
            self.reload()
            return 0, "success\n", ""
        if "--list-all-zones" in words:
            listed = ["  rich rules: ", *("\t" + rule for rule in rules["public"])]
            return 0, "\n".join(["public (active)", "  services: ssh", *listed, "", ""]), ""
        if "new-ipset" in options:
            assert permanent and options["new-ipset"] not in sets
            sets[options["new-ipset"]] = []
        if "delete-ipset" in options:
            assert permanent and not any(
                options["delete-ipset"] in rule for one in rules.values() for rule in one
            )
            del sets[options["delete-ipset"]]
        for key, value in pairs:
            target = sets[options["ipset"]] if "entry" in key else rules.get(options.get("zone", ""), [])
            if key == "add-rich-rule":
                used = re.search(r'ipset="([^"]*)"', value)
                assert used is None or used[1] in sets, "a rule may refer to a set that is known only"
            if key.startswith("add-"):
                assert value not in target
                target.append(value)
            elif key.startswith("remove-"):
                target.remove(value)
        self.write()
        return 0, "success\n", ""

    def read(self) -> t.Any:
        return read_firewall(Host(self.run, str(self.root)))

    def apply(self, openings: list[str]) -> None:
        deploy.apply(Host(self.run, str(self.root)), plans.plan_firewall(self.read(), openings))


MEMBERS_OF_CLUSTERS = st.builds(
    vocabulary.declared_openings,
    st.lists(st.sampled_from(["10.0.0.11", "10.0.0.12", "fd00::11"]), min_size=1),
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


@settings(deadline=None, max_examples=40)
@given(clusters=CLUSTERS)
def test_from_cluster_to_cluster_in_every_zone_with_a_reload_for_new_sets_only(
    clusters: list[list[str]],
) -> None:
    with tempfile.TemporaryDirectory() as directory:
        model = Model(Path(directory))
        for openings in clusters:
            members = [opening for opening in openings if not vocabulary.of_balancer(opening)]
            new = {vocabulary.family(opening) for opening in members} - {int(name[-1]) for name in model.sets}
            before = model.reloads
            model.apply(openings)
            live = model.read()
            assert live["backend"] == "firewalld" and live["zones"] == ["public", "trusted"]
            assert live["openings"] == openings and live["persistent"]
            assert model.reloads - before == (1 if new else 0)
            assert all("udp 7946" in {*live["guarded"]} for _zone in live["zones"])
        model.apply([])
        assert model.permanent_sets == {}
        assert (
            model.rules == model.permanent_rules == {"public": [USERS_RULE, USERS_OTHER_RULE], "trusted": []}
        )


def test_a_reload_that_would_drop_settings_is_refused_and_nothing_was_changed(tmp_path: Path) -> None:
    model = Model(tmp_path)
    model.rules["public"].append('rule service name="http" accept')
    with pytest.raises(FirewallError, match=r'zone public: rule service name="http" accept\)'):
        model.apply(OPENINGS)
    assert model.permanent_sets == {} and model.reloads == 0


def test_a_member_in_one_of_the_two_only_is_a_difference(tmp_path: Path) -> None:
    model = Model(tmp_path)
    model.apply(OPENINGS)
    model.sets["flotilla-members-4"].remove("10.0.0.12")
    live = model.read()
    assert not live["persistent"]
    assert {vocabulary.split_opening(one)[0] for one in plans.plan_firewall(live, OPENINGS)["open"]} == {
        "10.0.0.12"
    }
    model.apply(OPENINGS)
    assert model.read()["openings"] == OPENINGS and model.reloads == 1


def test_a_firewalld_that_does_not_answer_is_named(tmp_path: Path) -> None:
    model = Model(tmp_path)
    with pytest.raises(FirewallError, match="does not answer"):
        read_firewall(Host(lambda argv: (1, "", "Connection refused"), str(model.root)))
