# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import hypothesis.strategies as st
from ansible_collections.flotilla.swarm.plugins.filter.swarm_host_problems import FilterModule
from hypothesis import given

problems = FilterModule().filters()["swarm_host_problems"]


def hosts(*ahead: float, within: float = 0.5) -> dict[str, t.Any]:
    """Hosts whose clocks are so many seconds ahead."""
    return {
        f"h{number}": {"r": {"clock": {"ahead": one, "within": within}}} for number, one in enumerate(ahead)
    }


def test_the_clock_that_differs_from_most_is_named() -> None:
    # The control node's own clock does not count.
    assert problems(["h0", "h1", "h2"], hosts(3600, 3601, 3599), "r") == []
    [behind] = problems(["h0", "h1", "h2"], hosts(0, -95, 1), "r")
    assert behind.startswith(
        "h1: its clock is 95 s behind that of most hosts, and nodes check certificates by it"
    )
    [ahead] = problems(["h0", "h1", "h2"], hosts(0, 95, 0), "r")
    assert "95 s ahead of that of most hosts" in ahead


def test_what_cannot_be_told_is_no_problem() -> None:
    assert problems(["h0", "h1", "h2"], hosts(0, 95, 1, within=70), "r") == []
    assert problems(["h0", "h1"], {"h0": {}, "h1": {"r": {"state": "no_engine"}}}, "r", "d") == []
    assert problems([], {}, "r", "d") == []


@given(st.lists(st.floats(-15, 15), min_size=1), st.floats(-1e6, 1e6))
def test_clocks_that_are_near_each_other_are_fine(ahead: list[float], control: float) -> None:
    found = hosts(*(one + control for one in ahead))
    assert problems(list(found), found, "r") == []


def test_a_full_disk_is_named_where_disks_were_read() -> None:
    sentence = (
        "the file system of /var/lib/docker is 97 % full, 1 GB are free; flotilla.swarm.prune frees some."
    )
    disk = {"filesystem": {"used_percent": 97}, "problem": sentence}
    found = {
        "h0": {"d": disk},
        "h1": {"d": {"filesystem": {"used_percent": 90}, "problem": sentence}},
        "h2": {},
    }
    assert problems(["h0", "h1", "h2"], found, "r", "d") == [f"h0: {sentence[:-1]}"]
    assert problems(["h0"], found, "r") == []
