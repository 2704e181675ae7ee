# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""P2 on real hosts: one behind ufw, one behind firewalld, one behind nftables, each with Docker.

Every host is in a cluster with one of the others, and the third stays outside; so all three firewalls are tried at
once, with packets sent by the other two. The tests go on from each other in this order.
"""

from __future__ import annotations

import json
import typing as t

import pytest
from ansible_collections.flotilla.swarm.tests.integration.ansible_run import own_lab
from ansible_collections.flotilla.swarm.tests.integration.firewall_helpers import (
    BACKENDS,
    EVERY_PORT,
    MEMBER,
    OUTSIDER,
    Hosts,
)

NOTHING: frozenset[str] = frozenset()
# What a user sees of each firewall, without counters.
SHOW = {
    "ufw": "ufw status; ufw show added; iptables -S ufw-user-input; ip6tables -S ufw6-user-input",
    "firewalld": "firewall-cmd --list-all-zones; firewall-cmd --permanent --list-all-zones; "
    "firewall-cmd --permanent --get-ipsets",
    "nftables": "nft -s list table inet filter; nft list tables | grep -c flotilla; cat /etc/nftables.conf; "
    "ls /etc/systemd/system /etc/systemd/system/*.wants /etc/flotilla || true",
}
DOCKER = "{ iptables -S FORWARD; iptables -S DOCKER; iptables -t nat -S; } | sort"


@pytest.fixture(scope="module")
def hosts(tmp_path_factory: pytest.TempPathFactory) -> t.Iterator[Hosts]:
    firewalls = ",".join(f"{name}={kind}" for name, kind in BACKENDS.items())
    with own_lab("fw", hosts=3, engine="mixed", firewall=firewalls) as lab:
        found = Hosts(lab, tmp_path_factory.mktemp("firewall"))
        found.listen()
        yield found


@pytest.fixture(scope="module")
def before(hosts: Hosts) -> dict[str, str]:
    """What each firewall shows before anything was done."""
    return hosts.everywhere(lambda name: hosts.run(name, SHOW[BACKENDS[name]]))


def in_force(hosts: Hosts, others: dict[str, str], outside: dict[str, str]) -> None:
    """Members get through, the others do not, and SSH works."""
    reach = hosts.reach()
    assert {name: reach[others[name], name] for name in BACKENDS} == dict.fromkeys(BACKENDS, EVERY_PORT)
    assert {name: reach[outside[name], name] for name in BACKENDS} == dict.fromkeys(BACKENDS, NOTHING)
    assert hosts.ssh_works()


def test_check_mode_tells_and_changes_nothing(hosts: Hosts, before: dict[str, str]) -> None:
    assert set(hosts.reach().values()) == {NOTHING}, (
        "the firewalls of the test hosts refuse everything but SSH"
    )
    results = hosts.play(hosts.arguments(MEMBER), "--check", "--diff")
    assert {name: results[name]["backend"] for name in BACKENDS} == BACKENDS
    for name, result in results.items():
        lines = result["diff"]["after"].splitlines()
        assert result["changed"] and result["diff"]["before"] == ""
        assert f"{hosts.address(MEMBER[name])} tcp 2377" in lines
        assert "all other addresses udp 4789: refused" in lines
    assert hosts.everywhere(lambda name: hosts.run(name, SHOW[BACKENDS[name]])) == before


def test_only_members_get_through(hosts: Hosts) -> None:
    docker = hosts.everywhere(lambda name: hosts.run(name, DOCKER))
    assert all("-N DOCKER" in rules for rules in docker.values())
    results = hosts.play(hosts.arguments(MEMBER), "--diff")
    assert results.changed() == set(BACKENDS)
    assert all(len(result["openings"]) == 2 * len(EVERY_PORT) for result in results.values())
    in_force(hosts, MEMBER, OUTSIDER)
    assert hosts.everywhere(lambda name: hosts.run(name, DOCKER)) == docker


def test_second_run_changes_nothing(hosts: Hosts) -> None:
    for options in ([], ["--check"]):
        results = hosts.play(hosts.arguments(MEMBER), "--diff", *options)
        assert results.changed() == set()
        assert all(result["diff"]["before"] == result["diff"]["after"] for result in results.values())


def test_the_firewalls_own_reload_keeps_it(hosts: Hosts) -> None:
    reload = {
        "ufw": "ufw reload",
        "firewalld": "firewall-cmd --reload",
        # Each of them flushes every table. Our unit follows on its own, so it gets a moment.
        "nftables": "for verb in reload restart stop start reload; do systemctl $verb nftables; sleep 0.5; done",
    }
    hosts.everywhere(lambda name: hosts.run(name, reload[BACKENDS[name]]))
    in_force(hosts, MEMBER, OUTSIDER)
    results = hosts.play(hosts.arguments(MEMBER), "--diff", "--check")
    assert {name: result["diff"] for name, result in results.items() if result["changed"]} == {}


def test_a_member_that_leaves_loses_its_access(hosts: Hosts) -> None:
    results = hosts.play(hosts.arguments(OUTSIDER))
    for name, result in results.items():
        assert f"{hosts.address(MEMBER[name])} udp 7946" in result["closed"]
    in_force(hosts, OUTSIDER, MEMBER)


def test_keep_closes_nothing(hosts: Hosts) -> None:
    results = hosts.play(hosts.arguments(MEMBER, keep=True))
    assert all(result["closed"] == [] for result in results.values())
    assert set(hosts.reach().values()) == {EVERY_PORT}
    assert hosts.play(hosts.arguments(MEMBER, keep=True)).changed() == set()


def test_a_worker_has_no_listen_port(hosts: Hosts) -> None:
    hosts.play(hosts.arguments(MEMBER, manager=False))
    reach = hosts.reach()
    for name in BACKENDS:
        assert reach[MEMBER[name], name] == EVERY_PORT - {"tcp 2377"}
        assert reach[OUTSIDER[name], name] == NOTHING
    assert hosts.play(hosts.arguments(MEMBER)).changed() == set(BACKENDS)


def test_a_reboot_keeps_it(hosts: Hosts) -> None:
    hosts.reboot(*BACKENDS)
    in_force(hosts, MEMBER, OUTSIDER)
    assert hosts.play(hosts.arguments(MEMBER)).changed() == set()


def test_what_is_in_one_place_only_is_repaired(hosts: Hosts) -> None:
    member = {name: hosts.address(MEMBER[name]) for name in BACKENDS}
    lose = {
        "m1": f"iptables -D ufw-user-input -s {member['m1']} -p tcp -m multiport --dports 2377,7946 -j ACCEPT",
        "m2": f"firewall-cmd --permanent --ipset=flotilla-members-4 --remove-entry={member['m2']}",
        "m3": "nft delete rule inet filter input handle "
        "$(nft -a list chain inet filter input | sed -n 's/.*flotilla_swarm.* handle //p')",
    }
    hosts.everywhere(lambda name: hosts.run(name, lose[name]))
    results = hosts.play(hosts.arguments(MEMBER))
    assert results.changed() == set(BACKENDS)
    in_force(hosts, MEMBER, OUTSIDER)
    assert hosts.play(hosts.arguments(MEMBER)).changed() == set()


def test_outsiders_are_refused_where_the_firewall_would_let_them_in(hosts: Hosts) -> None:
    wide_open = {
        "m1": "ufw default allow incoming && ufw allow 7946",
        "m2": "firewall-cmd --permanent --set-target=ACCEPT --zone=public && firewall-cmd --reload",
        "m3": "nft 'flush chain inet filter input; add rule inet filter input accept'",
    }
    hosts.everywhere(lambda name: hosts.run(name, wide_open[name]))
    hosts.play(hosts.arguments(MEMBER))
    in_force(hosts, MEMBER, OUTSIDER)
    undo = {
        "m1": "ufw default deny incoming && ufw delete allow 7946",
        "m2": "firewall-cmd --permanent --set-target=default --zone=public && firewall-cmd --reload",
        "m3": "systemctl reload nftables",
    }
    hosts.everywhere(lambda name: hosts.run(name, undo[name]))


def test_ipv6_members(hosts: Hosts) -> None:
    six = {name: f"fd00:89::{name[1:]}" for name in BACKENDS}

    def address(name: str) -> None:
        hosts.run(name, "sysctl -qw net.ipv6.conf.eth0.disable_ipv6=0")
        hosts.run(name, f"ip -6 address replace {six[name]}/64 dev eth0 nodad")

    hosts.everywhere(address)
    both = {
        name: {
            "members": [hosts.address(name), hosts.address(MEMBER[name]), six[MEMBER[name]]],
            "manager": True,
        }
        for name in BACKENDS
    }
    assert hosts.play(both).changed() == set(BACKENDS)
    reach = hosts.reach(six)
    assert {name: reach[MEMBER[name], name] for name in BACKENDS} == dict.fromkeys(BACKENDS, EVERY_PORT)
    assert {name: reach[OUTSIDER[name], name] for name in BACKENDS} == dict.fromkeys(BACKENDS, NOTHING)
    assert hosts.play(both).changed() == set()


def test_esp_is_opened_to_members_and_closed_again(hosts: Hosts) -> None:
    def reaches(source: dict[str, str]) -> set[bool]:
        def probe(name: str) -> bool:
            return bool(hosts.reached(source[name], [hosts.address(name)], [("esp", 0)])[hosts.address(name)])

        return set(hosts.everywhere(probe).values())

    results = hosts.play(hosts.arguments(MEMBER, encrypted_overlays=True))
    assert all(f"{hosts.address(MEMBER[name])} esp" in result["opened"] for name, result in results.items())
    # In this order: ESP has no ports, so to the kernel whatever comes from where ESP was sent to is a reply for minutes.
    assert reaches(OUTSIDER) == {False}
    assert reaches(MEMBER) == {True}
    assert hosts.play(hosts.arguments(MEMBER, encrypted_overlays=True)).changed() == set()
    results = hosts.play(hosts.arguments(MEMBER))
    assert all(f"{hosts.address(MEMBER[name])} esp" in result["closed"] for name, result in results.items())


def test_a_load_balancer_opens_its_ports_to_everybody_and_the_members_theirs_to_members(hosts: Hosts) -> None:
    hosts.everywhere(
        lambda name: hosts.run(name, "systemd-run -q --unit=public python3 -m http.server 8080; sleep 1")
    )

    def open_to_outsiders() -> set[frozenset[str]]:
        def probe(name: str) -> frozenset[str]:
            address = hosts.address(name)
            return hosts.reached(OUTSIDER[name], [address], [("tcp", 8080)])[address]

        return set(hosts.everywhere(probe).values())

    assert open_to_outsiders() == {NOTHING}
    balances = {
        name: {"public_ports": [8080], "vrrp_peers": [hosts.address(MEMBER[name])]} for name in BACKENDS
    }
    assert hosts.play(balances).changed() == set(BACKENDS)
    assert open_to_outsiders() == {frozenset({"tcp 8080"})}
    assert hosts.play(balances).changed() == set()
    in_force(hosts, MEMBER, OUTSIDER)
    # Neither task closes what the other has opened.
    assert hosts.play(hosts.arguments(MEMBER)).changed() == set()
    assert hosts.play({name: {"public_ports": []} for name in BACKENDS}).changed() == set(BACKENDS)
    assert open_to_outsiders() == {NOTHING}
    in_force(hosts, MEMBER, OUTSIDER)


def test_firewalld_is_not_reloaded_over_unsaved_settings(hosts: Hosts) -> None:
    hosts.play({"m2": {"state": "absent"}})
    hosts.run("m2", "firewall-cmd --reload && firewall-cmd --add-port=2222/tcp")
    arguments = {"m2": hosts.arguments(MEMBER)["m2"]}
    for options in ([], ["--check"]):
        result = hosts.play(arguments, *options)["m2"]
        assert result["failed"] and "zone public: ports 2222/tcp" in result["msg"]
    assert "2222/tcp" in hosts.run("m2", "firewall-cmd --list-ports")
    hosts.run("m2", "firewall-cmd --reload")


def test_absent_restores_what_was_before(hosts: Hosts, before: dict[str, str]) -> None:
    absent = {key: {"state": "absent"} for key in BACKENDS}
    assert hosts.play(absent, "--check").changed() == {"m1", "m3"}
    assert hosts.play(absent).changed() == {"m1", "m3"}
    assert hosts.play(absent).changed() == set()
    assert hosts.everywhere(lambda name: hosts.run(name, SHOW[BACKENDS[name]])) == before
    assert set(hosts.reach().values()) == {NOTHING}
    assert hosts.ssh_works()


def test_nothing_is_switched_on_that_was_off(hosts: Hosts) -> None:
    hosts.run("m1", "ufw disable")
    hosts.run("m2", "systemctl disable --now firewalld")
    hosts.run("m3", "systemctl disable --now nftables")
    show = (
        "nft -s list ruleset; systemctl list-unit-files --state=enabled; systemctl list-units --state=active"
    )
    shown = hosts.everywhere(lambda name: hosts.run(name, show))
    results = hosts.play(hosts.arguments(MEMBER))
    assert results.changed() == set()
    for result in results.values():
        assert result["backend"] == "none" and result["openings"] == []
        assert (
            result["msg"]
            == "No firewall is active on this host, so no port was opened and no port is refused."
        )
    assert hosts.everywhere(lambda name: hosts.run(name, show)) == shown


def test_nftables_guards_when_it_was_chosen(hosts: Hosts) -> None:
    chosen = {"m3": {**hosts.arguments(MEMBER)["m3"], "backend": "nftables"}}
    assert hosts.play(chosen).changed() == {"m3"}
    hosts.reboot("m3")
    reach = hosts.reach()
    assert reach[MEMBER["m3"], "m3"] == EVERY_PORT
    assert reach[OUTSIDER["m3"], "m3"] == NOTHING
    assert hosts.play(chosen).changed() == set()
    # It is found from now on.
    assert hosts.play({"m3": hosts.arguments(MEMBER)["m3"]}).changed() == set()
    assert hosts.play({"m3": {"state": "absent"}}).changed() == {"m3"}
    assert hosts.reach()[OUTSIDER["m3"], "m3"] == EVERY_PORT


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ({"members": []}, "members is empty"),
        ({"members": ["10.0.0.300"]}, "'10.0.0.300' is not an IPv4 or IPv6 address"),
        ({"members": ["10.0.0.1"], "listen_port": 22}, "22 is the port of SSH"),
        ({"members": ["10.0.0.1"], "backend": "ufw"}, "ufw was chosen, but it is not running on this host"),
        ({"members": ["10.0.0.1"], "backend": "firewalld"}, "firewalld was chosen, but it is not installed"),
    ],
)
def test_refused_in_one_sentence(hosts: Hosts, arguments: dict[str, t.Any], sentence: str) -> None:
    result = hosts.play({"m1": arguments})["m1"]
    assert result["failed"] and sentence in result["msg"]


def test_the_port_of_ssh_is_never_closed_whichever_it_is(hosts: Hosts) -> None:
    """One that sshd is told to listen on, and one that nothing but the connection itself shows, through sudo too."""
    hosts.run("m3", "echo 'Port 22\nPort 2222' > /etc/ssh/sshd_config.d/ports.conf; systemctl restart ssh")
    hosts.run("m3", "systemd-run -q --unit=other-sshd /usr/sbin/sshd -D -f /dev/null -p 2300")
    wanted = {**hosts.arguments(MEMBER)["m3"], "backend": "nftables"}
    # The lab's connections are shared by all ports of a host.
    alone = "-o ControlPath=none -o ControlMaster=no"
    through = json.dumps({"ansible_port": 2300, "ansible_become": True, "ansible_ssh_args": alone})
    try:
        for port, options in ((2222, ()), (2300, ("-e", through))):
            result = hosts.play({"m3": {**wanted, "listen_port": port}}, *options)["m3"]
            assert result.get("failed"), result
            assert f"SSH reaches this host on port {port}, which the swarm would use" in result["msg"]
            assert hosts.run("m3", "nft list tables | grep -c flotilla || true").strip() == "0"
        # Another port than these is not in the way.
        assert hosts.play({"m3": {**wanted, "listen_port": 2400}}).changed() == {"m3"}
        assert hosts.ssh_works()
    finally:
        hosts.play({"m3": {"state": "absent"}})
        hosts.run(
            "m3", "systemctl stop other-sshd; rm /etc/ssh/sshd_config.d/ports.conf; systemctl restart ssh"
        )
