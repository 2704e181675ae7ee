# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import copy
import re
import typing as t

import pytest
from ansible_collections.flotilla.swarm.plugins.module_utils._engine.errors import Refused
from ansible_collections.flotilla.swarm.plugins.module_utils._options.labels import (
    DECLARED_LABEL,
    remembered,
    visible,
)
from ansible_collections.flotilla.swarm.plugins.module_utils._rollout.service import MODES
from ansible_collections.flotilla.swarm.plugins.module_utils._service.declared import declared_service
from ansible_collections.flotilla.swarm.plugins.module_utils._service.image import Pinned
from ansible_collections.flotilla.swarm.plugins.module_utils._service.options import options_of, table
from ansible_collections.flotilla.swarm.plugins.module_utils._service.plan import over_limits, plan_service
from ansible_collections.flotilla.swarm.tests.unit.support.services import (
    OPTIONS,
    WEB,
    Params,
    applied,
    declarations,
    declare,
    planned,
    service,
)
from hypothesis import given, settings
from hypothesis import strategies as st


def turned(value: t.Any) -> t.Any:
    """The spec with its lists of objects in another order: preferences apart, none of these orders means anything."""
    if isinstance(value, dict):
        return {key: inner if key == "Preferences" else turned(inner) for key, inner in value.items()}
    if isinstance(value, list) and all(isinstance(inner, dict) for inner in value):
        return [turned(inner) for inner in reversed(value)]
    return value


@settings(max_examples=1000)
@given(declarations())
def test_planning_after_applying_is_empty(params: Params) -> None:
    live = service(params)
    for there in (live, {**live, "Spec": turned(live["Spec"])}):
        again = planned(params, there)
        assert (again.action, again.changes) == ("none", {})


@settings(max_examples=300)
@given(declarations(), declarations())
def test_going_from_one_declaration_to_another_is_one_step(first: Params, second: Params) -> None:
    live = service(first)
    step = planned(second, live)
    after = applied(step)
    assert planned(second, after).action == "none"
    # And it is what a new service would have been, in the user's words.
    assert options_of(after["Spec"], True) == options_of(service(second)["Spec"], True)


@settings(max_examples=200)
@given(declarations())
def test_what_is_taken_out_of_the_declaration_is_at_its_default_again(params: Params) -> None:
    bare = planned(WEB, service({**params, "image": "nginx:1"}))
    assert options_of(bare.spec, True) == {"mode": "replicated", "image": "nginx:1"}
    assert planned(WEB, applied(bare)).action == "none"


@settings(max_examples=200)
@given(declarations())
def test_what_was_never_declared_stays(params: Params) -> None:
    """Another client made the service: there is no memory, so nothing of it is ours."""
    live = service(params)
    del live["Spec"]["Labels"][DECLARED_LABEL]
    before = copy.deepcopy(live)
    kept = planned({"name": "web", "image": params["image"], "working_dir": "/new"}, live)
    assert live == before
    words = options_of(before["Spec"], True)
    assert options_of(kept.spec, True) == {**words, "working_dir": "/new"}


@given(declarations(), st.sampled_from(sorted(OPTIONS)))
def test_a_change_without_the_image_touches_nothing_else(params: Params, name: str) -> None:
    live = service(params)
    live["Spec"]["TaskTemplate"]["ContainerSpec"]["Unknown"] = {"Kept": [None, {}]}
    value = params.get(name)
    same = planned({"name": "web", name: value}, live)
    assert same.action == "none"
    hostname = planned({"name": "web", "hostname": "other"}, live)
    container = hostname.spec["TaskTemplate"]["ContainerSpec"]
    assert container.pop("Hostname") == "other"
    live["Spec"]["TaskTemplate"]["ContainerSpec"].pop("Hostname", None)
    assert hostname.spec == live["Spec"]
    assert remembered(hostname.spec["Labels"]) == remembered(live["Spec"]["Labels"])


@given(declarations(), declarations())
def test_reset_makes_the_declaration_the_whole_truth(theirs: Params, ours: Params) -> None:
    live = service(theirs)
    del live["Spec"]["Labels"][DECLARED_LABEL]
    after = planned(ours, live, undeclared="reset")
    assert options_of(after.spec, True) == options_of(service(ours)["Spec"], True)


def test_a_label_of_others_stays_and_ours_goes() -> None:
    live = service(WEB, labels={"ours": "1", "shared": "1"}, container_labels={"c": "1"})
    live["Spec"]["Labels"]["theirs"] = "1"
    live["Spec"]["TaskTemplate"]["ContainerSpec"]["Labels"]["theirs"] = "2"
    plan = planned(WEB, live, labels={"shared": "2"})
    assert visible(plan.spec["Labels"]) == {"shared": "2", "theirs": "1"}
    assert plan.spec["TaskTemplate"]["ContainerSpec"]["Labels"] == {"theirs": "2"}
    assert plan.changes["labels.ours"] == ("1", None)
    assert plan.changes["container_labels.c"] == ("1", None)


def test_an_object_made_for_one_option_does_not_mean_all_at_once() -> None:
    plan = planned(WEB, update_config={"order": "start-first"}, rollback_config={"delay": "5s"})
    assert plan.spec["UpdateConfig"] == {"Parallelism": 1, "Order": "start-first"}
    assert plan.spec["RollbackConfig"] == {"Parallelism": 1, "Delay": 5 * 10**9}
    assert "RestartPolicy" not in plan.spec["TaskTemplate"]


@pytest.mark.parametrize(
    "explicit", [{"restart_config": {"condition": "any"}}, {"endpoint_mode": "vip"}, {"env": []}]
)
def test_a_default_that_is_written_out_replaces_no_task(explicit: Params) -> None:
    live = service(WEB)
    plan = planned(WEB, live, **explicit)
    assert plan.spec["TaskTemplate"] == live["Spec"]["TaskTemplate"]
    assert "EndpointSpec" not in plan.spec
    assert set(plan.changes) == {DECLARED_LABEL}


def test_the_digest_that_runs_stays_while_the_tag_is_the_same() -> None:
    live = service(WEB)
    container = live["Spec"]["TaskTemplate"]["ContainerSpec"]
    container["Image"] = "nginx:1@sha256:" + "a" * 64
    plan = planned(WEB, live, labels={"a": "b"})
    assert plan.spec["TaskTemplate"]["ContainerSpec"] == container
    moved = declare({**WEB, "resolve_image": True})
    pinned = Pinned("nginx:1@sha256:" + "b" * 64, [{"Architecture": "amd64", "OS": "linux"}])
    plan = plan_service(moved, live, pinned)
    assert plan.changes["image"][1].endswith("b" * 64)
    assert plan.spec["TaskTemplate"]["Placement"] == {"Platforms": [{"Architecture": "amd64", "OS": "linux"}]}
    assert plan_service(declare(WEB), live).action == "none"


def test_a_forced_update_counts_up_from_what_is_there() -> None:
    live = service(WEB)
    live["Spec"]["TaskTemplate"]["ForceUpdate"] = 4
    assert planned(WEB, live, labels={"a": "b"}).spec["TaskTemplate"]["ForceUpdate"] == 4
    forced = planned(WEB, live, force_update=True)
    assert (forced.action, forced.spec["TaskTemplate"]["ForceUpdate"]) == ("update", 5)


def test_a_replica_count_of_an_autoscaler_stays_until_it_is_declared() -> None:
    live = service(WEB)
    live["Spec"]["Mode"]["Replicated"]["Replicas"] = 7
    assert planned(WEB, live, labels={"a": "b"}).spec["Mode"] == {"Replicated": {"Replicas": 7}}
    assert planned(WEB, live, replicas=-1).action == "none"
    assert planned(WEB, live, replicas=3).spec["Mode"] == {"Replicated": {"Replicas": 3}}


def test_a_scale_by_hand_does_not_become_the_declaration() -> None:
    scaled = applied(planned({"name": "web"}, service(WEB), replicas=5))
    assert planned(WEB, scaled).action == "none"
    declared = service(WEB, replicas=2)
    scaled = applied(planned({"name": "web"}, declared, replicas=5))
    assert planned(WEB, scaled, replicas=2).changes["replicas"] == (5, 2)


@pytest.mark.parametrize("mode", [None, *MODES])
def test_each_mode_is_made(mode: str | None) -> None:
    plan = planned(WEB, mode=mode)
    assert list(plan.spec["Mode"]) == [MODES[mode or "replicated"]]
    assert planned(WEB, applied(plan), mode=mode).action == "none"
    assert planned(WEB, applied(plan)).action == "none"


def test_an_option_that_the_live_mode_does_not_have_is_refused() -> None:
    with pytest.raises(
        Refused, match="web: replicas is for mode replicated and replicated-job, this service is global"
    ):
        planned({"name": "web"}, service(WEB, mode="global"), replicas=2)


def test_a_label_that_is_added_without_the_image_is_not_owned() -> None:
    live = service(WEB, labels={"ours": "1"})
    plan = planned({"name": "web"}, live, labels={"added": "2"})
    assert visible(plan.spec["Labels"]) == {"ours": "1", "added": "2"}
    assert remembered(plan.spec["Labels"]) == remembered(live["Spec"]["Labels"])
    assert plan.changes == {"labels.added": (None, "2")}


def test_the_collections_own_labels_are_not_shown_as_rolled_back() -> None:
    live = service(WEB, labels={"x": "2"})
    live["Spec"]["Labels"]["flotilla.moving"] = "front"
    live["PreviousSpec"] = service(WEB)["Spec"]
    assert planned({"name": "web", "state": "rolled_back"}, live).changes == {"labels.x": ("2", None)}


def test_a_plan_as_a_sentence_and_an_entry() -> None:
    created = planned(WEB, replicas=2)
    assert (created.sentence, created.entry()["id"]) == ("web: created", "")
    updated = planned(WEB, service(WEB), replicas=2, hostname="h")
    assert updated.sentence == "web: updated (hostname, replicas)"
    assert updated.entry() == {
        "name": "web",
        "id": "id1",
        "action": "update",
        "changes": ["hostname", "replicas"],
    }
    rebuilt = planned(WEB, service(WEB), mode="global")
    assert rebuilt.sentence == "web: removed and created again, since its mode changed"


def test_a_job_runs_all_at_once_by_default() -> None:
    plan = planned(WEB, mode="replicated-job", replicas=4)
    assert plan.spec["Mode"]["ReplicatedJob"] == {"TotalCompletions": 4, "MaxConcurrent": 4}
    assert planned(WEB, applied(plan), mode="replicated-job", replicas=4).action == "none"
    plan = planned(WEB, mode="replicated-job", replicas=4, max_concurrent=2)
    assert plan.spec["Mode"]["ReplicatedJob"] == {"TotalCompletions": 4, "MaxConcurrent": 2}


def test_a_service_of_another_mode_is_created_again() -> None:
    live = service(WEB, labels={"a": "1"})
    plan = planned(WEB, live, mode="global")
    assert (plan.action, plan.live, plan.changes) == ("rebuild", live, {"mode": ("replicated", "global")})
    with pytest.raises(Refused, match="declare all of it, with its image"):
        planned({"name": "web"}, live, mode="global")


def test_rolling_back_shows_what_comes_back_and_happens_once() -> None:
    live = {
        **service(WEB, env={"A": "2"}, labels={"x": "2"}),
        "PreviousSpec": service(WEB, env={"A": "1"})["Spec"],
    }
    plan = planned({"name": "web", "state": "rolled_back"}, live)
    assert plan.action == "roll_back"
    assert plan.changes == {"env.A": ("2", "1"), "labels.x": ("2", None)}
    for state in ("rollback_started", "rollback_completed"):
        done = {**live, "UpdateStatus": {"State": state}}
        assert planned({"name": "web", "state": "rolled_back"}, done).action == "none"
    with pytest.raises(Refused, match="remembers no earlier state"):
        planned({"name": "web", "state": "rolled_back"}, service(WEB))


def test_values_that_may_be_secrets_are_hidden_and_their_change_is_not() -> None:
    live = service(
        WEB,
        env={"TOKEN": "old-token", "GONE": "x"},
        logging={"driver": "splunk", "options": {"splunk-token": "s3cret"}},
        mounts=[
            {
                "target": "/m",
                "source": "vol",
                "type": "volume",
                "driver_config": {"name": "local", "options": {"o": "password=hunter2"}},
            }
        ],
    )
    plan = planned(WEB, live, env={"TOKEN": "new-token", "NEW": "y"})
    diff = {side: plan.diff(side == "after", False) for side in ("before", "after")}
    assert diff["before"]["env.TOKEN"] == "(hidden)"
    assert diff["after"]["env.TOKEN"] == "(hidden), changed"
    assert (diff["before"]["env.GONE"], diff["after"]["env.NEW"]) == ("(hidden)", "(hidden)")
    told = str(diff) + str(options_of(live["Spec"], False))
    for secret in ("old-token", "new-token", "s3cret", "hunter2"):
        assert secret not in told
    assert plan.diff(True, True)["env.TOKEN"] == "new-token"


def test_without_an_image_nothing_new_is_made() -> None:
    with pytest.raises(Refused, match="web does not exist yet, and a new service needs an image"):
        planned({"name": "web"}, replicas=3)
    assert planned({"name": "web", "state": "absent"}).action == "none"


WRONG: list[tuple[Params, str]] = [
    ({"user": "a:b:c"}, "user: 'a:b:c' has more than a user and a group"),
    ({"user": "-1"}, "user: -1 is no ID"),
    ({"groups": ["0", "-1"]}, "groups: entry 1: -1 is no ID"),
    (
        {"cap_add": ["NET_ADMIN"], "cap_drop": ["CAP_NET_ADMIN"]},
        "cap_add and cap_drop: CAP_NET_ADMIN is added and dropped",
    ),
    (
        {"logging": {"driver": "local", "options": {"max-size": "10 parsecs"}}},
        "logging.options: max-size is not a size",
    ),
]


@pytest.mark.parametrize(("wrong", "sentence"), WRONG)
def test_what_no_task_starts_with_is_refused_where_it_is_sent_anew(wrong: Params, sentence: str) -> None:
    web, had = {"name": "web", "image": "nginx:1"}, service({"name": "web", "image": "nginx:1"})
    for live in (None, had):
        with pytest.raises(Refused, match=f"^web: {re.escape(sentence)}"):
            plan_service(declared_service({**web, **wrong}), live)
    # A service that is so already, whoever made it, is taken over, changed and removed like any other.
    so = copy.deepcopy(had)
    for option in table("replicated"):
        group, _dot, name = option.name.rpartition(".")
        value = (wrong.get(group) or {}).get(name) if group else wrong.get(name)
        if value is not None:
            option.write(so["Spec"], option.convert(value))
    again = plan_service(declared_service({**web, **wrong}), so)
    assert not set(again.changes) & set(wrong)
    assert plan_service(declared_service({**web, "hostname": "h"}), so).action == "update"
    assert plan_service(declared_service({**web, "state": "absent"}), so).action == "remove"


def test_a_capability_is_compared_with_what_the_service_keeps() -> None:
    """One that another client drops stays as it is where it is not declared."""
    live = service({"name": "web", "image": "nginx:1"})
    live["Spec"]["TaskTemplate"]["ContainerSpec"]["CapabilityDrop"] = ["CAP_KILL"]
    with pytest.raises(Refused, match="CAP_KILL is added and dropped"):
        plan_service(declared_service({"name": "web", "image": "nginx:1", "cap_add": ["KILL"]}), live)
    added = plan_service(declared_service({"name": "web", "image": "nginx:1", "cap_add": ["CHOWN"]}), live)
    assert added.action == "update"


@given(st.integers(6, 99), st.integers(4, 99), st.sampled_from(["memory", "cpus"]))
def test_what_is_reserved_beyond_the_limit_is_warned_of(limit: int, reserved: int, name: str) -> None:
    """The swarm takes it, and tasks run."""
    unit = "M" if name == "memory" else ""
    both = {"limits": {name: f"{limit}{unit}"}, "reservations": {name: f"{reserved}{unit}"}}
    if name == "cpus":
        both = {"limits": {name: limit}, "reservations": {name: reserved}}
    declared = declared_service({"name": "web", "image": "nginx:1", **both})
    made = plan_service(declared, None)
    assert [f"reservations.{name} is above" in told for told in over_limits(made)] == [True] * (
        reserved > limit
    )
    live = {"ID": "id", "Spec": made.spec}
    assert over_limits(plan_service(declared, live)) == [], "nothing is sent"
    alone = declared_service({"name": "web", "image": "nginx:1", "reservations": both["reservations"]})
    assert over_limits(plan_service(alone, None)) == []
