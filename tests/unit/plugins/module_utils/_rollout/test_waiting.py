# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import copy
import json
import typing as t

import pytest
from ansible_collections.flotilla.swarm.plugins.module_utils._engine.errors import (
    EngineError,
    EngineTimeout,
    FlotillaError,
    NotAManager,
)
from ansible_collections.flotilla.swarm.plugins.module_utils._rollout.history import History
from ansible_collections.flotilla.swarm.plugins.module_utils._rollout.removal import Removal
from ansible_collections.flotilla.swarm.plugins.module_utils._rollout.roll_back import Move
from ansible_collections.flotilla.swarm.plugins.module_utils._rollout.wait import (
    Outcome,
    Rollout,
    RolloutFailed,
)
from ansible_collections.flotilla.swarm.plugins.module_utils._rollout.waiting import Waiting, go_on
from ansible_collections.flotilla.swarm.plugins.module_utils._run.interface import Interface
from ansible_collections.flotilla.swarm.plugins.module_utils._run.verb import WAITING, Verb, perform
from ansible_collections.flotilla.swarm.tests.unit.support.clock import FakeTime
from ansible_collections.flotilla.swarm.tests.unit.support.engine import FakeEngine, Sequence
from ansible_collections.flotilla.swarm.tests.unit.support.nodes import raw_node
from ansible_collections.flotilla.swarm.tests.unit.support.rollouts import (
    Replayed,
    rotate,
    run_services,
    with_verdicts,
)
from ansible_collections.flotilla.swarm.tests.unit.support.secrets import FakeSecrets
from hypothesis import given
from hypothesis import strategies as st

Result = dict[str, t.Any]

WORDS, SECONDS = st.text(max_size=5), st.floats(0, 1e9)
LISTS = st.lists(WORDS, max_size=2)
HISTORIES = st.builds(
    History,
    begun=st.none() | SECONDS,
    old=LISTS,
    failed=st.dictionaries(WORDS, LISTS, max_size=2),
    pending=st.dictionaries(WORDS, st.tuples(WORDS, SECONDS), max_size=2),
    given_up=st.dictionaries(WORDS, SECONDS, max_size=2),
    gone=LISTS,
    lost=LISTS,
    steady=LISTS,
    steady_since=SECONDS,
    nowhere_since=st.none() | SECONDS,
    rolled_back=st.booleans(),
    blamed=WORDS,
)
OUTCOMES = st.builds(
    Outcome, *[WORDS] * 5, st.integers(0, 9), st.integers(0, 9), tasks=st.just([]), logs=LISTS
)
ROLLOUTS = st.builds(
    Rollout,
    WORDS,
    WORDS,
    st.sampled_from(["converged", "rolled_back", "gone"]),
    st.booleans(),
    SECONDS,
    HISTORIES,
    st.none() | OUTCOMES,
)
RESULTS = st.dictionaries(
    st.sampled_from(["changed", "actions", "secrets", "warnings"]), st.booleans() | LISTS
)
WAITINGS = st.builds(
    Waiting,
    st.lists(ROLLOUTS, max_size=2),
    SECONDS,
    RESULTS,
    st.lists(st.builds(Removal, *[WORDS] * 5, st.booleans(), WORDS), max_size=2),
    st.lists(
        st.builds(Move, *[WORDS] * 3, st.integers(1, 9), st.dictionaries(WORDS, st.integers(1, 9))),
        max_size=2,
    ),
)


def version(identity: str, entry: str = "app", word: str = "secret") -> Removal:
    """An older version, to be removed."""
    return Removal(
        word,
        identity,
        f"{entry}_old",
        f"{entry}: older version removed",
        f"{entry}: version 1 stays",
        entry=entry,
    )


def result(**more: t.Any) -> Result:
    entries = [{"name": name, "action": "rotate", "pruned": []} for name in ("app", "key")]
    return {
        "changed": True,
        "actions": ["app: version 2 created"],
        "secrets": entries,
        "warnings": ["w"],
        "diff": [{"before": {}, "after": {}}],
        **more,
    }


def finished(engine: FakeEngine, *remove: Removal, **more: t.Any) -> Result:
    """The result, where the rollout has converged."""
    rollouts = with_verdicts([Rollout("id-web", "web")])
    return Waiting(rollouts, 60, result(**more), list(remove)).finish(engine, None)


@given(WAITINGS)
def test_a_later_call_goes_on_from_json_alone(waiting: Waiting) -> None:
    stored = json.loads(json.dumps(waiting.to_dict()))
    assert Waiting.from_dict(stored) == waiting
    assert Waiting.from_dict(stored).to_dict() == waiting.to_dict()


def test_what_is_left_has_no_diff_and_no_option_that_was_declared() -> None:
    waiting = Waiting(
        [Rollout("id-web", "web")], 60, result(), [version("s1")], [Move("secret", "app", "s2", 2)]
    )
    assert set(waiting.to_dict()) == {"rollouts", "seconds", "result", "remove", "moves", "started"}
    assert set(waiting.to_dict()["result"]) == {"changed", "actions", "secrets", "warnings"}
    assert "diff" in waiting.result


def test_a_wait_in_parts_comes_to_the_same_as_one_in_one_part(fake_time: FakeTime) -> None:
    whole = Replayed(fake_time, "update_ok", "job_ok")
    at_once = Waiting(whole.rollouts(), 300, result()).finish(whole, None)
    engine, shown, parts = Replayed(fake_time, "update_ok", "job_ok"), [], 0
    found = Waiting(engine.rollouts(), 300, result()).finish(engine, 3)
    while "left" in found:
        assert {key: found[key] for key in result()} == result() if parts == 0 else "diff" not in found
        assert "rollouts" not in found
        shown += found["progress"]
        parts += 1
        found = go_on(engine, json.loads(json.dumps(found["left"])), 3)
    assert 3 <= parts <= 6
    assert {line.split(":")[0] for line in shown} == {"web", "job"}
    assert found == {key: value for key, value in at_once.items() if key != "diff"}
    assert [one["sentence"] for one in found["rollouts"]] == ["3/3 running", "3/3 complete"]


def test_nothing_is_removed_before_all_rollouts_have_converged(fake_time: FakeTime) -> None:
    engine = Replayed(fake_time, "update_ok")
    paused = Waiting(engine.rollouts(), 300, result(), [version("s1")]).finish(engine, 2)
    assert engine.writes == []
    engine.answers["DELETE /secrets/s1"] = None
    done = go_on(engine, paused["left"], None)
    assert done["actions"] == ["app: version 2 created", "app: older version removed"]
    assert engine.requests[-1][0] == "DELETE /secrets/s1"
    failing = Replayed(fake_time, "bad_image_create")
    with pytest.raises(RolloutFailed):
        Waiting(failing.rollouts(), 300, result(), [version("s1")]).finish(failing, None)
    assert failing.writes == []


def test_what_was_removed_is_in_the_actions_and_in_the_entry_of_the_object() -> None:
    engine = FakeEngine({f"DELETE /{path}": None for path in ("secrets/s1", "secrets/s2", "secrets/k1")})
    before = result(changed=False, actions=[])
    waiting = Waiting([], 60, before, [version("s1"), version("s2"), version("k1", "key")])
    kept = copy.deepcopy(before)
    done = waiting.finish(engine, None)
    assert done["changed"] is True
    assert done["actions"] == [
        "app: older version removed",
        "app: older version removed",
        "key: older version removed",
    ]
    assert [(one["name"], one["pruned"]) for one in done["secrets"]] == [
        ("app", ["app_old", "app_old"]),
        ("key", ["key_old"]),
    ]
    assert done["warnings"] == ["w"]
    assert done["rollouts"] == []
    assert waiting.result == kept


def test_what_stays_is_a_warning_and_no_change() -> None:
    engine = FakeEngine({"DELETE /secrets/s1": EngineError("The Engine said: it is in use", 400)})
    done = finished(engine, version("s1"), changed=False, actions=[])
    assert (done["changed"], done["actions"], done["secrets"][0]["pruned"]) == (False, [], [])
    assert done["warnings"] == ["w", "app: version 1 stays. The Engine said: it is in use."]


def test_entries_that_show_no_versions_get_none() -> None:
    """Those of a stack."""
    engine = FakeEngine({"DELETE /secrets/s1": None, "DELETE /configs/c1": None})
    entries = [{"name": "app", "action": "rotate"}]
    done = finished(engine, version("s1"), version("c1", word="config"), secrets=entries)
    assert done["secrets"] == entries
    assert "configs" not in done
    assert len(done["actions"]) == 3


def test_an_error_while_removing_has_all_that_was_done_among_its_facts() -> None:
    engine = FakeEngine(
        {
            "DELETE /secrets/s1": None,
            "DELETE /secrets/s2": EngineError("no", 400),
            "DELETE /secrets/s3": EngineTimeout("The Engine did not answer within 60 s."),
        }
    )
    with pytest.raises(FlotillaError) as error:
        finished(engine, *(version(one) for one in ("s1", "s2", "s3")), changed=False, actions=[])
    assert str(error.value).startswith(
        "secret app_old: The Engine did not answer within 60 s. Whether this was carried out could not be seen"
    )
    facts = error.value.facts
    done = "app: older version removed"
    assert facts["changed"] is True
    assert facts["actions"] == [done, f"{done} (perhaps: the Engine's answer was lost)"]
    assert facts["warnings"] == ["w", "app: version 1 stays. no."]
    assert [one["state"] for one in facts["rollouts"]] == ["converged"]
    assert facts["diff"] == result()["diff"]


def test_a_network_that_was_removed_is_in_the_actions_though_this_engine_still_has_it() -> None:
    engine = FakeEngine({"GET /tasks": [], "DELETE /networks/n1": None, "GET /networks/n1": {"Id": "n1"}})
    network = Removal("network", "n1", "old", "network old: removed", "network old stays")
    with pytest.raises(
        FlotillaError, match=r"^network old: it was removed, but this Engine still has it"
    ) as error:
        finished(engine, network, changed=False, actions=[])
    facts = error.value.facts
    assert (facts["changed"], facts["actions"]) == (True, ["network old: removed"])


def test_a_failed_rollout_has_what_was_done_among_its_facts(fake_time: FakeTime) -> None:
    engine = Replayed(fake_time, "bad_image_create", "label_change")
    with pytest.raises(RolloutFailed) as error:
        Waiting(engine.rollouts(), 300, result()).finish(engine, None)
    assert str(error.value).startswith("1 of 2 services failed: bad: slot ")
    assert {key: error.value.facts[key] for key in result()} == result()
    assert [one["state"] for one in error.value.facts["rollouts"]] == ["failed", "converged"]
    assert engine.writes == []


def test_any_other_error_has_what_was_done_among_its_facts() -> None:
    engine = FakeEngine({"GET /services": NotAManager("This node is a worker.", 503)})
    with pytest.raises(NotAManager) as error:
        Waiting([Rollout("id-web", "web")], 60, result()).finish(engine, None)
    assert error.value.facts == result()


def test_a_version_that_fails_is_rolled_back_and_the_error_says_who_has_what() -> None:
    engine = FakeSecrets()
    move = rotate(engine, "web", "api")
    run_services(engine, move.new)
    rollouts = [*with_verdicts([Rollout("id-web", "web")]), Rollout("id-api", "api")]
    waiting = Waiting(rollouts, 60, result(), [version("secret11")], [move])
    with pytest.raises(RolloutFailed) as error:
        waiting.finish(engine, None)
    assert str(error.value) == (
        "1 of 2 services failed: api: slot 1 on w1 was rejected 2 times: no. "
        "api has version 1 of app. web has version 2 of app. Older versions stay, and the next run tries again."
    )
    facts = error.value.facts
    assert {key: facts[key] for key in result()} == result()
    assert [(one["name"], one["state"]) for one in facts["rollouts"]] == [
        ("web", "converged"),
        ("api", "failed"),
    ]
    assert (engine.used_by("api"), engine.used_by("web")) == (["app"], ["app_v2"])
    assert engine.names() == ["app", "app_v2"]
    assert [request for request, *_rest in engine.writes] == ["POST /services/id-api/update"]


def test_a_later_call_rolls_back_too(fake_time: FakeTime) -> None:
    engine = FakeSecrets()
    move = rotate(engine, "web")
    run_services(engine)
    paused = Waiting([Rollout("id-web", "web")], 60, result(), moves=[move]).finish(engine, 1)
    run_services(engine, move.new)
    with pytest.raises(RolloutFailed, match=r"web has version 1 of app\. Older versions stay"):
        go_on(engine, json.loads(json.dumps(paused["left"])), None)
    assert engine.used_by("web") == ["app"]


def test_what_another_run_moved_is_waited_for_and_not_rolled_back() -> None:
    engine = FakeSecrets()
    move = rotate(engine, "web")
    rollouts = with_verdicts([Rollout("id-web", "web", written=False)], "web")
    with pytest.raises(
        RolloutFailed, match=r"^web: it is ill\. web has version 2 of app\. Older versions stay"
    ):
        Waiting(rollouts, 60, result(), moves=[move]).finish(engine, None)
    assert engine.writes == []


def test_a_verb_returns_it_and_the_runner_finishes_it(fake_time: FakeTime) -> None:
    engine = FakeSecrets()
    move = rotate(engine, "web")
    run_services(engine, move.new)
    waiting = Waiting([Rollout("id-web", "web")], 60, result(), moves=[move])
    verb = Verb(Interface({}, waits=True), lambda _options, _check, _client: waiting, go_on=go_on)
    begun = perform(verb, {WAITING: {"pause_after": 20}}, False, lambda _options: engine)
    # It has failed within that time, so there is nothing to go on with.
    assert "left" not in begun
    assert (begun["failed"], begun["changed"], begun["actions"]) == (True, True, ["app: version 2 created"])
    assert begun["msg"].startswith("web: slot 1 on w1 was rejected 2 times: no. web has version 1 of app.")


def test_the_runner_goes_on_with_what_is_left(fake_time: FakeTime) -> None:
    engine = Replayed(fake_time, "update_ok")
    waiting = Waiting(engine.rollouts(), 300, result())

    def work(*_given: t.Any) -> Waiting:
        return waiting

    verb = Verb(Interface({}, waits=True), work, go_on=go_on)
    begun = perform(verb, {WAITING: {"pause_after": 2}}, False, lambda _options: engine)
    left = json.loads(json.dumps(begun["left"]))
    verb = Verb(
        Interface({}, waits=True), lambda *_given: pytest.fail("nothing is planned again"), go_on=go_on
    )
    done = perform(verb, {WAITING: {"pause_after": 60, "left": left}}, False, lambda _options: engine)
    assert (done["changed"], done["rollouts"][0]["sentence"]) == (True, "3/3 running")
    assert not done.get("failed")


def paused_while_waiting(told_late: bool = False) -> FakeEngine:
    """A service whose update is going on, then pauses for a task on a node that was away, and goes on once it is written.

    Args:
        told_late: the node returns only after the first look, and tells then that its task has ended.
    """
    spec = {"Name": "web", "Mode": {"Replicated": {"Replicas": 1}}, "TaskTemplate": {}}
    service = {"ID": "s1", "Version": {"Index": 7}, "UpdatedAt": "2026-11-21T00:01:00Z", "Spec": spec}
    blames = "update paused due to failure or early termination of task t1"
    updating, paused, completed = (
        {**service, "UpdateStatus": {"State": state, "Message": blames}}
        for state in ("updating", "paused", "completed")
    )
    task = {"ServiceID": "s1", "Slot": 1, "NodeID": "n1", "CreatedAt": "2026-11-21T00:01:01Z", "Spec": {}}
    ended = {"ID": "t1", "DesiredState": "shutdown", "UpdatedAt": "2026-11-21T00:02:00Z"}
    runs = {"ID": "t2", "DesiredState": "running", "UpdatedAt": "2026-11-21T00:02:30Z"}
    new = {**task, **runs, "Status": {"State": "running"}}
    old = [{**task, **ended, "Status": {"State": state}} for state in ("running", "shutdown")]
    return FakeEngine(
        {
            "GET /services": Sequence([updating], [paused], [completed]),
            "GET /services/s1": paused,
            "GET /tasks": Sequence(*([one, new] for one in old[0 if told_late else 1 :])),
            "GET /nodes": [{**raw_node("n1", "w1"), "UpdatedAt": "2026-11-21T00:02:10Z"}],
            "POST /services/s1/update": {},
        }
    )


@pytest.mark.parametrize("told_late", [False, True])
def test_an_update_of_an_earlier_run_that_pauses_for_a_lost_node_goes_on(
    fake_time: FakeTime, told_late: bool
) -> None:
    """A stopped Engine's tasks may be told as ended minutes later, when the run that began the update is over."""
    engine = paused_while_waiting(told_late)
    waiting = Waiting([Rollout("s1", "web", written=False)], 60, {"changed": False, "actions": []})
    done = waiting.finish(engine, None)
    assert (done["changed"], done["actions"]) == (True, ["web: paused update sent again"])
    [(_request, body, _query)] = engine.writes
    assert body["Labels"] == {"flotilla.resumed": "1"}
    assert done["rollouts"][0]["state"] == "converged"


def test_what_this_run_has_written_is_not_sent_again(fake_time: FakeTime) -> None:
    engine = paused_while_waiting()
    with pytest.raises(RolloutFailed, match=r"^web: its update paused"):
        Waiting([Rollout("s1", "web")], 60, result()).finish(engine, None)
    assert engine.writes == []
