# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import copy
import typing as t

from ansible_collections.flotilla.swarm.plugins.module_utils._secret.apply import Contents
from ansible_collections.flotilla.swarm.plugins.module_utils._secret.declared import content_order
from ansible_collections.flotilla.swarm.plugins.module_utils._secret.move import rewire, rewired, users
from ansible_collections.flotilla.swarm.plugins.module_utils._secret.versions import CONFIG, SECRET
from ansible_collections.flotilla.swarm.tests.unit.support.contents import FakeContents


def spec(**container: t.Any) -> dict[str, t.Any]:
    return {"Name": "web", "TaskTemplate": {"ContainerSpec": {"Image": "tiny", **container}}}


def test_only_the_reference_changes() -> None:
    file = {"Name": "/etc/app", "UID": "5", "GID": "7", "Mode": 0o440}
    other = {"File": {"Name": "x"}, "SecretID": "x", "SecretName": "x"}
    live = spec(Secrets=[{"File": file, "SecretID": "old", "SecretName": "app"}, other], Configs=None)
    before = copy.deepcopy(live)
    made = rewired(live, SECRET, {"old": ("new", "app_v2")})
    assert live == before
    assert made == spec(
        Secrets=[{"File": file, "SecretID": "new", "SecretName": "app_v2"}, other], Configs=None
    )
    assert rewired(live, CONFIG, {"old": ("new", "app_v2")}) == live


def test_a_credential_spec_follows_its_config() -> None:
    live = spec(
        Configs=[{"Runtime": {}, "ConfigID": "old", "ConfigName": "gmsa"}],
        Privileges={"CredentialSpec": {"Config": "old"}},
    )
    made = rewired(live, CONFIG, {"old": ("new", "gmsa_v2")})
    assert made == spec(
        Configs=[{"Runtime": {}, "ConfigID": "new", "ConfigName": "gmsa_v2"}],
        Privileges={"CredentialSpec": {"Config": "new"}},
    )


def test_who_may_still_go_back_to_it_uses_it() -> None:
    service = {
        "ID": "1",
        "Spec": spec(Secrets=[{"SecretID": "new"}]),
        "PreviousSpec": spec(Secrets=[{"SecretID": "old"}]),
    }
    assert users([service], SECRET) == {"new": ["web"]}
    assert users([{**service, "UpdateStatus": {"State": "completed"}}], SECRET) == {"new": ["web"]}
    assert users([{**service, "UpdateStatus": {"State": "paused"}}], SECRET) == {
        "new": ["web"],
        "old": ["web"],
    }


def contents(engine: FakeContents, data: str) -> Contents:
    return Contents(engine, SECRET, [content_order(SECRET, {"name": "app", "data": data})])


def test_as_a_stack_uses_it() -> None:
    """What is planned can be referred to before it is there, and services that the stack brings there are left to it."""
    engine = FakeContents()
    engine.make(SECRET, "theirs", "x")
    first = contents(engine, "one")
    [plan] = first.plan()
    assert first.current() == {"theirs": "secret11", "app": "planned-app"}
    first.send_all([plan], [])
    assert first.current() == {"theirs": "secret11", "app": plan.id}
    for name in ("stack_web", "other"):
        engine.serve(name, plan.id)
    second = contents(engine, "two")
    plans = second.plan()
    names = second.current()
    assert (names["app"], names["app_v2"]) == ("planned-app", "planned-app")
    assert next(name for name, identity in names.items() if identity == "planned-app") == "app_v2"
    second.send_all(plans, [])
    others = [one for one in engine.get("/services") if one["ID"] != "id-stack_web"]
    assert [one.name for one in rewire(engine, SECRET, plans, others)] == ["other"]
    assert (engine.used_by("stack_web"), engine.used_by("other")) == (["app"], ["app_v2"])
    assert second.prune(plans) == []
    engine.services.pop("stack_web")
    assert second.prune(plans) == ["app: older version removed (app)"]
