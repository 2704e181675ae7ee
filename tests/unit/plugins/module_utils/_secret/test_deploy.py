# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import hashlib
import json
import typing as t

import pytest
from ansible_collections.flotilla.swarm.plugins.module_utils._engine.errors import (
    Conflict,
    EngineError,
    FlotillaError,
    NotFound,
    OutOfSequence,
    Overtaken,
    Refused,
)
from ansible_collections.flotilla.swarm.plugins.module_utils._rollout.references import container_of, list_key
from ansible_collections.flotilla.swarm.plugins.module_utils._rollout.waiting import Waiting
from ansible_collections.flotilla.swarm.plugins.module_utils._secret.options import CONFIG, SECRET, Family
from ansible_collections.flotilla.swarm.tests.unit.support.nodes import raw_node
from ansible_collections.flotilla.swarm.tests.unit.support.secrets import (
    FakeSecrets,
    converged,
    declare,
    send,
)
from hypothesis import given
from hypothesis import strategies as st

Options = dict[str, t.Any]


def app(data: str = "one", **more: t.Any) -> Options:
    return {"name": "app", "data": data, **more}


def waiting(done: t.Any) -> Waiting:
    assert isinstance(done, Waiting)
    return done


def outcomes(result: Options) -> list[tuple[str, str]]:
    return [(one["name"], one["state"]) for one in result["rollouts"]]


@pytest.fixture
def engine() -> FakeSecrets:
    return FakeSecrets()


@pytest.mark.parametrize("family", [SECRET, CONFIG])
def test_a_new_version_is_created_services_are_moved_and_the_older_is_pruned(
    engine: FakeSecrets, family: Family
) -> None:
    created = declare(engine, app(), family=family)
    first = created[f"{family.word}_id"]
    engine.serve("web", first, first, family=family)
    engine.serve("other", engine.make(family, "theirs", "x"), family=family)
    foreseen = declare(engine, app("two"), family=family, check=True)
    done = declare(engine, app("two"), family=family)
    assert foreseen["actions"] == done["actions"]
    assert foreseen["diff"] == done["diff"]
    assert done["actions"] == [
        "app: version 2 created (app_v2)",
        "web: moved to version 2 of app",
        "app: older version removed (app)",
    ]
    [entry] = done[family.words]
    assert entry == {
        "name": "app",
        "action": "rotate",
        "id": done[f"{family.word}_id"],
        "object": "app_v2",
        "version": 2,
        "services": ["web"],
        "pruned": ["app"],
    }
    assert foreseen[family.words] == [{**entry, "id": ""}]
    assert engine.used_by("web", family) == ["app_v2", "app_v2"]
    assert engine.used_by("other", family) == ["theirs"]
    references = container_of(engine.services["web"]["Spec"])[list_key(family.word)]
    assert [one["File"] for one in references] == [{"Name": "f0"}, {"Name": "f1"}]
    assert outcomes(done) == [("web", "converged")]
    assert "two" not in str(done)
    engine.requests.clear()
    assert declare(engine, app("two"), family=family)["changed"] is False
    assert [request[0] for request in engine.requests] == [f"GET {family.path}"]


def test_the_diff_names_versions_and_the_services_that_are_moved(engine: FakeSecrets) -> None:
    engine.serve("web", declare(engine, app())["secret_id"])
    declare(engine, app("two"), rewire=False)
    assert declare(engine, app("two"), check=True)["diff"] == [
        {
            "before_header": "web",
            "after_header": "web",
            "before": {"state": "present", "secrets.app": "version 1"},
            "after": {"state": "present", "secrets.app": "version 2"},
        }
    ]


def test_check_mode_writes_nothing(engine: FakeSecrets) -> None:
    engine.serve("web", engine.make(SECRET, "app", "theirs"))
    index = engine.objects["secrets"]["secret11"]["Version"]["Index"]
    for declared in (app("theirs"), app("other"), {"name": "new", "data": "x"}):
        assert declare(engine, declared, check=True)["changed"] is True
    assert engine.objects["secrets"]["secret11"]["Version"]["Index"] == index
    assert engine.names() == ["app"]
    # The Engine is asked whether the data is the same, by a version that cannot be the current one.
    assert {(request[0], request[2]["version"]) for request in engine.writes} == {
        ("POST /secrets/secret11/update", index - 1)
    }


def test_a_service_that_went_back_is_moved_again_and_better_content_prunes_both(engine: FakeSecrets) -> None:
    first = declare(engine, app())["secret_id"]
    for name in ("web", "api"):
        engine.serve(name, first)
    send(engine, app("bad"))
    engine.services["web"]["Spec"] = engine.services["web"]["PreviousSpec"]
    again = waiting(send(engine, app("bad")))
    assert again.result["actions"] == ["web: moved to version 2 of app"]
    engine.services["web"]["Spec"] = engine.services["web"]["PreviousSpec"]
    assert declare(engine, app("good"))["actions"] == [
        "app: version 3 created (app_v3)",
        "api: moved to version 3 of app",
        "web: moved to version 3 of app",
        "app: older version removed (app_v2)",
        "app: older version removed (app)",
    ]
    assert engine.used_by("web") == engine.used_by("api") == ["app_v3"]
    assert engine.names() == ["app_v3"]


def test_what_is_left_to_wait_for_has_all_that_comes_after_and_nothing_that_was_declared(
    engine: FakeSecrets,
) -> None:
    first = declare(engine, app())["secret_id"]
    engine.serve("web", first)
    begun = waiting(send(engine, app("hunter2-two", labels={"a": "hunter2"}), wait_timeout=7))
    assert [(one.name, one.goal, one.written) for one in begun.rollouts] == [("web", "converged", True)]
    assert begun.seconds == 7
    [move] = begun.moves
    assert (move.word, move.name, move.new, move.number, move.old) == (
        "secret",
        "app",
        begun.result["secret_id"],
        2,
        {first: 1},
    )
    left = json.loads(json.dumps(begun.to_dict()))
    assert "hunter2" not in str(left)
    # Another run comes between two parts of the waiting: its version stays.
    declare(engine, app("three"), rewire=False, wait=False)
    engine.requests.clear()
    done = converged(Waiting.from_dict(left)).finish(engine, None)
    assert [request[0] for request in engine.requests] == ["GET /services", f"DELETE /secrets/{first}"]
    assert done["actions"][-1] == "app: older version removed (app)"
    assert [(one["action"], one["services"], one["pruned"]) for one in done["secrets"]] == [
        ("rotate", ["web"], ["app"])
    ]
    assert engine.names() == ["app_v2", "app_v3"]


def test_an_older_version_comes_back_without_a_new_object(engine: FakeSecrets) -> None:
    rolling = {"rolling_versions": True, "versions_to_keep": 2}
    for data in ("one", "two", "three", "four"):
        declare(engine, app(data, **rolling))
    assert engine.names() == ["app_v2", "app_v3", "app_v4"]
    back = declare(engine, app("two", **rolling))
    assert back["actions"] == ["app: an older version with this content became version 5 (app_v2)"]
    assert engine.names() == ["app_v2", "app_v3", "app_v4"]
    assert declare(engine, app("two", **rolling))["changed"] is False
    assert declare(engine, app("five", **rolling))["secret_name"] == "app_v6"
    assert engine.names() == ["app_v2", "app_v4", "app_v6"]
    assert declare(engine, app("five", force=True, **rolling))["secret_name"] == "app_v7"


def test_objects_of_community_docker_are_taken_over_with_all_their_versions(engine: FakeSecrets) -> None:
    for number in ("1", "2"):
        engine.make(SECRET, f"app_v{number}", number, ansible_version=number, ansible_key="hash", team="a")
    engine.make(SECRET, "app_vault", "x")
    engine.serve("web", "secret11")
    done = declare(engine, app("2", rolling_versions=True))
    assert done["actions"] == [
        "app: taken over as version 2, since its content is the declared one",
        "web: moved to version 2 of app",
    ]
    labels = {raw["Spec"]["Name"]: raw["Spec"]["Labels"] for raw in engine.objects["secrets"].values()}
    assert labels["app_v1"] == {"team": "a", "flotilla.name": "app", "flotilla.version": "1"}
    assert sorted(labels["app_v2"]) == ["flotilla.fingerprint", "flotilla.name", "flotilla.version", "team"]
    assert labels["app_vault"] == {}
    engine.requests.clear()
    assert declare(engine, app("2", rolling_versions=True))["changed"] is False
    assert engine.writes == []


def test_what_is_reported_unchanged_is_not_written(engine: FakeSecrets) -> None:
    rolling = {"rolling_versions": True, "versions_to_keep": -1}
    for data in ("one", "two"):
        declare(engine, app(data, **rolling))
    engine.make(SECRET, "app_v0", "x", ansible_version="0")
    engine.requests.clear()
    assert declare(engine, app("two", **rolling))["changed"] is False
    assert engine.writes == []


@pytest.mark.parametrize("check", [True, False])
def test_a_job_is_left_alone_with_a_warning(engine: FakeSecrets, check: bool) -> None:
    engine.serve("migrate", declare(engine, app())["secret_id"], mode="ReplicatedJob")
    done = declare(engine, app("two"), check=check)
    assert done["actions"] == ["app: version 2 created (app_v2)"]
    [warning] = done["warnings"]
    assert warning.startswith("migrate is a job and keeps an older version of app")
    assert engine.used_by("migrate") == ["app"]


def test_without_waiting_older_versions_are_pruned_by_a_later_run_once_no_service_may_go_back(
    engine: FakeSecrets,
) -> None:
    engine.serve("web", declare(engine, app())["secret_id"])
    assert (
        declare(engine, app("two"), wait=False, check=True)["actions"]
        == declare(engine, app("two"), wait=False)["actions"]
    )
    engine.services["web"]["UpdateStatus"] = {"State": "updating"}
    # A rollout that is not over is waited for, and its way back is kept open.
    assert outcomes(declare(engine, app("two"))) == [("web", "converged")]
    assert engine.names() == ["app", "app_v2"]
    engine.services["web"]["UpdateStatus"] = {"State": "completed"}
    only_pruning = waiting(send(engine, app("two")))
    assert only_pruning.rollouts == []
    done = only_pruning.finish(engine, None)
    assert (done["changed"], done["actions"]) == (True, ["app: older version removed (app)"])


def test_a_rollout_of_another_run_is_waited_for_as_not_ours(engine: FakeSecrets) -> None:
    """Only what this run has written is rolled back."""
    engine.serve("web", declare(engine, app())["secret_id"])
    declare(engine, app("two"), wait=False)
    engine.services["web"]["UpdateStatus"] = {"State": "updating"}
    begun = waiting(send(engine, app("two")))
    assert [(one.name, one.written) for one in begun.rollouts] == [("web", False)]
    assert begun.result["changed"] is False


def test_a_move_that_is_paused_goes_on_once_its_cause_may_be_gone(engine: FakeSecrets) -> None:
    engine.serve("web", declare(engine, app())["secret_id"])
    declare(engine, app("two"), wait=False)
    engine.services["web"]["UpdateStatus"] = {"State": "paused"}
    # The swarm has forgotten the task that failed.
    engine.answers["GET /tasks"] = []
    foreseen = send(engine, app("two"), check=True)
    begun = waiting(send(engine, app("two")))
    assert [(one.name, one.written) for one in begun.rollouts] == [("web", True)]
    assert begun.result["actions"] == ["web: paused update sent again, which moves it to version 2 of app"]
    assert foreseen["actions"][0] == begun.result["actions"][0]


def test_services_are_left_alone_without_rewire(engine: FakeSecrets) -> None:
    engine.serve("web", declare(engine, app())["secret_id"])
    assert declare(engine, app("two"), rewire=False)["actions"] == ["app: version 2 created (app_v2)"]
    assert engine.used_by("web") == ["app"]
    assert declare(engine, app("two"), rewire=False)["changed"] is False


def test_labels_are_owned_key_by_key_and_outlive_a_rotation(engine: FakeSecrets) -> None:
    engine.make(SECRET, "app", "one", theirs="1")
    declare(engine, app(labels={"a": "1", "b": "1"}))
    changed = declare(engine, app("two", labels={"b": "2"}))
    assert changed["diff"][0]["after"] == {"state": "present", "content": "version 2", "labels.b": "2"}
    [raw] = engine.objects["secrets"].values()
    labels = raw["Spec"]["Labels"]
    assert {key: labels[key] for key in labels if not key.startswith("flotilla.")} == {
        "theirs": "1",
        "b": "2",
    }
    updated = declare(engine, app("two", labels={"b": "2", "c": "3"}))
    assert updated["actions"] == ["app: labels updated (c)"]
    assert engine.names() == ["app_v2"]


def test_a_driver_of_which_there_is_no_plugin_is_warned_of_before_anything_is_sent(
    engine: FakeSecrets,
) -> None:
    far = {"name": "far", "driver": {"name": "vault"}}
    [warning] = declare(engine, far, check=True)["warnings"]
    assert warning.startswith("far: the Engine at ")
    assert (
        "lists no enabled plugin vault for secrets. If the leader has none, it refuses far after 15 s"
        in warning
    )
    engine.trouble["POST /secrets/create"] = EngineError("secret driver not found", 400)
    failed = declare(engine, far)
    assert (failed["failed"], failed["warnings"]) == (True, [warning])
    engine.answers["GET /plugins"] = [{"Name": "vault:latest", "Enabled": False}]
    assert declare(engine, far, check=True)["warnings"]
    for name, listed in (("vault", "vault:latest"), ("vault:2", "vault:2")):
        engine.answers["GET /plugins"] = [{"Name": listed, "Enabled": True}]
        found = declare(engine, {**far, "driver": {"name": name}}, check=True)
        assert (found["changed"], found.get("warnings", [])) == (True, [])
    # What is there already needs no plugin now.
    declare(engine, far)
    engine.answers["GET /plugins"] = []
    again = declare(engine, far)
    assert (again["changed"], again.get("warnings", [])) == (False, [])


def test_an_engine_that_does_not_list_its_plugins_is_no_reason_to_warn(engine: FakeSecrets) -> None:
    engine.answers["GET /plugins"] = EngineError("forbidden", 403)
    assert not declare(engine, {"name": "far", "driver": {"name": "vault"}}, check=True).get("warnings")


def test_template_and_driver_need_a_new_version(engine: FakeSecrets) -> None:
    def far(path: str) -> Options:
        return {"name": "far", "driver": {"name": "vault", "options": {"p": path}}}

    declare(engine, app(), far("1"))
    done = declare(engine, app(template_driver="golang"), far("2"))
    assert [one["action"] for one in done["secrets"]] == ["rotate", "rotate"]
    assert done["diff"][0]["after"] == {
        "state": "present",
        "content": "version 2",
        "template_driver": "golang",
    }
    assert declare(engine, app(template_driver="golang"), far("2"))["changed"] is False
    without = declare(engine, app(), far("2"))
    assert [one["action"] for one in without["secrets"]] == ["rotate", "none"]
    # As an Engine may write that nothing is set.
    engine.objects["secrets"][without["secrets"][0]["id"]]["Spec"].update(
        Templating=None, Driver={"Name": ""}
    )
    assert declare(engine, app(), far("2"))["changed"] is False


def test_absent(engine: FakeSecrets) -> None:
    engine.serve("web", declare(engine, app(rolling_versions=True, versions_to_keep=-1))["secret_id"])
    declare(engine, app("two", rolling_versions=True, versions_to_keep=-1), rewire=False)
    engine.make(SECRET, "app", "namesake")
    engine.make(SECRET, "app_vault", "x")
    gone = {"name": "app", "state": "absent"}
    with pytest.raises(Refused) as error:
        send(engine, gone)
    assert str(error.value) == (
        "app cannot be removed: web uses it; remove the secret from this service first. Nothing was sent."
    )
    engine.services.clear()
    assert declare(engine, gone, check=True)["actions"] == ["app: removed"]
    # The first of three versions is removed before the Engine objects.
    engine.trouble["DELETE /secrets/secret11"] = EngineError("The Engine said: no", 500)
    failed = declare(engine, gone)
    assert failed["msg"] == "app: The Engine said: no"
    assert failed["actions"] == ["app: version 2 removed (app_v2)"]
    done = declare(engine, gone)
    assert done["actions"] == ["app: removed"]
    assert "secret_id" not in done
    assert engine.names() == ["app_vault"]
    assert declare(engine, gone)["changed"] is False


def test_a_failure_says_what_was_done_before(engine: FakeSecrets) -> None:
    engine.trouble["POST /secrets/create"] = EngineError("The Engine said: no", 500)
    with pytest.raises(FlotillaError) as error:
        send(engine, app(), {"name": "b", "data": "x"})
    assert str(error.value) == "app: The Engine said: no"
    assert (error.value.facts["changed"], error.value.facts["actions"]) == (False, [])
    first = declare(engine, app())["secret_id"]
    engine.serve("api", first)
    engine.serve("web", first)
    engine.trouble["POST /services/id-web/update"] = EngineError("The Engine said: no", 500)
    with pytest.raises(FlotillaError) as error:
        send(engine, app("two"))
    assert str(error.value) == "web: could not be moved to version 2 of app: The Engine said: no"
    facts = error.value.facts
    assert facts["changed"] is True
    assert facts["actions"] == ["app: version 2 created (app_v2)", "api: moved to version 2 of app"]
    assert facts["secrets"][0]["services"] == ["api"]
    assert declare(engine, app("two"))["actions"] == [
        "web: moved to version 2 of app",
        "app: older version removed (app)",
    ]


def test_a_service_that_uses_two_is_changed_once(engine: FakeSecrets) -> None:
    both = declare(engine, app(), {"name": "key", "data": "one"})["secrets"]
    engine.serve("web", *(one["id"] for one in both))
    done = declare(engine, app("two"), {"name": "key", "data": "two"})
    assert done["actions"] == [
        "app: version 2 created (app_v2)",
        "key: version 2 created (key_v2)",
        "web: moved to version 2 of app and version 2 of key",
        "app: older version removed (app)",
        "key: older version removed (key)",
    ]
    assert [one["services"] for one in done["secrets"]] == [["web"], ["web"]]
    assert [request[0] for request in engine.writes if "/services/" in request[0]] == [
        "POST /services/id-web/update"
    ]


def test_other_clients_write_at_the_same_time(engine: FakeSecrets) -> None:
    engine.serve("web", declare(engine, app())["secret_id"])
    engine.trouble["POST /services/id-web/update"] = OutOfSequence("update out of sequence", 500)
    assert declare(engine, app("two"))["changed"] is True
    assert engine.used_by("web") == ["app_v2"]
    engine.trouble["DELETE /secrets/secret12"] = EngineError("secret 'app_v2' is in use", 400)
    done = declare(engine, app("three"))
    assert done["warnings"] == ["app: version 2 stays. secret 'app_v2' is in use."]
    engine.trouble["POST /secrets/secret13/update"] = OutOfSequence("update out of sequence", 500)
    assert declare(engine, app("three", labels={"a": "1"}))["actions"][0] == "app: labels updated (a)"
    assert engine.objects["secrets"]["secret13"]["Spec"]["Labels"]["a"] == "1"


def test_a_service_that_was_removed_meanwhile_is_no_failure(engine: FakeSecrets) -> None:
    engine.serve("web", declare(engine, app())["secret_id"])
    engine.trouble["POST /services/id-web/update"] = NotFound("service id-web not found", 404)
    assert waiting(send(engine, app("two"))).rollouts == []


def test_an_engine_that_accepts_what_it_has_to_refuse_is_not_trusted(engine: FakeSecrets) -> None:
    engine.make(SECRET, "app", "one")
    engine._update = lambda *_what: None  # type: ignore[method-assign]
    with pytest.raises(FlotillaError, match="accepted an update that it had to refuse"):
        send(engine, app())


@given(
    st.lists(st.tuples(st.sampled_from(["one", "two", "three"]), st.integers(-1, 3)), min_size=1, max_size=6)
)
def test_services_have_what_is_declared_and_a_second_run_changes_nothing(
    steps: list[tuple[str, int]],
) -> None:
    engine = FakeSecrets()
    vault = engine.make(CONFIG, "app_vault", "x")
    engine.serve("web", engine.make(CONFIG, "app", "zero"), vault, family=CONFIG)
    for data, keep in steps:
        declared = app(data, rolling_versions=keep > 0, versions_to_keep=keep)
        declare(engine, declared, family=CONFIG, wait=False)
        done = declare(engine, declared, family=CONFIG)
        assert declare(engine, declared, family=CONFIG)["changed"] is False
        assert engine.used_by("web", CONFIG) == [done["config_name"], "app_vault"]
        assert len(engine.names(CONFIG)) <= 2 + max(keep, 0)
        numbers = [
            raw["Spec"]["Labels"]["flotilla.version"]
            for raw in engine.objects["configs"].values()
            if "flotilla.name" in raw["Spec"]["Labels"]
        ]
        assert len(numbers) == len(set(numbers))


def test_an_overtaken_run_plans_again_unless_that_would_create_a_forced_version_twice(
    engine: FakeSecrets,
) -> None:
    """C2: what the other client created in the meantime is what is declared."""
    engine.trouble["POST /secrets/create"] = Conflict("exists", 409)
    created = declare(engine, {"name": "app", "data": "x"})
    assert (created["changed"], engine.names()) == (True, ["app"])
    engine.trouble["POST /secrets/create"] = Conflict("exists", 409)
    with pytest.raises(Overtaken):
        send(engine, {"name": "app", "data": "y"})
    engine.trouble["POST /secrets/create"] = Conflict("exists", 409)
    forced = declare(engine, {"name": "app", "data": "x", "force": True})
    assert forced["msg"].startswith("app: another client has just created the secret app_v2; run again")
    assert (forced["failed"], forced["changed"], engine.names()) == (True, False, ["app"])


def test_a_version_that_was_removed_meanwhile_is_created_again(engine: FakeSecrets) -> None:
    declare(engine, app())
    engine.trouble["POST /secrets/secret11/update"] = NotFound("secret secret11 not found", 404)
    with pytest.raises(Overtaken, match=r"^app: another client has just removed app; run again"):
        send(engine, app(labels={"a": "1"}))
    del engine.objects["secrets"]["secret11"]
    assert declare(engine, app(labels={"a": "1"}))["actions"] == ["app: created"]


@pytest.mark.parametrize("check", [False, True])
def test_a_move_that_could_not_converge_is_refused_before_a_version_is_made(
    engine: FakeSecrets, check: bool
) -> None:
    first = declare(engine, app())["secret_id"]
    engine.serve("web", first)
    spec = engine.services["web"]["Spec"]
    spec["UpdateConfig"] = {"Order": "start-first"}
    port = {"PublishedPort": 80, "TargetPort": 80, "Protocol": "tcp", "PublishMode": "host"}
    spec["EndpointSpec"] = {"Ports": [port]}
    task = {
        "ID": "t1",
        "ServiceID": "id-web",
        "NodeID": "n1",
        "Slot": 1,
        "Spec": spec["TaskTemplate"],
        "DesiredState": "running",
        "Status": {"State": "running", "PortStatus": {"Ports": [port]}},
    }
    engine.answers.update({"GET /tasks": [task], "GET /nodes": [raw_node("n1")]})
    before = len(engine.writes)
    refused = declare(engine, app("two"), check=check)
    assert refused["msg"].startswith("web: the update would never converge: ")
    assert (engine.names(), len(engine.writes)) == (["app"], before)


NAMES = ("a", "b", "c")
SOME_SECRETS = st.dictionaries(st.sampled_from(NAMES), st.sampled_from(["1", "2"]), min_size=1)


@pytest.fixture
def hashes() -> t.Iterator[list[bytes]]:
    """What is hashed, by a hash that is not slow."""
    made: list[bytes] = []

    def fast(data: bytes, salt: bytes, **_how: t.Any) -> bytes:
        made.append(data)
        return hashlib.sha256(salt + data).digest()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(hashlib, "scrypt", fast)
        yield made


def declare_all(engine: FakeSecrets, data: dict[str, str], **more: t.Any) -> Options:
    return declare(engine, *({"name": name, "data": text, **more} for name, text in data.items()))


def test_what_was_declared_together_is_recognized_by_one_slow_hash(
    engine: FakeSecrets, hashes: list[bytes]
) -> None:
    data = dict.fromkeys(NAMES, "1")
    declare_all(engine, data)
    for changes in ({"b": "2"}, {"b": "2", "a": "3"}):
        declare_all(engine, {**data, **changes})
        hashes.clear()
        assert declare_all(engine, {**data, **changes})["changed"] is False
        assert len(hashes) == 1
    # Labels are written to a version that stays, and its seal is for what is declared with it from then on.
    data = {name: text for name, text in {**data, "b": "2", "a": "3"}.items() if name != "c"}
    declare_all(engine, data, labels={"team": "x"})
    hashes.clear()
    assert declare_all(engine, data, labels={"team": "x"})["changed"] is False
    assert len(hashes) == 1


def test_configs_need_no_hash(engine: FakeSecrets, hashes: list[bytes]) -> None:
    configs = [{"name": name, "data": "1"} for name in NAMES]
    for _time in range(2):
        declare(engine, *configs, family=CONFIG)
    assert hashes == []
    assert "flotilla.seal" not in str(engine.objects["configs"])


@given(runs=st.lists(st.tuples(SOME_SECRETS, st.booleans()), min_size=1, max_size=6))
def test_whatever_was_declared_together_before_the_data_is_what_was_declared_last(
    runs: list[tuple[dict[str, str], bool]],
) -> None:
    engine, last = FakeSecrets(), dict[str, str]()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(hashlib, "scrypt", lambda data, salt, **_how: hashlib.sha256(salt + data).digest())
        for data, rolling in runs:
            foreseen = {name for name, text in data.items() if last.get(name) != text}
            done = declare_all(engine, data, rolling_versions=rolling)
            last.update(data)
            assert {one["name"] for one in done["secrets"] if one["action"] != "none"} == foreseen
            assert declare_all(engine, data, rolling_versions=rolling)["changed"] is False
