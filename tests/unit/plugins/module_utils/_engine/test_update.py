# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.flotilla.swarm.plugins.module_utils._engine import errors
from ansible_collections.flotilla.swarm.plugins.module_utils._engine.update import (
    Raw,
    Sending,
    insist,
    roll_back,
    update,
)
from ansible_collections.flotilla.swarm.tests.unit.support.engine import FakeEngine, Sequence

PATH = "/nodes/n1"


def node(version: int, **spec: t.Any) -> Raw:
    return {"ID": "n1", "Version": {"Index": version}, "Spec": {"Role": "worker", **spec}}


def engine(*live: Raw, answers: t.Any = None) -> FakeEngine:
    return FakeEngine({f"GET {PATH}": Sequence(*live), f"POST {PATH}/update": answers})


def as_manager(live: Raw) -> Raw | None:
    spec = live["Spec"]
    return {**spec, "Role": "manager"} if spec["Role"] != "manager" else None


def test_an_object_is_read_changed_and_written_with_its_version() -> None:
    client = engine(node(7, Labels={"a": "1"}), answers={"Warnings": ["be careful"]})
    written = update(client, PATH, as_manager)
    assert (written.changed, written.warnings) == (True, ["be careful"])
    assert client.writes == [
        (f"POST {PATH}/update", {"Role": "manager", "Labels": {"a": "1"}}, {"version": 7})
    ]


def test_nothing_is_sent_where_nothing_changes() -> None:
    client = engine(node(7, Role="manager"))
    written = update(client, PATH, as_manager)
    assert (written.changed, written.warnings, client.writes) == (False, [], [])


def test_what_was_read_a_moment_ago_saves_the_first_reading_only() -> None:
    client = engine(node(9), answers=Sequence(errors.OutOfSequence("update out of sequence"), None))
    assert update(client, PATH, as_manager, known=node(8)).changed
    assert [request for request, _body, _query in client.requests] == [
        f"POST {PATH}/update",
        f"GET {PATH}",
        f"POST {PATH}/update",
    ]
    assert [query["version"] for _request, _body, query in client.writes] == [8, 9]


def test_the_change_of_another_client_is_kept() -> None:
    client = engine(
        node(8),
        node(9, Labels={"theirs": "1"}),
        answers=Sequence(errors.OutOfSequence("update out of sequence"), None),
    )
    update(client, PATH, as_manager)
    assert client.writes[-1][1] == {"Role": "manager", "Labels": {"theirs": "1"}}


def test_a_change_that_another_client_has_made_meanwhile_is_not_sent_again() -> None:
    client = engine(node(8), node(9, Role="manager"), answers=errors.OutOfSequence("update out of sequence"))
    assert not update(client, PATH, as_manager).changed
    assert len(client.writes) == 1


def test_headers_and_query_go_with_the_write() -> None:
    client = engine(node(7))
    update(client, PATH, as_manager, headers={"X-Registry-Auth": "x"}, rotateWorkerToken=True)
    assert client.writes[0][2] == {
        "version": 7,
        "headers": {"X-Registry-Auth": "x"},
        "rotateWorkerToken": True,
    }


def test_a_removed_object_is_an_error_of_its_own() -> None:
    with pytest.raises(errors.NotFound):
        update(FakeEngine({f"GET {PATH}": errors.NotFound("gone", 404)}), PATH, as_manager)


def test_a_rollback_sends_the_present_spec_and_says_previous() -> None:
    client = FakeEngine(
        {
            "GET /services/s1": {"Version": {"Index": 4}, "Spec": {"Name": "web"}},
            "POST /services/s1/update": {"Warnings": None},
        }
    )
    assert roll_back(client, "s1").changed
    assert client.writes == [
        ("POST /services/s1/update", {"Name": "web"}, {"version": 4, "rollback": "previous"})
    ]


def answers(*these: t.Any) -> t.Callable[[Sending], t.Any]:
    left = list(these)

    def write(_sending: Sending) -> t.Any:
        answer = left.pop(0) if len(left) > 1 else left[0]
        if isinstance(answer, Exception):
            raise answer
        return answer

    return write


@pytest.mark.parametrize("error", [errors.OutOfSequence("x"), errors.NoQuorum("x")])
def test_a_write_that_met_another_is_tried_again(error: Exception, fake_time: t.Any) -> None:
    assert insist(answers(error, error, "done")) == "done"
    assert len(fake_time.sleeps) == 2


def test_writes_are_given_up_in_the_end_and_other_errors_at_once(fake_time: t.Any) -> None:
    with pytest.raises(errors.OutOfSequence):
        insist(answers(errors.OutOfSequence("x")))
    assert len(fake_time.sleeps) == 5
    with pytest.raises(errors.Conflict):
        insist(answers(errors.Conflict("x")))
    assert len(fake_time.sleeps) == 5
