# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""nftables: recorded rulesets, and texts that say what was asked for."""

from __future__ import annotations

import json
import shutil
import subprocess
import typing as t
from pathlib import Path

import pytest
from ansible_collections.flotilla.swarm.plugins.module_utils._firewall import nftables
from ansible_collections.flotilla.swarm.plugins.module_utils._firewall import nftables_text as texts
from ansible_collections.flotilla.swarm.plugins.module_utils._firewall import openings as vocabulary
from ansible_collections.flotilla.swarm.plugins.module_utils._firewall import plan as plans
from ansible_collections.flotilla.swarm.plugins.module_utils._firewall.host import FirewallError, Host
from ansible_collections.flotilla.swarm.plugins.module_utils._firewall.nftables_ruleset import (
    TABLE,
    Chain,
    Ruleset,
)
from ansible_collections.flotilla.swarm.plugins.module_utils._firewall.read import read_firewall
from hypothesis import given
from hypothesis import strategies as st

RECORDED = Path(__file__).parent / "recorded"
OPENINGS = vocabulary.declared_openings(["10.0.0.11", "10.0.0.12", "fd00::11"], True, encrypted=True)
GUARDED = ["tcp 2377", "tcp 7946", "udp 4789", "udp 7946"]
USERS_CHAIN = Chain("inet", "filter", "input")
ENDS_IN_REJECT = Chain("inet", "rh", "input")

DECLARED = st.builds(
    vocabulary.declared_openings,
    st.lists(st.sampled_from(["10.0.0.11", "10.0.0.12", "10.0.0.1", "fd00::11", "2001:db8::1"]), min_size=1),
    st.booleans(),
    st.sampled_from([2377, 2378]),
    st.sampled_from([4789, 7777]),
    st.booleans(),
)

# What a load balancer has open besides.
BALANCER = st.builds(
    vocabulary.balancer_openings,
    st.lists(st.sampled_from([80, 443])),
    st.lists(st.sampled_from(["10.0.0.2", "10.0.0.11"])),
)


def recorded(name: str) -> str:
    return (RECORDED / name).read_text()


def test_only_chains_that_refuse_the_rest_filter() -> None:
    rules = Ruleset(recorded("nft-before.json"))
    # Not fail2ban's, which refuses what it names, and not the one of iptables.
    assert rules.filtering() == [USERS_CHAIN, ENDS_IN_REJECT]
    assert rules.iptables_filters()
    assert rules.ours() == []


def test_docker_is_no_firewall() -> None:
    rules = Ruleset(recorded("nft-docker.json"))
    assert any(chain.name == "DOCKER-USER" for chain in rules.chains), "a recording of a host with Docker"
    assert rules.filtering() == [] and not rules.iptables_filters()


def test_a_recorded_host_lets_members_in_everywhere() -> None:
    rules = Ruleset(*(recorded(f"nft-{name}.json") for name in ("after", "flotilla", "filter")))
    assert sorted(rules.openings(*TABLE)) == sorted(rules.openings("inet", "filter")) == OPENINGS
    assert sorted(rules.guarded()) == GUARDED
    assert len(rules.jumps(USERS_CHAIN)) == 1
    # Its table was not listed with elements.
    assert rules.openings("inet", "rh") == frozenset()


def test_sets_that_no_rule_looks_into_open_nothing() -> None:
    listed = json.loads(recorded("nft-flotilla.json"))
    listed["nftables"] = [item for item in listed["nftables"] if "rule" not in item]
    rules = Ruleset(json.dumps(listed))
    assert rules.openings(*TABLE) == rules.guarded() == frozenset()


@given(members=DECLARED, balancer=BALANCER)
def test_what_is_written_is_what_was_asked_for(members: list[str], balancer: list[str]) -> None:
    declared = sorted({*members, *balancer})
    guarded = sorted(vocabulary.guarded_by(declared))
    text = texts.table_text(declared, guarded)
    assert sorted(texts.text_openings(text)) == declared
    assert sorted(texts.text_guarded(text)) == guarded
    for family in ("ip", "ip6", "inet"):
        accept = texts.accept_text(Chain(family, "filter", "input"), declared)
        assert texts.text_openings(accept) == texts.openings_seen(family, declared)


def test_the_unit_follows_nftables_service() -> None:
    unit = nftables.unit_text("/usr/sbin/nft")
    assert "PartOf=nftables.service\nReloadPropagatedFrom=nftables.service\n" in unit
    assert "WantedBy=multi-user.target nftables.service" in unit
    assert "{" not in unit


class Recording:
    """A host with nft, its ruleset as recorded."""

    def __init__(self, root: Path, overview: str) -> None:
        self.root = root
        self.overview = overview
        self.asked: list[list[str]] = []
        self.file("usr/sbin/nft", "").chmod(0o755)

    def file(self, path: str, text: str) -> Path:
        target = self.root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text)
        return target

    def run(self, argv: list[str]) -> tuple[int, str, str]:
        self.asked.append(argv)
        if argv[1:] == ["-j", "-t", "list", "ruleset"]:
            return 0, recorded(self.overview), ""
        table = argv[-1] if argv[-1] in ("flotilla", "filter") else "flotilla"
        return 0, recorded(f"nft-{table}.json"), ""

    def read(self) -> t.Any:
        return read_firewall(Host(self.run, str(self.root)))


def test_a_host_with_docker_alone_has_no_firewall(tmp_path: Path) -> None:
    host = Recording(tmp_path, "nft-docker.json")
    live = host.read()
    assert live["backend"] == "none" and live["note"] is None
    assert len(host.asked) == 1


def test_without_nft_no_program_is_started(tmp_path: Path) -> None:
    assert (
        read_firewall(Host(lambda argv: pytest.fail(f"{argv} was started"), str(tmp_path)))["backend"]
        == "none"
    )


def test_a_kernel_without_nftables_is_an_error_only_where_it_matters(tmp_path: Path) -> None:
    host = Recording(tmp_path, "nft-docker.json")
    refusal = (1, "", "Error: Could not process rule: Operation not supported")
    assert read_firewall(Host(lambda argv: refusal, str(tmp_path)))["backend"] == "none"
    host.file("etc/systemd/system/sysinit.target.wants/nftables.service", "")
    with pytest.raises(FirewallError, match="Operation not supported"):
        read_firewall(Host(lambda argv: refusal, str(tmp_path)))


def test_a_firewall_of_the_users_own_is_found(tmp_path: Path) -> None:
    live = Recording(tmp_path, "nft-before.json").read()
    assert live["backend"] == "nftables" and live["openings"] == []
    assert "its chain INPUT" in live["note"]


@pytest.mark.parametrize(
    "sign", ["run/systemd/units/invocation:", "etc/systemd/system/sysinit.target.wants/"]
)
def test_the_service_alone_makes_nftables_the_firewall(tmp_path: Path, sign: str) -> None:
    host = Recording(tmp_path, "nft-docker.json")
    host.file(f"{sign}nftables.service", "")
    assert host.read()["backend"] == "nftables"


def test_iptables_of_the_host_is_named(tmp_path: Path) -> None:
    host = Recording(tmp_path, "nft-docker.json")
    host.file("etc/systemd/system/multi-user.target.wants/netfilter-persistent.service", "")
    host.file("etc/iptables/rules.v4", "*filter\n:INPUT ACCEPT [0:0]\nCOMMIT\n")
    assert host.read()["note"] is None
    host.file("etc/iptables/rules.v4", "*filter\n:INPUT DROP [0:0]\n:FORWARD DROP [0:0]\nCOMMIT\n")
    assert "/etc/iptables/rules.v4" in host.read()["note"]


def test_a_file_that_is_missing_is_a_difference(tmp_path: Path) -> None:
    host = Recording(tmp_path, "nft-after.json")
    live = host.read()
    assert live["openings"] == [] and live["partial"]["openings"] == OPENINGS
    assert plans.plan_firewall(live, OPENINGS)["open"] == OPENINGS


@pytest.mark.skipif(shutil.which("nft") is None, reason="needs nft to check the texts")
@pytest.mark.parametrize("family", ["inet", "ip", "ip6"])
def test_nft_takes_the_texts(tmp_path: Path, family: str) -> None:
    theirs = (
        f"table {family} filter {{ chain input {{ type filter hook input priority 0; policy drop; }}; }}\n"
    )
    text = (
        theirs
        + texts.accept_text(Chain(family, "filter", "input"), OPENINGS)
        + texts.table_text(OPENINGS, GUARDED)
    )
    file = tmp_path / "text.nft"
    file.write_text(text)
    # A network namespace of its own: nothing of this machine is read or changed.
    argv = ["unshare", "--user", "--map-root-user", "--net", "nft", "-f", str(file)]
    done = subprocess.run(argv, capture_output=True, text=True, check=False)
    if "unshare" in done.stderr:
        pytest.skip("this machine allows no network namespaces")
    assert done.returncode == 0, done.stderr
