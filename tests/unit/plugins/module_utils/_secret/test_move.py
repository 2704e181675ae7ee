# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import copy
import typing as t

from ansible_collections.flotilla.swarm.plugins.module_utils._engine.wait import Deadline
from ansible_collections.flotilla.swarm.plugins.module_utils._files.read import read_file
from ansible_collections.flotilla.swarm.plugins.module_utils._rollout.references import users
from ansible_collections.flotilla.swarm.plugins.module_utils._rollout.removal import remove_all
from ansible_collections.flotilla.swarm.plugins.module_utils._secret.apply import Secrets
from ansible_collections.flotilla.swarm.plugins.module_utils._secret.declared import declared_secret
from ansible_collections.flotilla.swarm.plugins.module_utils._secret.move import (
    move_services,
    plan_moves,
    removals,
    with_current_versions,
)
from ansible_collections.flotilla.swarm.plugins.module_utils._secret.options import CONFIG, SECRET, Family
from ansible_collections.flotilla.swarm.tests.unit.support.secrets import FakeSecrets


def spec(**container: t.Any) -> dict[str, t.Any]:
    return {"Name": "web", "TaskTemplate": {"ContainerSpec": {"Image": "tiny", **container}}}


def test_only_the_reference_changes() -> None:
    file = {"Name": "/etc/app", "UID": "5", "GID": "7", "Mode": 0o440}
    other = {"File": {"Name": "x"}, "SecretID": "x", "SecretName": "x"}
    live = spec(Secrets=[{"File": file, "SecretID": "old", "SecretName": "app"}, other], Configs=None)
    before = copy.deepcopy(live)
    moved = with_current_versions(live, {"old": ("new", "app_v2")})
    assert live == before
    assert moved == spec(
        Secrets=[{"File": file, "SecretID": "new", "SecretName": "app_v2"}, other], Configs=None
    )
    assert with_current_versions(live, {"another": ("new", "app_v2")}) == live


def test_a_credential_spec_follows_its_config() -> None:
    live = spec(
        Configs=[{"Runtime": {}, "ConfigID": "old", "ConfigName": "gmsa"}],
        Privileges={"CredentialSpec": {"Config": "old"}},
    )
    moved = with_current_versions(live, {"old": ("new", "gmsa_v2")})
    assert moved == spec(
        Configs=[{"Runtime": {}, "ConfigID": "new", "ConfigName": "gmsa_v2"}],
        Privileges={"CredentialSpec": {"Config": "new"}},
    )


def test_a_service_that_may_still_go_back_to_it_uses_it() -> None:
    service = {
        "ID": "1",
        "Spec": spec(Secrets=[{"SecretID": "new"}]),
        "PreviousSpec": spec(Secrets=[{"SecretID": "old"}]),
    }
    assert users([service], "secret") == {"new": ["web"]}
    assert users([{**service, "UpdateStatus": {"State": "completed"}}], "secret") == {"new": ["web"]}
    assert users([{**service, "UpdateStatus": {"State": "paused"}}], "secret") == {
        "new": ["web"],
        "old": ["web"],
    }


def secrets(engine: FakeSecrets, data: str, family: Family = SECRET) -> Secrets:
    return Secrets(engine, family, [declared_secret(family, {"name": "app", "data": data}, read_file)])


def test_as_a_stack_uses_it() -> None:
    """A plan can refer to what is planned before it exists, and the stack moves its own services by their own plans."""
    engine = FakeSecrets()
    engine.make(SECRET, "theirs", "x")
    first = secrets(engine, "one")
    [plan] = first.plan()
    assert first.current() == {"theirs": "secret11", "app": "planned-app"}
    first.apply(plan)
    assert first.current() == {"theirs": "secret11", "app": plan.id}
    for name in ("stack_web", "other"):
        engine.serve(name, plan.id)
    second = secrets(engine, "two")
    [plan] = second.plan()
    ids = second.current()
    assert (ids["app"], ids["app_v2"]) == ("planned-app", "planned-app")
    assert next(name for name, identity in ids.items() if identity == "planned-app") == "app_v2"
    second.apply(plan)
    others = [one for one in engine.get("/services") if one["ID"] != "id-stack_web"]
    moved = move_services(engine, plan_moves(others, [plan]))
    assert [one.name for one in moved.rollouts] == ["other"]
    assert moved.actions == ["other: moved to version 2 of app"]
    assert (engine.used_by("stack_web"), engine.used_by("other")) == (["app"], ["app_v2"])
    older = removals([plan], "secret")
    assert remove_all(engine, older, Deadline(1)).done == []
    engine.services.pop("stack_web")
    assert [one.sentence for one in remove_all(engine, older, Deadline(1)).done] == [
        "secret app: older version removed (app)"
    ]


def test_a_service_that_uses_secrets_and_configs_is_changed_once_for_both() -> None:
    engine = FakeSecrets()
    for data in ("one", "two"):
        both = [secrets(engine, data, family) for family in (SECRET, CONFIG)]
        plans = [plan for one in both for plan in one.plan()]
        for one in both:
            one.apply(one.plans[0])
        if data == "one":
            secret, config = plans
            engine.serve("web", secret.id)
            container = engine.services["web"]["Spec"]["TaskTemplate"]["ContainerSpec"]
            container["Configs"] = [{"ConfigID": config.id, "ConfigName": "app"}]
    engine.requests.clear()
    moved = move_services(engine, plan_moves(engine.get("/services"), plans))
    assert moved.actions == ["web: moved to version 2 of secret app and version 2 of config app"]
    assert (engine.used_by("web"), engine.used_by("web", CONFIG)) == (["app_v2"], ["app_v2"])
    assert len(engine.writes) == 1
