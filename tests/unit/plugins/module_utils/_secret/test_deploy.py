# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.flotilla.swarm.plugins.module_utils._engine.errors import (
    Conflict,
    EngineError,
    FlotillaError,
    OutOfSequence,
    Refused,
)
from ansible_collections.flotilla.swarm.plugins.module_utils._rollout.wait import (
    Outcome,
    Report,
    Rollout,
    RolloutFailed,
)
from ansible_collections.flotilla.swarm.plugins.module_utils._secret import deploy as _content_deploy
from ansible_collections.flotilla.swarm.plugins.module_utils._secret import roll_back as _content_retreat
from ansible_collections.flotilla.swarm.plugins.module_utils._secret.deploy import How, deploy, go_on
from ansible_collections.flotilla.swarm.plugins.module_utils._secret.versions import CONFIG, SECRET, Family
from ansible_collections.flotilla.swarm.tests.unit.support.contents import FakeContents
from hypothesis import given
from hypothesis import strategies as st

Params = dict[str, t.Any]


class Rollouts:
    """Stands in for the waiting: which services were waited for, and which of them fail."""

    def __init__(self) -> None:
        self.waited: list[tuple[str, str]] = []
        self.failing: set[str] = set()
        self.pausing = False

    def see_through(
        self,
        _client: FakeContents,
        rollouts: list[Rollout],
        _seconds: float,
        pause_after: float | None = None,
    ) -> Report:
        """Wait."""
        if self.pausing and pause_after:
            return Report([], rollouts, ["web: 0/1 running"])
        self.waited += [(one.name, one.goal) for one in rollouts]
        outcomes = []
        for one in rollouts:
            state = "failed" if one.name in self.failing and one.goal == "converged" else "converged"
            one.outcome = Outcome(one.name, one.service_id, state, "", "it is ill", 1, 1)
            outcomes.append(one.outcome)
        if any(outcome.state == "failed" for outcome in outcomes):
            raise RolloutFailed("web: it is ill.", {"rollouts": [outcome.to_dict() for outcome in outcomes]})
        return Report(outcomes)


@pytest.fixture(autouse=True)
def rollouts(monkeypatch: pytest.MonkeyPatch) -> Rollouts:
    """Nobody waits."""
    made = Rollouts()
    for module in (_content_deploy, _content_retreat):
        monkeypatch.setattr(module, "see_through", made.see_through)
    return made


def run(
    client: FakeContents, *declared: Params, check: bool = False, family: Family = SECRET, **how: t.Any
) -> Params:
    """Deploy; what is declared by default is one secret."""
    return deploy(client, family, list(declared), check, How(**{"move": True, "seconds": 60, **how}))


def app(data: str = "one", **more: t.Any) -> Params:
    return {"name": "app", "data": data, **more}


@pytest.fixture
def engine() -> FakeContents:
    return FakeContents()


@pytest.mark.parametrize("family", [SECRET, CONFIG])
def test_rotated_moved_and_pruned(engine: FakeContents, rollouts: Rollouts, family: Family) -> None:
    made = run(engine, app(), family=family)
    first = made[f"{family.word}_id"]
    engine.serve("web", first, first, family=family)
    engine.serve("other", engine.make(family, "theirs", "x"), family=family)
    foreseen = run(engine, app("two"), family=family, check=True)
    done = run(engine, app("two"), family=family)
    assert foreseen["actions"] == done["actions"]
    assert foreseen["diff"] == done["diff"]
    assert done["actions"] == [
        "app: version 2 made (app_v2)",
        "web: moved to version 2 of app",
        "app: older version removed (app)",
    ]
    assert engine.used_by("web", family) == ["app_v2", "app_v2"]
    assert engine.used_by("other", family) == ["theirs"]
    assert [
        one["File"]
        for one in engine.services["web"]["Spec"]["TaskTemplate"]["ContainerSpec"][family.list_key]
    ] == [
        {"Name": "f0"},
        {"Name": "f1"},
    ]
    assert rollouts.waited == [("web", "converged")]
    assert "two" not in str(done)
    engine.requests.clear()
    assert run(engine, app("two"), family=family)["changed"] is False
    assert [request[0] for request in engine.requests] == [f"GET {family.path}"]


def test_check_mode_writes_nothing(engine: FakeContents) -> None:
    engine.serve("web", engine.make(SECRET, "app", "theirs"))
    index = engine.objects["secrets"]["secret11"]["Version"]["Index"]
    for declared in (app("theirs"), app("other"), {"name": "new", "data": "x"}):
        assert run(engine, declared, check=True)["changed"] is True
    assert engine.objects["secrets"]["secret11"]["Version"]["Index"] == index
    assert engine.names() == ["app"]
    # The Engine is asked whether the data is the same, by a version that cannot be the current one.
    assert {(request[0], request[2]["version"]) for request in engine.writes} == {
        ("POST /secrets/secret11/update", index - 1)
    }


def test_a_version_that_fails_is_taken_back_and_tried_again(engine: FakeContents, rollouts: Rollouts) -> None:
    first = run(engine, app())["secret_id"]
    for name in ("web", "api"):
        engine.serve(name, first)
    rollouts.failing = {"web"}
    with pytest.raises(RolloutFailed) as error:
        run(engine, app("bad"))
    assert str(error.value) == (
        "web: it is ill. web has version 1 of app. api has version 2 of app. Older versions stay, and the next run tries "
        "again."
    )
    assert error.value.facts["changed"] is True
    assert (engine.used_by("web"), engine.used_by("api")) == (["app"], ["app_v2"])
    assert engine.names() == ["app", "app_v2"]
    with pytest.raises(RolloutFailed):
        run(engine, app("bad"))
    assert engine.used_by("web") == ["app"]
    rollouts.failing = set()
    assert run(engine, app("good"))["actions"][-2:] == [
        "app: older version removed (app_v2)",
        "app: older version removed (app)",
    ]
    assert engine.used_by("web") == engine.used_by("api") == ["app_v3"]


def test_one_that_went_back_by_itself_or_was_changed_by_others_is_not_rolled_back(
    engine: FakeContents, rollouts: Rollouts
) -> None:
    first = run(engine, app())["secret_id"]
    engine.serve("web", first)
    other = engine.make(SECRET, "theirs", "x")
    rollouts.failing = {"web"}
    waiting = rollouts.see_through

    def meanwhile(client: FakeContents, rolled: list[Rollout], *rest: t.Any) -> Report:
        if rolled[0].goal == "converged":
            engine.serve("web", other)
        return waiting(client, rolled, *rest)

    rollouts.see_through = meanwhile  # type: ignore[method-assign]
    _content_deploy.see_through = meanwhile  # type: ignore[assignment]
    with pytest.raises(RolloutFailed):
        run(engine, app("bad"))
    assert not [request for request in engine.writes if request[2].get("rollback")]
    assert engine.used_by("web") == ["theirs"]


def test_a_wait_in_parts_ends_with_the_whole_result(engine: FakeContents, rollouts: Rollouts) -> None:
    engine.serve("web", run(engine, app())["secret_id"])
    rollouts.pausing = True
    paused = run(engine, app("two"), pause_after=5)
    assert paused["progress"] == ["web: 0/1 running"]
    assert engine.names() == ["app", "app_v2"]
    rollouts.pausing = False
    done = go_on(engine, SECRET, [app("two", force=True)], paused["rollouts_left"], How(True, 60, 10))
    assert done["secrets"] == [
        {
            "name": "app",
            "action": "rotate",
            "id": done["secret_id"],
            "object": "app_v2",
            "version": 2,
            "services": ["web"],
            "pruned": ["app"],
        }
    ]
    assert engine.names() == ["app_v2"]


def test_nothing_is_pruned_in_a_later_part_when_somebody_else_was_here(
    engine: FakeContents, rollouts: Rollouts
) -> None:
    engine.serve("web", run(engine, app())["secret_id"])
    rollouts.pausing = True
    paused = run(engine, app("two"), pause_after=5)
    run(engine, app("three"), seconds=None, move=False)
    rollouts.pausing = False
    go_on(engine, SECRET, [app("two")], paused["rollouts_left"], How(True, 60, 10))
    assert "app_v3" in engine.names()


def test_an_older_version_comes_back_without_a_new_object(engine: FakeContents) -> None:
    rolling = {"rolling_versions": True, "versions_to_keep": 2}
    for data in ("one", "two", "three", "four"):
        run(engine, app(data, **rolling))
    assert engine.names() == ["app_v2", "app_v3", "app_v4"]
    back = run(engine, app("two", **rolling))
    assert back["actions"] == ["app: made version 5 of an older one with this content (app_v2)"]
    assert engine.names() == ["app_v2", "app_v3", "app_v4"]
    assert run(engine, app("two", **rolling))["changed"] is False
    assert run(engine, app("five", **rolling))["secret_name"] == "app_v6"
    assert engine.names() == ["app_v2", "app_v4", "app_v6"]
    assert run(engine, app("five", force=True, **rolling))["secret_name"] == "app_v7"


def test_what_others_made_is_adopted_with_all_its_versions(engine: FakeContents) -> None:
    for number in ("1", "2"):
        engine.make(SECRET, f"app_v{number}", number, ansible_version=number, ansible_key="hash", team="a")
    engine.make(SECRET, "app_vault", "x")
    engine.serve("web", "secret11")
    done = run(engine, app("2", rolling_versions=True))
    assert done["actions"] == [
        "app: taken over as version 2, since its content is what is declared",
        "web: moved to version 2 of app",
    ]
    labels = {raw["Spec"]["Name"]: raw["Spec"]["Labels"] for raw in engine.objects["secrets"].values()}
    assert labels["app_v1"] == {"team": "a", "flotilla.name": "app", "flotilla.version": "1"}
    assert sorted(labels["app_v2"]) == ["flotilla.fingerprint", "flotilla.name", "flotilla.version", "team"]
    assert labels["app_vault"] == {}
    engine.requests.clear()
    assert run(engine, app("2", rolling_versions=True))["changed"] is False
    assert engine.writes == []


def test_a_job_is_left_alone_with_a_warning(engine: FakeContents) -> None:
    engine.serve("migrate", run(engine, app())["secret_id"], mode="ReplicatedJob")
    done = run(engine, app("two"))
    assert done["actions"] == ["app: version 2 made (app_v2)"]
    assert done["warnings"][0].startswith("migrate is a job and keeps an older version of app")
    assert engine.used_by("migrate") == ["app"]


def test_who_does_not_wait_prunes_in_the_next_run_once_nobody_may_go_back(
    engine: FakeContents, rollouts: Rollouts
) -> None:
    engine.serve("web", run(engine, app())["secret_id"])
    assert (
        run(engine, app("two"), seconds=None, check=True)["actions"]
        == run(engine, app("two"), seconds=None)["actions"]
    )
    engine.services["web"]["UpdateStatus"] = {"State": "updating"}
    run(engine, app("two"))
    # What is still on its way is waited for, and its way back is kept open.
    assert rollouts.waited == [("web", "converged")]
    assert engine.names() == ["app", "app_v2"]
    engine.services["web"]["UpdateStatus"] = {"State": "completed"}
    assert run(engine, app("two"))["actions"] == ["app: older version removed (app)"]


def test_what_another_run_moved_is_waited_for_and_not_taken_back(
    engine: FakeContents, rollouts: Rollouts
) -> None:
    engine.serve("web", run(engine, app())["secret_id"])
    run(engine, app("two"), seconds=None)
    engine.services["web"]["UpdateStatus"] = {"State": "paused"}
    rollouts.failing = {"web"}
    with pytest.raises(RolloutFailed, match="web has version 2 of app"):
        run(engine, app("two"))
    assert not [request for request in engine.writes if request[2].get("rollback")]
    assert engine.names() == ["app", "app_v2"]


def test_left_where_it_is_when_asked(engine: FakeContents) -> None:
    engine.serve("web", run(engine, app())["secret_id"])
    assert run(engine, app("two"), move=False)["actions"] == ["app: version 2 made (app_v2)"]
    assert engine.used_by("web") == ["app"]
    assert run(engine, app("two"), move=False)["changed"] is False


def test_labels_are_owned_key_by_key_and_outlive_a_rotation(engine: FakeContents) -> None:
    engine.make(SECRET, "app", "one", theirs="1")
    run(engine, app(labels={"a": "1", "b": "1"}))
    changed = run(engine, app("two", labels={"b": "2"}))
    assert changed["diff"][0]["after"] == {"state": "present", "content": "version 2", "labels.b": "2"}
    [raw] = engine.objects["secrets"].values()
    labels = raw["Spec"]["Labels"]
    assert {key: labels[key] for key in labels if not key.startswith("flotilla.")} == {
        "theirs": "1",
        "b": "2",
    }
    assert run(engine, app("two", labels={"b": "2", "c": "3"}))["actions"] == ["app: labels changed (c)"]
    assert engine.names() == ["app_v2"]


def test_template_and_driver_make_a_version(engine: FakeContents) -> None:
    run(engine, app(), {"name": "far", "driver": {"name": "vault", "options": {"p": "1"}}})
    done = run(
        engine,
        app(template_driver="golang"),
        {"name": "far", "driver": {"name": "vault", "options": {"p": "2"}}},
    )
    assert [one["action"] for one in done["secrets"]] == ["rotate", "rotate"]
    again = run(
        engine,
        app(template_driver="golang"),
        {"name": "far", "driver": {"name": "vault", "options": {"p": "2"}}},
    )
    assert again["changed"] is False


def test_absent(engine: FakeContents) -> None:
    engine.serve("web", run(engine, app(rolling_versions=True, versions_to_keep=-1))["secret_id"])
    run(engine, app("two", rolling_versions=True, versions_to_keep=-1), move=False)
    engine.make(SECRET, "app", "namesake")
    engine.make(SECRET, "app_vault", "x")
    gone = {"name": "app", "state": "absent"}
    with pytest.raises(Refused) as error:
        run(engine, gone)
    assert str(error.value) == (
        "app cannot be removed: web uses it; remove the secret from there first. Nothing was sent."
    )
    engine.services.clear()
    assert run(engine, gone, check=True)["actions"] == run(engine, gone)["actions"] == ["app: removed"]
    assert engine.names() == ["app_vault"]
    assert run(engine, gone)["changed"] is False


def test_what_was_done_until_it_failed_is_told(engine: FakeContents) -> None:
    engine.trouble["POST /secrets/create"] = EngineError("The Engine said: no", 500)
    with pytest.raises(FlotillaError) as error:
        run(engine, app(), {"name": "b", "data": "x"})
    assert str(error.value) == "app: The Engine said: no"
    assert (error.value.facts["changed"], error.value.facts["actions"]) == (False, [])
    first = run(engine, app())["secret_id"]
    engine.serve("api", first)
    engine.serve("web", first)
    engine.trouble["POST /services/id-web/update"] = EngineError("The Engine said: no", 500)
    with pytest.raises(FlotillaError) as error:
        run(engine, app("two"))
    assert str(error.value) == "web could not be moved to another secret: The Engine said: no"
    assert error.value.facts["actions"] == ["app: version 2 made (app_v2)", "api: moved to version 2 of app"]
    assert run(engine, app("two"))["actions"] == [
        "web: moved to version 2 of app",
        "app: older version removed (app)",
    ]


def test_others_write_at_the_same_time(engine: FakeContents) -> None:
    engine.serve("web", run(engine, app())["secret_id"])
    engine.trouble["POST /services/id-web/update"] = OutOfSequence("update out of sequence", 500)
    assert run(engine, app("two"))["changed"] is True
    assert engine.used_by("web") == ["app_v2"]
    engine.trouble["DELETE /secrets/secret12"] = EngineError("secret 'app_v2' is in use", 400)
    done = run(engine, app("three"))
    assert done["warnings"] == ["app: version 2 stays. secret 'app_v2' is in use."]


def test_an_engine_that_takes_what_it_has_to_refuse_is_not_trusted(engine: FakeContents) -> None:
    engine.make(SECRET, "app", "one")
    engine.answers["POST /secrets/secret11/update"] = None
    engine._update = lambda *_what: None  # type: ignore[method-assign]
    with pytest.raises(FlotillaError, match="took an update that it had to refuse"):
        run(engine, app())


@given(
    st.lists(st.tuples(st.sampled_from(["one", "two", "three"]), st.integers(-1, 3)), min_size=1, max_size=6)
)
def test_whatever_is_declared_is_what_services_have_and_again_is_no_change(
    steps: list[tuple[str, int]],
) -> None:
    engine = FakeContents()
    vault = engine.make(CONFIG, "app_vault", "x")
    engine.serve("web", engine.make(CONFIG, "app", "zero"), vault, family=CONFIG)
    for data, keep in steps:
        declared = app(data, rolling_versions=keep > 0, versions_to_keep=keep)
        deploy(engine, CONFIG, [declared], False, How(True, None))
        done = deploy(engine, CONFIG, [declared], False, How(True, 60))
        assert deploy(engine, CONFIG, [declared], False, How(True, 60))["changed"] is False
        assert engine.used_by("web", CONFIG) == [done["config_name"], "app_vault"]
        assert len(engine.names(CONFIG)) <= 2 + max(keep, 0)
        numbers = [
            raw["Spec"]["Labels"]["flotilla.version"]
            for raw in engine.objects["configs"].values()
            if "flotilla.name" in raw["Spec"]["Labels"]
        ]
        assert len(numbers) == len(set(numbers))


def test_who_is_overtaken_plans_anew_unless_that_would_force_something_twice(rollouts: Rollouts) -> None:
    """C2: what the other made in the meantime is what is declared."""
    engine = FakeContents()

    def overtake() -> None:
        engine.trouble["POST /secrets/create"] = Conflict("exists", 409)

    overtake()
    made = deploy(engine, SECRET, [{"name": "app", "data": "x"}], False, How(True, 60))
    assert (made["changed"], engine.names()) == (True, ["app"])
    overtake()
    with pytest.raises(
        FlotillaError, match=r"^app: somebody else made a secret app_v2 just now; run again"
    ) as error:
        deploy(engine, SECRET, [{"name": "app", "data": "x", "force": True}], False, How(True, 60))
    assert (error.value.facts["changed"], engine.names()) == (False, ["app"])
