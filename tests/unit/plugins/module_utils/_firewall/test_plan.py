# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The plan of a host's openings: what was planned and done needs no more."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.flotilla.swarm.plugins.module_utils._engine.errors import Refused
from ansible_collections.flotilla.swarm.plugins.module_utils._firewall import backend as backends
from ansible_collections.flotilla.swarm.plugins.module_utils._firewall import openings as vocabulary
from ansible_collections.flotilla.swarm.plugins.module_utils._firewall import plan as plans
from hypothesis import given
from hypothesis import strategies as st

ADDRESSES = ["10.0.0.11", "10.0.0.12", "10.0.0.101", "fd00::11", "fd00::12"]
SERVICES = ["tcp 2377", "tcp 7946", "udp 7946", "udp 4789", "tcp 2378", "esp"]
EXTRAS: dict[str, t.Any] = {"installed": backends.names(), "leftover": [], "note": None}

OPENINGS = st.frozensets(
    st.builds(vocabulary.opening, st.sampled_from(ADDRESSES), st.sampled_from(SERVICES)),
    max_size=len(ADDRESSES) * 3,
)
COPIES = st.lists(
    st.builds(plans.Access, OPENINGS, st.frozensets(st.sampled_from(SERVICES[:-1]))), min_size=1, max_size=4
)
DECLARED = st.builds(
    vocabulary.declared_openings,
    st.lists(st.sampled_from(ADDRESSES), min_size=1),
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


def live(copies: list[plans.Access], persistent: bool = True) -> dict[str, t.Any]:
    return {**plans.live_firewall("ufw", copies, persistent), **EXTRAS}


def applied(plan: dict[str, t.Any], copies: int) -> dict[str, t.Any]:
    """What a host looks like after a plan."""
    return live([plans.Access(frozenset(plan["openings"]), frozenset(plan["guarded"]))] * copies)


def test_the_openings_of_a_manager_and_of_a_worker() -> None:
    members = ["10.0.0.12", "10.0.0.11 ", "FD00:0::11"]
    assert vocabulary.declared_openings(members[:1], manager=False) == [
        "10.0.0.12 tcp 7946",
        "10.0.0.12 udp 4789",
        "10.0.0.12 udp 7946",
    ]
    manager = vocabulary.declared_openings(
        members, True, listen_port=2378, data_path_port=7777, encrypted=True
    )
    assert manager == sorted(
        f"{address} {service}"
        for address in ("10.0.0.11", "10.0.0.12", "fd00::11")
        for service in ("esp", "tcp 2378", "tcp 7946", "udp 7777", "udp 7946")
    )


@pytest.mark.parametrize(
    ("members", "ports", "sentence"),
    [
        ([], (2377, 4789), "members is empty"),
        (["m1.example.com"], (2377, 4789), "'m1.example.com' is not an IPv4 or IPv6 address"),
        (["10.0.0.0/24"], (2377, 4789), "'10.0.0.0/24' is not"),
        (["127.0.0.1"], (2377, 4789), "'127.0.0.1' cannot be another host's"),
        (["fe80::1%eth0"], (2377, 4789), "fe80::1%eth0"),
        (["::"], (2377, 4789), "'::' cannot be"),
        (["224.0.0.1"], (2377, 4789), "'224.0.0.1' cannot be"),
        (["10.0.0.1"], (22, 4789), "listen_port: 22 is the port of SSH"),
        (["10.0.0.1"], (2377, 22), "data_path_port: 22 is the port of SSH"),
        (["10.0.0.1"], (7946, 4789), "7946 is the port of the swarm's gossip"),
        (["10.0.0.1"], (2377, 70000), "data_path_port: 70000 is not a port"),
    ],
)
def test_refused_before_anything_is_touched(
    members: list[str], ports: tuple[int, int], sentence: str
) -> None:
    with pytest.raises(Refused, match=r"\.$") as caught:
        vocabulary.declared_openings(members, True, *ports)
    assert sentence in str(caught.value)


@given(copies=COPIES, persistent=st.booleans(), declared=DECLARED, keep=st.booleans())
def test_a_plan_that_was_carried_out_is_empty(
    copies: list[plans.Access], persistent: bool, declared: list[str], keep: bool
) -> None:
    plan = plans.plan_firewall(live(copies, persistent), declared, keep)
    again = plans.plan_firewall(applied(plan, len(copies)), declared, keep)
    assert not again["changed"]
    assert again["open"] == again["close"] == again["guard"] == again["unguard"] == []


@given(copies=COPIES, declared=DECLARED)
def test_only_members_are_left(copies: list[plans.Access], declared: list[str]) -> None:
    plan = plans.plan_firewall(live(copies), declared)
    assert plan["openings"] == declared
    everywhere = frozenset().union(*(copy.openings for copy in copies))
    assert set(plan["close"]) == everywhere - set(declared)
    # What only one of the copies lets through is not open yet.
    assert all(
        opening in plan["open"] or all(opening in one.openings for one in copies) for opening in declared
    )
    assert set(plan["guarded"]) == {vocabulary.split_opening(opening)[1] for opening in declared} - {"esp"}


@given(copies=COPIES, declared=DECLARED, balancer=BALANCER, keep=st.booleans())
def test_members_and_a_load_balancer_on_one_host_leave_each_other_alone(
    copies: list[plans.Access], declared: list[str], balancer: list[str], keep: bool
) -> None:
    now = live([plans.Access(copy.openings | set(balancer), copy.guarded) for copy in copies])
    plan = plans.plan_options(now, {"members": ["10.0.0.11"], "keep": keep})
    assert set(filter(vocabulary.of_balancer, plan["openings"])) == set(balancer)
    assert not set(balancer) & {*plan["close"], *plan["open"]}
    assert (
        plans.plan_firewall(now, [*declared, *balancer])["guarded"]
        == plans.plan_firewall(now, declared)["guarded"]
    )
    alone = plans.plan_options(now, {"public_ports": [8443], "vrrp_peers": ["10.0.0.3"]})
    before = {one for copy in copies for one in copy.openings}
    assert set(alone["openings"]) == before | {"all tcp 8443", "10.0.0.3 vrrp"}
    assert plans.plan_options(now, {"public_ports": []})["close"] == balancer


@pytest.mark.parametrize(
    ("ports", "peers", "sentence"),
    [
        ([0], [], "public_ports: 0 is not a port"),
        ([], ["lb2"], "vrrp_peers: 'lb2' is not an IPv4 or IPv6 address"),
    ],
)
def test_what_a_load_balancer_cannot_have_is_refused(
    ports: list[int], peers: list[str], sentence: str
) -> None:
    with pytest.raises(Refused, match=sentence):
        vocabulary.balancer_openings(ports, peers)


@given(copies=COPIES, declared=DECLARED)
def test_keep_closes_nothing(copies: list[plans.Access], declared: list[str]) -> None:
    plan = plans.plan_firewall(live(copies), declared, keep=True)
    assert plan["close"] == []
    assert set(declared) <= set(plan["openings"])
    assert frozenset().union(*(copy.openings for copy in copies)) <= set(plan["openings"])


@given(copies=COPIES)
def test_absent_removes_all_there_is(copies: list[plans.Access]) -> None:
    now = live(copies)
    plan = plans.plan_options(now, {"state": "absent"})
    assert plan["openings"] == plan["guarded"] == []
    assert plan["changed"] == any(copy.openings or copy.guarded for copy in copies)
    assert plans.diff(now, plan)["after"] == ""


def test_nothing_is_opened_where_nothing_filters() -> None:
    nothing = {**plans.live_firewall("none", []), **EXTRAS}
    plan = plans.plan_options(nothing, {"members": ["10.0.0.11"]})
    assert plan["backend"] == "none" and not plan["changed"] and plan["openings"] == []
    assert plans.diff(nothing, plan) == {"before": "", "after": ""}


def test_nftables_is_loaded_where_it_was_chosen() -> None:
    nothing = {**plans.live_firewall("none", []), **EXTRAS}
    plan = plans.plan_options(nothing, {"members": ["10.0.0.11"], "backend": "nftables"})
    assert plan["backend"] == "nftables" and plan["changed"] and len(plan["open"]) == 3


@pytest.mark.parametrize(
    ("active", "declared", "installed", "sentence"),
    [
        (
            "none",
            "ufw",
            ["ufw"],
            "ufw was chosen, but it is not running on this host; start it, with SSH allowed",
        ),
        ("none", "firewalld", [], "firewalld was chosen, but it is not installed"),
        ("ufw", "nftables", ["ufw", "nftables"], "nftables was chosen, but ufw filters on this host"),
        ("unknown", "auto", [], "it does not answer."),
    ],
)
def test_a_backend_that_cannot_work_is_refused(
    active: str, declared: str, installed: list[str], sentence: str
) -> None:
    state = {
        **plans.live_firewall(active, []),
        "installed": installed,
        "leftover": [],
        "note": "it does not answer.",
    }
    with pytest.raises(Refused) as caught:
        plans.plan_options(state, {"members": ["10.0.0.11"], "backend": declared})
    assert sentence in str(caught.value)


def test_what_another_backend_left_is_a_change() -> None:
    declared = vocabulary.declared_openings(["10.0.0.11"], False)
    copy = plans.Access(frozenset(declared), frozenset(["tcp 7946", "udp 7946", "udp 4789"]))
    now = {**live([copy]), "leftover": ["nftables"]}
    plan = plans.plan_options(now, {"members": ["10.0.0.11"]})
    assert plan["changed"]
    assert "rules of the backend nftables, which is not in use" in plans.diff(now, plan)["before"]


def test_the_diff_is_in_the_users_words() -> None:
    declared = frozenset(vocabulary.declared_openings(["10.0.0.11"], False))
    guarded = frozenset({"tcp 7946", "udp 7946", "udp 4789"})
    now = live([plans.Access(declared, guarded), plans.Access(declared - {"10.0.0.11 udp 4789"}, guarded)])
    plan = plans.plan_options(now, {"members": ["10.0.0.11"]})
    shown = plans.diff(now, plan)
    assert shown["after"] == (
        "10.0.0.11 tcp 7946\n10.0.0.11 udp 4789\n10.0.0.11 udp 7946\n"
        "all other addresses tcp 7946: refused\nall other addresses udp 4789: refused\nall other addresses udp 7946: refused\n"
    )
    assert shown["before"] == shown["after"] + "not in force everywhere, or lost at the next reboot\n"
