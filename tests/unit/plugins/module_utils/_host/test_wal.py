# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import io

from ansible_collections.flotilla.swarm.plugins.module_utils._host.wal import position
from ansible_collections.flotilla.swarm.tests.unit.support.wal import entry, frame, hard_state, snapshot
from hypothesis import given
from hypothesis import strategies as st

NUMBERS = st.integers(0, (1 << 64) - 1)
POSITIONS = st.tuples(NUMBERS, NUMBERS)


def read(data: bytes) -> tuple[int, int] | None:
    return position(io.BytesIO(data))


@given(st.lists(st.tuples(POSITIONS, st.binary(max_size=300))), POSITIONS, st.integers(0, 64))
def test_the_last_entry_counts_whatever_stands_beside_it(
    entries: list[tuple[tuple[int, int], bytes]], state: tuple[int, int], zeros: int
) -> None:
    log = b"".join(entry(*place, data) + hard_state(*state) for place, data in entries)
    assert read(frame(1, b"metadata") + log + bytes(zeros)) == (entries[-1][0] if entries else None)


@given(POSITIONS, POSITIONS)
def test_a_snapshot_counts_where_no_entry_follows_it(behind: tuple[int, int], sent: tuple[int, int]) -> None:
    assert read(snapshot(*sent)) == sent
    assert read(entry(*behind, b"x") + snapshot(*sent)) == max(behind, sent)


@given(st.data())
def test_a_record_that_was_cut_off_ends_the_file(data: st.DataObject) -> None:
    whole, last = entry(3, 7, b"whole"), entry(3, 8, b"cut off")
    assert read(whole + last[: data.draw(st.integers(0, len(last) - 1))]) == (3, 7)


@given(st.binary(max_size=400))
def test_any_file_can_be_read(data: bytes) -> None:
    assert read(data) is None or isinstance(read(data), tuple)
