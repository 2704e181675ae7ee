# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.flotilla.swarm.plugins.module_utils._engine.errors import Refused
from ansible_collections.flotilla.swarm.plugins.module_utils._swarm.nodes import views
from ansible_collections.flotilla.swarm.plugins.plugin_utils._site import cluster as clusters
from ansible_collections.flotilla.swarm.plugins.plugin_utils._site.members import Member
from ansible_collections.flotilla.swarm.tests.unit.support.nodes import (
    SWARM_ID,
    address_of,
    manager_info,
    member,
    raw_node,
    remote_managers,
    swarm_info,
)
from hypothesis import assume, given
from hypothesis import strategies as st


def raw(name: str, **more: t.Any) -> dict[str, t.Any]:
    role = "manager" if name[0] == "m" else "worker"
    return raw_node(f"id-{name}", name, role, address=address_of(name), **more)


THREE = [raw("m1"), raw("m2"), raw("m3")]


def manager(name: str, raws: list[dict[str, t.Any]] | None = None, role: str = "", **more: t.Any) -> Member:
    return member(name, role, {**manager_info(raws or THREE, name), **more})


def lost(name: str, **more: t.Any) -> Member:
    info = swarm_info("no_quorum", f"id-{name}", name, swarm_id="s1", remote_managers=remote_managers(THREE))
    return member(name, swarm={**info, **more})


def worker(name: str, known: list[dict[str, str]]) -> Member:
    return member(name, swarm=swarm_info("worker", f"id-{name}", name, remote_managers=known))


def inactive(name: str) -> Member:
    return member(name, swarm=swarm_info("inactive", name=name))


def refusal(*members: Member) -> str:
    with pytest.raises(Refused) as refused:
        clusters.find(list(members))
    return str(refused.value)


FOREIGN = [{"id": "x", "address": "10.9.9.9:2377"}]


def same_node(states: list[str], addresses: list[str]) -> list[Member]:
    """A manager, and hosts that all say that they are the node ``id-w1``, each with its own address."""
    raws = [raw_node("id-m1", "m1", "manager", address=address_of("m1")), raw_node("id-w1", "w1")]
    more = [
        member(
            f"w{number}",
            "worker",
            swarm_info(
                state, "id-w1", f"w{number}", swarm_id=SWARM_ID, nodes=views(raws), remote_managers=[]
            ),
            info={"addresses": [{"interface": "eth0", "address": address, "prefix": 24, "family": "inet"}]},
        )
        for number, (state, address) in enumerate(zip(states, addresses, strict=True), 1)
    ]
    return [member("m1", swarm=manager_info(raws, "m1")), *more]


@given(
    st.lists(
        st.tuples(st.sampled_from(["worker", "manager", "no_quorum", "pending", "error"]), st.integers(1, 3)),
        min_size=2,
        max_size=4,
    )
)
def test_copies_of_a_disk_are_refused_whatever_state_they_are_in(hosts: list[tuple[str, int]]) -> None:
    members = same_node([state for state, _number in hosts], [f"10.1.0.{number}" for _state, number in hosts])
    assume(len({number for _state, number in hosts}) > 1)
    names = " and ".join(f"w{number}" for number in range(1, len(hosts) + 1))
    with pytest.raises(Refused) as refused:
        clusters.find(members)
    assert str(refused.value).startswith(
        f"{names} are the same node of the swarm (id-w1): one has a copy of the other's disk"
    )
    assert "Nothing was changed. On the copy, stop the Engine, remove /var/lib/docker/swarm" in str(
        refused.value
    )


def test_a_host_that_cannot_take_part_nor_say_which_node_it_is_is_no_stranger_where_the_swarm_knows_it() -> (
    None
):
    """So it is with a manager whose demotion is cut off by the loss of the others; it is skipped, and heals with them."""
    raws = [raw("m1"), raw("w1")]
    known = member("w1", swarm=swarm_info("error", None, "w1", why="w1 cannot take part."))
    found = clusters.find([manager("m1", raws), known])
    assert found is not None
    assert found.has(known)
    stranger = member("w2", swarm=swarm_info("error", None, "w2", why="w2 cannot take part."))
    with pytest.raises(Refused, match=r"another one that w2 is in \(its managers: unknown\)"):
        clusters.find([manager("m1", raws), stranger])


def test_one_machine_under_two_names_is_no_copy_and_neither_are_hosts_in_no_swarm() -> None:
    clusters.find(same_node(["worker", "worker"], ["10.1.0.1", "10.1.0.1"]))
    assert clusters.find([inactive("m1"), inactive("w1")]) is None


def test_where_no_host_is_in_a_swarm_there_is_none() -> None:
    assert clusters.find([inactive("m1"), member("w1", swarm=swarm_info("no_engine"))]) is None


def test_any_manager_with_a_quorum_is_the_way_in_one_that_stays_a_manager_first() -> None:
    found = clusters.find([inactive("w1"), manager("m2", role="worker"), manager("m3")])
    assert found
    assert (found.entry.name, found.swarm_id) == ("m3", "z8mc1pjl0anxc2yq7v7kza2s7")
    assert [node["id"] for node in found.nodes] == ["id-m1", "id-m2", "id-m3"]
    assert found.live["data_path_port"] == 4789
    only = clusters.find([manager("m2", role="worker")])
    assert only and only.entry.name == "m2"


def test_two_swarms_are_refused_naming_both_and_their_hosts() -> None:
    assert refusal(
        manager("m1", swarm_id="aaa"), manager("m2", swarm_id="bbb"), manager("m3", swarm_id="aaa")
    ) == (
        "The inventory's hosts are in 2 swarms: aaa (m1, m3) and bbb (m2). Nothing was changed. Decide which swarm stays, and "
        "remove the hosts of the other one from it: swarm_join with state=absent and force=true on each host."
    )


def test_a_swarm_without_a_quorum_counts_as_well() -> None:
    assert refusal(manager("m1", swarm_id="aaa"), lost("m2", swarm_id="bbb")).startswith(
        "The inventory's hosts are in 2 swarms: aaa (m1) and bbb (m2)."
    )


def test_a_worker_of_another_swarm_is_refused_naming_it_and_its_managers() -> None:
    assert refusal(manager("m1"), worker("w1", FOREIGN)) == (
        "The inventory's hosts are in two swarms: z8mc1pjl0anxc2yq7v7kza2s7 (m1) and another one that w1 is in (its "
        "managers: 10.9.9.9:2377). Nothing was changed. Remove w1 from that swarm: swarm_join with state=absent and "
        "force=true."
    )
    assert "(its managers: unknown)" in refusal(manager("m1"), worker("w1", []))


def test_a_worker_belongs_by_its_id_or_by_a_manager_it_knows() -> None:
    known = remote_managers([raw("m2")])
    assert clusters.find([manager("m1"), worker("w1", known)])
    raws = [*THREE, raw("w1")]
    assert clusters.find([manager("m1", raws), worker("w1", [])])


def test_a_lost_quorum_names_what_is_lost_and_the_way_out() -> None:
    assert refusal(lost("m1"), member("m2"), inactive("m9")) == (
        "The swarm has lost its quorum: of its 3 managers, m1 can be asked, 2 are needed. Start 10.0.0.13 or m2. If they are "
        "lost for good, run flotilla.swarm.recover. Nothing was changed."
    )


def test_enough_managers_without_a_leader_are_not_a_lost_quorum() -> None:
    assert refusal(lost("m1"), lost("m2"), inactive("m3")) == (
        "The swarm has no leader, though its managers could choose one: of its 3 managers, m1, m2 can be asked, 2 are needed. "
        "Check with swarm_reach that they reach each other, and run again. If that does not help, restart their Engines one "
        "after the other. If nothing helps, run flotilla.swarm.recover. Nothing was changed."
    )
    assert "has no leader" in refusal(lost("m1"), lost("m2"), lost("m3"))


def test_managers_with_ipv6_addresses_are_lost_by_their_names_too() -> None:
    known = [{"id": f"id{number}", "address": f"[fd00::{number}]:2377"} for number in (1, 2, 3)]
    one = lost("m1", remote_managers=known)
    gone = member("m2", swarm_quorum_address="fd00::2")
    sentence = refusal(one, gone)
    assert "m2" in sentence
    assert "[" not in sentence


def test_one_manager_with_a_quorum_is_enough_though_another_has_lost_sight_of_it() -> None:
    found = clusters.find([lost("m1", swarm_id="z8mc1pjl0anxc2yq7v7kza2s7"), manager("m2")])
    assert found and found.entry.name == "m2"


@pytest.mark.parametrize(
    ("one", "sentence"),
    [
        (
            member("m1", swarm=swarm_info("locked", name="m1")),
            "m1 is locked: run flotilla.swarm.recover with its key in swarm_unlock_key, then run again.",
        ),
        (
            member("m1", swarm=swarm_info("error", "id", "m1", why="m1 cannot take part: expired.")),
            (
                "m1 cannot take part in its swarm: m1 cannot take part: expired. Remove the host from that swarm: swarm_join "
                "with state=absent and force=true."
            ),
        ),
        (
            worker("w1", FOREIGN),
            (
                "w1 is a worker of a swarm whose managers (10.9.9.9:2377) were not reached: add them to the inventory, start "
                "them, or remove the host from that swarm: swarm_join with state=absent."
            ),
        ),
        (
            member("w1", swarm=swarm_info("pending", "id-w1", "w1", remote_managers=FOREIGN)),
            (
                "w1 is a node of a swarm whose managers (10.9.9.9:2377) it does not reach: start them and run again, or "
                "remove the host from that swarm: swarm_join with state=absent and force=true."
            ),
        ),
        (
            member("w1", swarm=swarm_info("unknown", why="The Engine at x did not answer within 60 s.")),
            (
                "w1 has an Engine that does not say whether it is in a swarm: The Engine at x did not answer within 60 s. "
                "Restart that Engine and run again, or remove the host from the inventory."
            ),
        ),
    ],
    ids=["locked", "error", "worker", "pending", "unknown"],
)
def test_a_member_of_a_swarm_without_a_manager_stops_the_run_with_the_way_out(
    one: Member, sentence: str
) -> None:
    assert refusal(inactive("m2"), one) == sentence


def test_several_such_hosts_are_named_and_unlocking_comes_before_all_else() -> None:
    locked = [member(name, swarm=swarm_info("locked", name=name)) for name in ("m2", "m3")]
    assert refusal(lost("m1"), *locked) == (
        "m2 (m3 too) is locked: run flotilla.swarm.recover with its key in swarm_unlock_key, then run again."
    )


@pytest.mark.parametrize("other", [lost("m1"), worker("w1", FOREIGN), inactive("m1")])
def test_an_engine_that_is_stopped_is_started_before_anything_is_refused(other: Member) -> None:
    stopped = member("m2", swarm=swarm_info("no_engine", name="m2"), info={"engine": {"state": "stopped"}})
    assert clusters.find([other, stopped]) is None


def test_half_a_join_does_not() -> None:
    assert clusters.find([inactive("m1"), member("w1", swarm=swarm_info("pending", name="w1"))]) is None


def test_a_manager_that_is_not_reached_stops_a_new_swarm() -> None:
    assert refusal(inactive("m1"), member("m2"), member("m3")) == (
        "No swarm was found, but m2, m3 were not reached and may be in one: a new swarm is created only when every manager "
        "of the inventory answers. Start the missing hosts, run without --limit, or remove them from the inventory."
    )


def test_a_worker_that_is_not_reached_does_not_stop_a_new_swarm_unless_it_may_be_a_manager() -> None:
    assert clusters.find([inactive("m1"), member("w1")]) is None
    by_size = [member("w1", "worker", swarm_info("inactive")), member("w2", "worker")]
    assert "w2 was not reached and may be in one" in refusal(*by_size)
    assert "every host that may be a manager answers" in refusal(*by_size)
