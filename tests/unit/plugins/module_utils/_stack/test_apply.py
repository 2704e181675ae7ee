# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Check mode of a stack says what the real run then does, in its order."""

from __future__ import annotations

import copy
import dataclasses
import typing as t

import pytest
from ansible_collections.flotilla.swarm.plugins.module_utils._engine.errors import EngineError
from ansible_collections.flotilla.swarm.plugins.module_utils._run.verb import perform
from ansible_collections.flotilla.swarm.plugins.module_utils._stack.deploy import VERB
from ansible_collections.flotilla.swarm.tests.unit.support.lossy import Manager
from ansible_collections.flotilla.swarm.tests.unit.support.nodes import raw_node
from ansible_collections.flotilla.swarm.tests.unit.support.secrets import checked, converged

Raw = dict[str, t.Any]
IMAGE = {"image": "tiny:1"}
PARTS: Raw = {
    "services": [
        {
            "name": "shop_web",
            **IMAGE,
            "networks": ["shop_front"],
            "secrets": [{"secret_name": "shop_key", "filename": "key"}],
        },
        {"name": "shop_db", **IMAGE, "networks": ["shop_back"]},
    ],
    "networks": [{"name": "shop_front"}, {"name": "shop_back"}],
    "secrets": [{"name": "shop_key"}, {"name": "shop_other"}],
    "configs": [{"name": "shop_conf", "data": "one"}],
}
for _kind in ("services", "networks", "secrets", "configs"):
    for _entry in PARTS[_kind]:
        _entry["labels"] = {"com.docker.stack.namespace": "shop"}


def stack(engine: Manager, parts: Raw, key: str, check: bool = False, **options: t.Any) -> Raw:
    """The result of the stack; all rollouts converge."""
    verb = dataclasses.replace(VERB, work=lambda *given: converged(VERB.work(*given)))
    given = {
        "name": "shop",
        "compose": [],
        "_declared": copy.deepcopy(parts),
        "_declared_data": {"secrets/shop_key": key, "secrets/shop_other": "YQ=="},
        "resolve_image": "never",
        "prune": "all",
        **options,
    }
    return perform(verb, checked(verb, given), check, lambda _options: engine)


@pytest.fixture
def engine() -> Manager:
    """A swarm with the stack, and a service of somebody else that uses its secret."""
    found = Manager()
    found.answers["GET /nodes"] = []
    made = stack(found, PARTS, "b25l")
    assert not made.get("failed"), made
    [identity] = [one["id"] for one in made["secrets"] if one["name"] == "shop_key"]
    found.serve("friend", identity)
    return found


def fewer() -> Raw:
    """The stack without the service, the network and the secret that nothing else needs."""
    parts = copy.deepcopy(PARTS)
    for kind, name in (("services", "shop_db"), ("networks", "shop_back"), ("secrets", "shop_other")):
        parts[kind] = [one for one in parts[kind] if one["name"] != name]
    return parts


def test_new_content_moves_services_and_removes_older_versions(engine: Manager) -> None:
    told = stack(engine, PARTS, "dHdv", check=True)
    done = stack(engine, PARTS, "dHdv")
    assert not done.get("failed"), done
    assert told["actions"] == done["actions"]
    assert done["actions"] == [
        "secret shop_key: version 2 created (shop_key_v2)",
        "shop_web: updated (secrets.key)",
        "friend: moved to version 2 of shop_key",
        "secret shop_key: older version removed (shop_key)",
    ]
    for again in (stack(engine, PARTS, "dHdv", check=True), stack(engine, PARTS, "dHdv")):
        assert (again["changed"], again["actions"]) == (False, [])


def test_what_is_declared_no_longer_goes_first_or_last(engine: Manager) -> None:
    told, done = stack(engine, fewer(), "dHdv", check=True), stack(engine, fewer(), "dHdv")
    assert not done.get("failed"), done
    assert told["actions"] == done["actions"]
    assert done["actions"] == [
        "service shop_db: removed, since the stack does not declare it any longer",
        "secret shop_key: version 2 created (shop_key_v2)",
        "shop_web: updated (secrets.key)",
        "friend: moved to version 2 of shop_key",
        "secret shop_key: older version removed (shop_key)",
        "secret shop_other: removed",
        "network shop_back: removed",
    ]


def test_without_waiting_nothing_is_removed_afterwards(engine: Manager) -> None:
    told = stack(engine, fewer(), "dHdv", check=True, wait=False)
    done = stack(engine, fewer(), "dHdv", wait=False)
    assert not done.get("failed"), done
    assert told["actions"] == done["actions"]
    assert not any("older" in action for action in told["actions"])


def test_a_secret_whose_driver_the_leader_does_not_know_is_warned_of_and_the_failure_says_what_was_made() -> (
    None
):
    engine = Manager()
    engine.answers["GET /nodes"] = []
    parts = copy.deepcopy(PARTS)
    parts["secrets"].append({"name": "shop_far", "driver": {"name": "vault"}})
    told = stack(engine, parts, "b25l", check=True)
    assert [one for one in told["warnings"] if "lists no enabled plugin vault" in one]
    # The networks and the other secrets come before it.
    before = len(parts["networks"]) + len(parts["secrets"]) - 1
    engine.hit(before + 1, EngineError("secret driver vault not found", 400), carried_out=False)
    failed = stack(engine, parts, "b25l")
    assert failed["failed"] and failed["msg"].startswith("secret shop_far: "), failed["msg"]
    assert failed["changed"] and "network shop_back: created" in failed["actions"], failed["actions"]
    assert not [one for one in failed["actions"] if "shop_far" in one or "shop_web" in one]
    assert [one for one in failed["warnings"] if "lists no enabled plugin vault" in one]


def test_a_service_of_others_that_could_not_be_moved_keeps_all_from_being_sent(engine: Manager) -> None:
    port = {"PublishedPort": 80, "TargetPort": 80, "Protocol": "tcp", "PublishMode": "host"}
    spec = engine.services["friend"]["Spec"]
    spec.update(UpdateConfig={"Order": "start-first"}, EndpointSpec={"Ports": [port]})
    task = {
        "ID": "t1",
        "ServiceID": "id-friend",
        "NodeID": "n1",
        "Slot": 1,
        "Spec": spec["TaskTemplate"],
        "DesiredState": "running",
        "Status": {"State": "running", "PortStatus": {"Ports": [port]}},
    }
    engine.answers["GET /nodes"] = [raw_node("n1")]
    engine.tasks = [task]
    before = engine.seen()
    for check in (True, False):
        refused = stack(engine, PARTS, "dHdv", check=check)
        assert refused["msg"].startswith("friend: the update would never converge: ")
        assert (refused["changed"], engine.seen()) == (False, before)


def test_a_job_keeps_its_version_and_check_mode_knows(engine: Manager) -> None:
    [current] = [one["ID"] for one in engine.objects["secrets"].values() if one["Spec"]["Name"] == "shop_key"]
    engine.serve("once", current, mode="ReplicatedJob")
    told, done = stack(engine, PARTS, "dHdv", check=True), stack(engine, PARTS, "dHdv")
    assert not done.get("failed"), done
    assert told["actions"] == done["actions"]
    assert told["warnings"] == done["warnings"]
    assert not any("older" in action for action in told["actions"])
