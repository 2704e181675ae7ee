# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The plan of a host's openings: what was planned and done needs no more."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.flotilla.swarm.plugins.module_utils._engine.errors import Refused
from ansible_collections.flotilla.swarm.plugins.module_utils._firewall import plan as plans
from hypothesis import given
from hypothesis import strategies as st

ADDRESSES = ["10.0.0.11", "10.0.0.12", "10.0.0.101", "fd00::11", "fd00::12"]
SERVICES = ["tcp 2377", "tcp 7946", "udp 7946", "udp 4789", "tcp 2378", "esp"]
EXTRAS: dict[str, t.Any] = {"installed": list(plans.BACKENDS), "leftover": False, "note": None}

OPENINGS = st.frozensets(
    st.builds(plans.opening, st.sampled_from(ADDRESSES), st.sampled_from(SERVICES)),
    max_size=len(ADDRESSES) * 3,
)
PLACES = st.lists(
    st.builds(plans.Place, OPENINGS, st.frozensets(st.sampled_from(SERVICES[:-1]))), min_size=1, max_size=4
)
DECLARED = st.builds(
    plans.declared_openings,
    st.lists(st.sampled_from(ADDRESSES), min_size=1),
    st.booleans(),
    st.sampled_from([2377, 2378]),
    st.sampled_from([4789, 7777]),
    st.booleans(),
)


def live(places: list[plans.Place], persistent: bool = True) -> dict[str, t.Any]:
    return plans.live_state("ufw", places, persistent, **EXTRAS)


def applied(plan: dict[str, t.Any], places: int) -> dict[str, t.Any]:
    """What a host looks like after a plan."""
    return live([plans.Place(frozenset(plan["openings"]), frozenset(plan["guarded"]))] * places)


def test_the_openings_of_a_manager_and_of_a_worker() -> None:
    members = ["10.0.0.12", "10.0.0.11 ", "FD00:0::11"]
    assert plans.declared_openings(members[:1], manager=False) == [
        "10.0.0.12 tcp 7946",
        "10.0.0.12 udp 4789",
        "10.0.0.12 udp 7946",
    ]
    manager = plans.declared_openings(members, True, listen_port=2378, data_path_port=7777, encrypted=True)
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
        plans.declared_openings(members, True, *ports)
    assert sentence in str(caught.value)


@given(places=PLACES, persistent=st.booleans(), declared=DECLARED, keep=st.booleans())
def test_a_plan_that_was_carried_out_is_empty(
    places: list[plans.Place], persistent: bool, declared: list[str], keep: bool
) -> None:
    plan = plans.plan_firewall(live(places, persistent), declared, keep)
    again = plans.plan_firewall(applied(plan, len(places)), declared, keep)
    assert not again["changed"]
    assert again["open"] == again["close"] == again["guard"] == again["unguard"] == []


@given(places=PLACES, declared=DECLARED)
def test_nobody_is_left_but_members(places: list[plans.Place], declared: list[str]) -> None:
    plan = plans.plan_firewall(live(places), declared)
    assert plan["openings"] == declared
    everywhere = frozenset().union(*(place.openings for place in places))
    assert set(plan["close"]) == everywhere - set(declared)
    # What only one of the places lets through is not open yet.
    assert all(
        opening in plan["open"] or all(opening in one.openings for one in places) for opening in declared
    )
    assert set(plan["guarded"]) == {plans.split(opening)[1] for opening in declared} - {"esp"}


@given(places=PLACES, declared=DECLARED)
def test_keep_closes_nothing(places: list[plans.Place], declared: list[str]) -> None:
    plan = plans.plan_firewall(live(places), declared, keep=True)
    assert plan["close"] == []
    assert set(declared) <= set(plan["openings"])
    assert frozenset().union(*(place.openings for place in places)) <= set(plan["openings"])


@given(places=PLACES)
def test_absent_removes_all_there_is(places: list[plans.Place]) -> None:
    found = live(places)
    plan = plans.plan_arguments(found, {"state": "absent"})
    assert plan["openings"] == plan["guarded"] == []
    assert plan["changed"] == any(place.openings or place.guarded for place in places)
    assert plans.diff(found, plan)["after"] == ""


def test_nothing_is_opened_where_nothing_filters() -> None:
    nothing = plans.live_state("none", [], **EXTRAS)
    plan = plans.plan_arguments(nothing, {"members": ["10.0.0.11"]})
    assert plan["backend"] == "none" and not plan["changed"] and plan["openings"] == []
    assert plans.diff(nothing, plan) == {"before": "", "after": ""}


def test_nftables_is_loaded_where_it_was_chosen() -> None:
    nothing = plans.live_state("none", [], **EXTRAS)
    plan = plans.plan_arguments(nothing, {"members": ["10.0.0.11"], "backend": "nftables"})
    assert plan["backend"] == "nftables" and plan["changed"] and len(plan["open"]) == 3


@pytest.mark.parametrize(
    ("found", "wanted", "installed", "sentence"),
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
    found: str, wanted: str, installed: list[str], sentence: str
) -> None:
    state = {
        **plans.live_state(found, []),
        "installed": installed,
        "leftover": False,
        "note": "it does not answer.",
    }
    with pytest.raises(Refused) as caught:
        plans.plan_arguments(state, {"members": ["10.0.0.11"], "backend": wanted})
    assert sentence in str(caught.value)


def test_what_another_backend_left_is_a_change() -> None:
    declared = plans.declared_openings(["10.0.0.11"], False)
    place = plans.Place(frozenset(declared), frozenset(["tcp 7946", "udp 7946", "udp 4789"]))
    found = {**live([place]), "leftover": True}
    plan = plans.plan_arguments(found, {"members": ["10.0.0.11"]})
    assert plan["changed"]
    assert "out of use" in plans.diff(found, plan)["before"]


def test_the_diff_is_in_the_users_words() -> None:
    declared = frozenset(plans.declared_openings(["10.0.0.11"], False))
    guarded = frozenset({"tcp 7946", "udp 7946", "udp 4789"})
    found = live([plans.Place(declared, guarded), plans.Place(declared - {"10.0.0.11 udp 4789"}, guarded)])
    plan = plans.plan_arguments(found, {"members": ["10.0.0.11"]})
    told = plans.diff(found, plan)
    assert told["after"] == (
        "10.0.0.11 tcp 7946\n10.0.0.11 udp 4789\n10.0.0.11 udp 7946\n"
        "everybody else tcp 7946: refused\neverybody else udp 4789: refused\neverybody else udp 7946: refused\n"
    )
    assert told["before"] == told["after"] + "not everywhere in force, or lost on the next reboot\n"
