# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import copy
import typing as t

import pytest
from ansible_collections.flotilla.swarm.plugins.module_utils._engine.errors import Refused
from ansible_collections.flotilla.swarm.plugins.module_utils._options.plan import MEMORY, remembered
from ansible_collections.flotilla.swarm.plugins.module_utils._service.mode import MODES
from ansible_collections.flotilla.swarm.plugins.module_utils._service.plan import (
    ServicePlan,
    order,
    plan_service,
    whole_words,
)
from ansible_collections.flotilla.swarm.plugins.module_utils._service.references import Catalogue, resolved
from ansible_collections.flotilla.swarm.tests.unit.support.services import OPTIONS, Params, declarations
from hypothesis import given, settings
from hypothesis import strategies as st

CATALOGUE = Catalogue(
    networks={"front": "idfront", "back": "idback"},
    secrets={"the-secret": "idsecret"},
    configs={"the-config": "idconfig"},
)
WEB = {"name": "web", "image": "nginx:1"}


def planned(params: Params, live: dict[str, t.Any] | None = None, **more: t.Any) -> ServicePlan:
    wanted = order({**params, **more})
    wanted.values = resolved(wanted.values, CATALOGUE, wanted.name)
    return plan_service(wanted, live)


def service(params: Params, **more: t.Any) -> dict[str, t.Any]:
    """The service as the swarm has it after it was made."""
    return {"ID": "id1", "Spec": planned(params, **more).spec}


def applied(plan: ServicePlan) -> dict[str, t.Any]:
    return {"ID": "id1", "Spec": plan.spec}


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
    assert whole_words(after["Spec"], True) == whole_words(service(second)["Spec"], True)


@settings(max_examples=200)
@given(declarations())
def test_what_is_taken_out_of_the_declaration_is_at_its_default_again(params: Params) -> None:
    bare = planned(WEB, service({**params, "image": "nginx:1"}))
    assert whole_words(bare.spec, True) == {"mode": "replicated", "image": "nginx:1"}
    assert planned(WEB, applied(bare)).action == "none"


@settings(max_examples=200)
@given(declarations())
def test_what_was_never_declared_stays(params: Params) -> None:
    """Another client made the service: there is no memory, so nothing of it is ours."""
    live = service(params)
    del live["Spec"]["Labels"][MEMORY]
    before = copy.deepcopy(live)
    kept = planned({"name": "web", "image": params["image"], "working_dir": "/new"}, live)
    assert live == before
    words = whole_words(before["Spec"], True)
    assert whole_words(kept.spec, True) == {**words, "working_dir": "/new"}


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
    del live["Spec"]["Labels"][MEMORY]
    after = planned(ours, live, undeclared="reset")
    assert whole_words(after.spec, True) == whole_words(service(ours)["Spec"], True)


def test_a_label_of_others_stays_and_ours_goes() -> None:
    live = service(WEB, labels={"ours": "1", "shared": "1"}, container_labels={"c": "1"})
    live["Spec"]["Labels"]["theirs"] = "1"
    live["Spec"]["TaskTemplate"]["ContainerSpec"]["Labels"]["theirs"] = "2"
    plan = planned(WEB, live, labels={"shared": "2"})
    assert {name: value for name, value in plan.spec["Labels"].items() if name != MEMORY} == {
        "shared": "2",
        "theirs": "1",
    }
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
    assert set(plan.changes) == {MEMORY}


def test_the_digest_that_runs_stays_while_the_tag_is_the_same() -> None:
    live = service(WEB)
    container = live["Spec"]["TaskTemplate"]["ContainerSpec"]
    container["Image"] = "nginx:1@sha256:" + "a" * 64
    plan = planned(WEB, live, labels={"a": "b"})
    assert plan.spec["TaskTemplate"]["ContainerSpec"] == container
    moved = order({**WEB, "resolve_image": True})
    assert plan_service(moved, live, "nginx:1@sha256:" + "b" * 64).changes["image"][1].endswith("b" * 64)
    assert plan_service(order(WEB), live, None).action == "none"


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


def test_a_job_runs_all_at_once_unless_told_otherwise() -> None:
    plan = planned(WEB, mode="replicated-job", replicas=4)
    assert plan.spec["Mode"]["ReplicatedJob"] == {"TotalCompletions": 4, "MaxConcurrent": 4}
    assert planned(WEB, applied(plan), mode="replicated-job", replicas=4).action == "none"
    plan = planned(WEB, mode="replicated-job", replicas=4, max_concurrent=2)
    assert plan.spec["Mode"]["ReplicatedJob"] == {"TotalCompletions": 4, "MaxConcurrent": 2}


def test_another_mode_means_to_make_it_anew() -> None:
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
                "source": "v",
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
    told = str(diff) + str(whole_words(live["Spec"], False))
    for secret in ("old-token", "new-token", "s3cret", "hunter2"):
        assert secret not in told
    assert plan.diff(True, True)["env.TOKEN"] == "new-token"


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        ({"replicas": -2}, "web: replicas: -2 is below 0: it is a number of tasks."),
        (
            {"replicas": 2, "mode": "global"},
            "web: replicas is for mode replicated and replicated-job, this service is global.",
        ),
        (
            {"mode": "global-job", "update_config": {"order": "start-first"}},
            "web: update_config.order makes no sense for a global-job, whose tasks are not updated.",
        ),
        (
            {"env": {"PORT": 8080}},
            "web: env: variable 'PORT' is 8080, a number, not a string: put it in quotes.",
        ),
        ({"env": ["=x"]}, "web: env: '=x' has no name before the =."),
        (
            {"limits": {"memory": "lots"}},
            "web: limits.memory: 'lots' is not a size like 512M, 1.5G or 1048576.",
        ),
        (
            {"placement": {"constraints": ["disk == ssd"]}},
            (
                "web: placement.constraints: 'disk == ssd' can match no node: use node.id, node.hostname, node.ip, "
                "node.role, node.platform.os, node.platform.arch, node.labels.NAME or engine.labels.NAME."
            ),
        ),
        (
            {"placement": {"constraints": ["node.role = worker"]}},
            "web: placement.constraints: 'node.role = worker' is not like node.labels.disk == ssd (or !=).",
        ),
        (
            {"mounts": [{"target": "/d", "source": "data"}]},
            (
                "web: mounts: /d: the source 'data' is no absolute path, so type has to say what it is: volume, tmpfs or "
                "cluster."
            ),
        ),
        (
            {"mounts": [{"target": "/d", "source": "/a"}, {"target": "/d", "source": "/b"}]},
            "web: mounts: /d: two mounts have this target.",
        ),
        (
            {"mounts": [{"target": "/d", "type": "tmpfs", "no_copy": True}]},
            "web: mounts: /d: no_copy is for a mount of type volume, this one is a tmpfs.",
        ),
        (
            {"publish": [{"target_port": "80-81", "published_port": "90"}]},
            "web: publish: published_port 90 and target_port 80-81 are ranges of different length.",
        ),
        (
            {"publish": [{"target_port": "0"}]},
            "web: publish: '0' is not within 1 to 65535, the lower one first.",
        ),
        (
            {
                "publish": [
                    {"target_port": "1", "published_port": "9"},
                    {"target_port": "2", "published_port": "9"},
                ]
            },
            "web: publish: 9/tcp is published twice.",
        ),
        (
            {"healthcheck": {"interval": "soon"}},
            "web: healthcheck.interval: 'soon' is not a duration like 10s, 1m30s or 2160h.",
        ),
        (
            {"healthcheck": {"test": ["curl", "x"]}},
            "web: healthcheck.test: a list has to begin with CMD, CMD-SHELL or NONE, not with 'curl'.",
        ),
        ({"ulimits": ["nofile"]}, "web: ulimits: 'nofile' is not like nofile:1024:2048."),
        (
            {"labels": {"flotilla.declared": "[]"}},
            "web: labels: label 'flotilla.declared' is the collection's own memory: leave it out.",
        ),
        (
            {"resolve_image": "sometimes"},
            "web: resolve_image is 'sometimes', none of always, changed, never.",
        ),
        (
            {"update_config": {"max_failure_ratio": 2}},
            "web: update_config.max_failure_ratio: 2 is not from 0 to 1.",
        ),
        (
            {"networks": ["lost"]},
            "web: there is no network lost on the swarm; make it first. Nothing was sent.",
        ),
        (
            {"secrets": [{"secret_name": "lost"}]},
            "web: there is no secret lost on the swarm; make it first. Nothing was sent.",
        ),
        (
            {"networks": [{"name": "front", "alias": "x"}]},
            "web: networks: {'name': 'front', 'alias': 'x'}: alias is none of name, id, aliases, options.",
        ),
    ],
)
def test_what_cannot_be_is_refused_in_one_sentence(more: Params, sentence: str) -> None:
    with pytest.raises(Refused) as refused:
        planned(WEB, **more)
    assert str(refused.value) == sentence


def test_without_an_image_nothing_new_is_made() -> None:
    with pytest.raises(Refused, match="web does not exist yet, and a new service needs an image"):
        planned({"name": "web"}, replicas=3)
    assert planned({"name": "web", "state": "absent"}).action == "none"


def test_env_files_come_before_env() -> None:
    wanted = order(
        {**WEB, "env_files": ["a", "b"], "env": {"C": "env"}},
        ["A=1\n# a comment\n\nB=1\nC=1\n", "B=2=3\nBARE\n"],
    )
    assert wanted.values["env"] == ["A=1", "B=2=3", "BARE", "C=env"]
    with pytest.raises(Refused) as refused:
        order({**WEB, "env_files": ["a"]}, ["=x"])
    assert str(refused.value) == "web: env: '=x' has no name before the =."
