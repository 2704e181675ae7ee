# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import socket
import typing as t
from unittest import mock

import pytest
from ansible_collections.flotilla.swarm.plugins.module_utils._host import leader
from hypothesis import given
from hypothesis import strategies as st


def found(managers: int, state: str = "no_quorum") -> dict[str, t.Any]:
    known = [{"id": f"id-{number}", "address": f"10.0.0.{number}:2377"} for number in range(managers)]
    return {"state": state, "remote_managers": known}


@given(st.integers(0, 9), st.data())
def test_a_leader_can_be_chosen_by_more_than_half(managers: int, data: st.DataObject) -> None:
    up = data.draw(st.integers(0, managers))
    answering = {f"10.0.0.{number}:2377" for number in range(up)}
    with mock.patch.object(leader, "answers", answering.__contains__):
        assert leader.can_be_chosen(found(managers)) is (managers > 0 and up > managers / 2)


@pytest.mark.parametrize(
    "state", ["manager", "worker", "inactive", "pending", "error", "locked", "no_engine"]
)
def test_nobody_is_asked_where_a_leader_is_not_missing(state: str) -> None:
    with mock.patch.object(leader, "answers", side_effect=AssertionError):
        assert leader.can_be_chosen(found(3, state)) is False


@pytest.mark.parametrize(
    ("family", "host", "written"),
    [(socket.AF_INET, "127.0.0.1", "127.0.0.1"), (socket.AF_INET6, "::1", "[::1]")],
)
def test_a_manager_answers_that_takes_connections(family: int, host: str, written: str) -> None:
    with socket.socket(family, socket.SOCK_STREAM) as listening:
        listening.bind((host, 0))
        address = f"{written}:{listening.getsockname()[1]}"
        assert leader.answers(address) is False
        listening.listen()
        assert leader.answers(address) is True


@pytest.mark.parametrize("address", ["", "m1", "10.0.0.1:", "10.0.0.1:port", "127.0.0.1:99999"])
def test_what_is_no_address_does_not_answer(address: str) -> None:
    assert leader.answers(address) is False
