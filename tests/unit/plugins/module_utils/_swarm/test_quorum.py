# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from ansible_collections.flotilla.swarm.plugins.module_utils._swarm import quorum
from hypothesis import given
from hypothesis import strategies as st

counts = st.integers(1, 15).flatmap(lambda managers: st.tuples(st.just(managers), st.integers(0, managers)))


def test_the_majority_of_the_manual() -> None:
    assert [quorum.majority(managers) for managers in range(1, 8)] == [1, 2, 2, 3, 3, 4, 4]


@given(counts)
def test_so_many_may_fail_and_not_one_more(numbers: tuple[int, int]) -> None:
    managers, reachable = numbers
    spare = quorum.may_fail(managers, reachable)
    assert (reachable - spare) * 2 > managers
    assert (reachable - spare - 1) * 2 <= managers


@given(counts, st.booleans())
def test_a_removal_is_survived_when_both_groups_have_their_majority(
    numbers: tuple[int, int], is_up: bool
) -> None:
    managers, reachable = numbers
    if is_up and not reachable:
        return
    left = reachable - is_up
    expected = managers > 1 and reachable * 2 > managers and left * 2 > managers - 1
    assert quorum.survives_removal(managers, reachable, is_up) == expected


def test_a_dead_manager_can_always_go_where_there_is_a_quorum_but_never_the_last() -> None:
    assert quorum.survives_removal(3, 2, False)
    assert not quorum.survives_removal(3, 2, True)
    assert not quorum.survives_removal(2, 1, False)
    assert not quorum.survives_removal(1, 1, True)


@given(counts)
def test_a_loss_is_survived_when_the_majority_of_all_is_left(numbers: tuple[int, int]) -> None:
    managers, reachable = numbers
    assert quorum.survives_loss(managers, reachable) == ((reachable - 1) * 2 > managers)


def test_the_summary_never_counts_below_zero() -> None:
    assert quorum.summary(3, 1) == {"managers": 3, "reachable": 1, "majority": 2, "may_fail": 0}
    assert quorum.summary(5, 5)["may_fail"] == 2


def test_the_quorum_in_one_sentence() -> None:
    assert quorum.sentence(0, 0) == "The swarm has no manager."
    assert quorum.sentence(3, 1) == "Quorum lost: 1 of 3 managers reachable, 2 needed."
    assert quorum.sentence(3, 2) == (
        "Quorum holds, but no manager may fail: 2 of 3 managers reachable, 2 needed."
    )
    assert quorum.sentence(5, 5) == "Quorum holds: 5 of 5 managers reachable, 3 needed, 2 more may fail."
