# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Stacks from Compose files, on real Engines; the first manager speaks 20.10, the second 26.1."""

from __future__ import annotations

import copy
import json
import shlex
import typing as t

import pytest
from ansible_collections.flotilla.swarm.tests.integration.modules.play import Call, Result, Stage, call

Compose = dict[str, t.Any]
SECRET = "a-secret-nobody-may-see"


class Shop:
    """A stack and the hosts it runs on."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        registry = stage.lab.registry
        service = {"image": f"{registry}/tiny:1", "command": "sleep 100000", "stop_grace_period": "1s"}
        self.compose: Compose = {
            "services": {
                "web": {
                    **service,
                    "networks": {"front": {"aliases": ["www"]}},
                    "secrets": ["key", {"source": "key", "target": "other", "uid": "5", "mode": "0400"}],
                    "configs": [{"source": "conf", "target": "/etc/conf"}],
                    "deploy": {"replicas": 2, "update_config": {"order": "start-first", "monitor": "1s"}},
                },
                "db": {**service, "networks": ["back"], "deploy": {"update_config": {"monitor": "1s"}}},
            },
            "networks": {"front": {}, "back": {"internal": True}},
            "secrets": {"key": {"environment": "KEY"}},
            "configs": {"conf": {"content": "one"}},
        }

    def changed(self, **services: t.Any) -> Compose:
        """The stack with parts of some services replaced; a service that is None is left out."""
        made = copy.deepcopy(self.compose)
        for name, parts in services.items():
            if parts is None:
                del made["services"][name]
            else:
                made["services"].setdefault(name, {}).update(parts)
        return made

    def call(self, compose: Compose | None = None, host: str = "m1", **options: t.Any) -> Call:
        """A call of the module."""
        given: dict[str, t.Any] = {"name": "shop", "variables": {"KEY": SECRET}, "remote_src": False}
        if options.get("state") != "absent":
            given["compose"] = [compose or self.compose]
        check = options.pop("check", False)
        return call(host, "swarm_stack", check=check, **{**given, **options})

    def run(self, *calls: Call) -> list[Result]:
        return self.stage.run(*calls)

    def sh(self, command: str, check: bool = True) -> str:
        return self.stage.sh("m1", command, check=check)

    def tasks(self, service: str) -> set[str]:
        """The IDs of the tasks that shall run."""
        return set(self.sh(f"docker service ps -q --no-trunc -f desired-state=running {service}").split())

    def left(self) -> list[str]:
        """All that carries the stack's label, on the swarm."""
        kinds = ("service", "network", "secret", "config")
        listed = "; ".join(f"docker {kind} ls -q -f label=com.docker.stack.namespace=shop" for kind in kinds)
        return self.sh(listed).split()


@pytest.fixture
def shop(cluster: Stage) -> t.Iterator[Shop]:
    """No stack yet; none afterwards."""
    found = Shop(cluster)
    yield found
    [gone] = found.run(found.call(state="absent", wait_timeout=120))
    assert not gone["failed"], gone["msg"]


def names(result: Result, kind: str) -> dict[str, str]:
    """What was done, by name."""
    return {one["name"]: one["action"] for one in result[kind]}


def test_a_stack_is_deployed_once_and_only_what_differs_is_written(shop: Shop) -> None:
    """K1, K2, K3: check mode says it, the second run sends nothing, a change is one service's, prune and removal."""
    checked, deployed = shop.run(shop.call(check=True), shop.call())
    told = [
        "network shop_front: created",
        "network shop_back: created",
        "secret shop_key: created",
        "config shop_conf: created",
        "shop_web: created",
        "shop_db: created",
    ]
    assert (checked["changed"], checked["actions"]) == (True, told)
    assert (deployed["failed"], deployed["actions"]) == (False, told)
    assert {one["name"]: one["state"] for one in deployed["rollouts"]} == {
        "shop_web": "converged",
        "shop_db": "converged",
    }
    kinds = ("networks", "secrets", "configs", "services")
    # The command line shortens some.
    shortened = {one["id"][:12] for kind in kinds for one in deployed[kind]}
    assert shortened == {identity[:12] for identity in shop.left()}
    assert not any(one["id"] for kind in kinds for one in checked[kind])
    assert SECRET not in json.dumps(deployed)
    web, db = shop.tasks("shop_web"), shop.tasks("shop_db")
    assert [len(web), len(db)] == [2, 1]
    # Docker's own command line sees it.
    assert shop.sh("docker stack ls --format '{{.Name}} {{.Services}}'").startswith("shop 2")
    assert len(shop.sh("docker stack ps -q shop").split()) == 3
    container = "$(docker ps -q -f label=com.docker.swarm.service.name=shop_web | head -n 1)"
    on = shop.sh("docker service ps shop_web -f desired-state=running --format '{{.Node}}' | head -n 1")
    script = "cat /run/secrets/key /run/secrets/other /etc/conf; stat -c %u:%a /run/secrets/other"
    assert (
        shop.stage.sh(on, f"docker exec {container} sh -c {shlex.quote(script)}") == f"{SECRET * 2}one5:400"
    )
    writes = shop.stage.writes()
    again, on_26, checked, info, tasks, status = shop.run(
        shop.call(),
        shop.call(host="m2"),
        shop.call(check=True),
        call("m1", "swarm_stack_info"),
        call("m2", "swarm_stack_task_info", name="shop"),
        call("m1", "swarm_stack_info", name=["none"]),
    )
    assert [again["changed"], on_26["changed"], checked["changed"]] == [False, False, False]
    assert writes.seen() == []
    [one] = info["stacks"]
    assert (one["name"], one["problems"]) == ("shop", [])
    assert [one["networks"], one["secrets"], one["configs"]] == [
        ["shop_back", "shop_front"],
        ["shop_key"],
        ["shop_conf"],
    ]
    assert {service["name"]: service["running"] for service in one["services"]} == {
        "shop_web": 2,
        "shop_db": 1,
    }
    assert info["results"] == [{"Name": "shop", "Orchestrator": "Swarm", "Services": "2"}]
    assert {row["Name"] for row in tasks["results"]} == {"shop_web.1", "shop_web.2", "shop_db.1"}
    assert (status["stacks"], status["missing"]) == ([], ["none"])
    environment, scaled, without, pruned = shop.run(
        shop.call(shop.changed(db={"environment": {"A": "1"}})),
        shop.call(shop.changed(db={"environment": {"A": "1"}}, web={"labels": {}})),
        shop.call(shop.changed(db=None)),
        shop.call(shop.changed(db=None), prune=True),
    )
    assert environment["actions"] == ["shop_db: updated (env.A)"]
    assert scaled["changed"] is False
    assert (without["changed"], without["undeclared"]["services"]) == (False, ["shop_db"])
    assert pruned["actions"] == ["service shop_db: removed, since the stack does not declare it any longer"]
    assert shop.tasks("shop_web") == web
    compose = shop.changed(db=None)
    del compose["networks"]["back"]
    everything, gone, again = shop.run(
        shop.call(compose, prune="all"), shop.call(state="absent"), shop.call(state="absent")
    )
    assert everything["actions"] == ["network shop_back: removed"]
    assert gone["actions"][0] == "service shop_web: removed"
    assert shop.left() == []
    assert again["changed"] is False


def test_new_content_reaches_the_stack_and_others_and_the_old_is_pruned(shop: Shop) -> None:
    """C2, K1: one rollout for each service, whoever made it."""
    shop.run(shop.call())
    shop.sh(
        "docker service create -d -q --name friend --secret source=shop_key,target=theirs "
        f"{shop.stage.lab.registry}/tiny:1 sleep 100000"
    )
    try:
        db = shop.tasks("shop_db")
        compose = shop.changed()
        compose["configs"]["conf"]["content"] = "two"
        checked, rotated, again = shop.run(
            shop.call(compose, variables={"KEY": "another"}, check=True),
            shop.call(compose, variables={"KEY": "another"}),
            shop.call(compose, variables={"KEY": "another"}),
        )
        assert rotated["failed"] is False, rotated["msg"]
        assert (checked["changed"], checked["actions"]) == (True, rotated["actions"])
        assert "secret shop_key: older version removed (shop_key)" in rotated["actions"]
        assert {**names(rotated, "secrets"), **names(rotated, "configs")} == {
            "shop_key": "rotate",
            "shop_conf": "rotate",
        }
        assert {one["name"] for one in rotated["rollouts"]} == {"shop_web", "friend"}
        assert again["changed"] is False
        assert shop.tasks("shop_db") == db
        named = "docker secret ls --format '{{.Name}}'; docker config ls --format '{{.Name}}'"
        assert sorted(shop.sh(named).split()) == ["shop_conf_v2", "shop_key_v2"]
        given = json.loads(shop.sh("docker service inspect friend"))[0]["Spec"]["TaskTemplate"][
            "ContainerSpec"
        ]["Secrets"]
        assert [(one["SecretName"], one["File"]["Name"]) for one in given] == [("shop_key_v2", "theirs")]
    finally:
        shop.sh("docker service rm friend")


def test_a_failing_service_fails_the_task_with_the_state_of_the_others(shop: Shop) -> None:
    """K1, R5: the verdict names service and reason; what runs is told too; the next run goes on."""
    bad = shop.changed(db={"command": "sh -c 'echo no disk; exit 3'"})
    failed, healed = shop.run(shop.call(bad, wait_timeout=60), shop.call())
    assert failed["failed"] is True
    assert failed["msg"].startswith("1 of 2 services failed: shop_db: slot 1 on ")
    assert "its log ends: no disk" in failed["msg"]
    assert {one["name"]: one["state"] for one in failed["rollouts"]} == {
        "shop_web": "converged",
        "shop_db": "failed",
    }
    assert "shop_db: created" in failed["actions"]
    assert (healed["failed"], healed["actions"]) == (False, ["shop_db: updated (args)"])


def test_a_paused_stack_goes_on_once_its_cause_is_gone(shop: Shop) -> None:
    """K1, R1: what was missing outside of the stack is there again, and the same declaration is all that is needed."""
    deploy = {"replicas": 2, "update_config": {"monitor": "1s"}}
    gate = shop.changed(web={"volumes": ["/srv/gate:/gate"], "deploy": deploy})
    before, paused = shop.run(shop.call(), shop.call(gate))
    assert not before["failed"], before["msg"]
    assert (paused["failed"], paused["changed"]) == (True, True), paused
    assert "shop_web: its update paused" in paused["msg"], paused["msg"]
    assert "Run again once the cause is gone, and the update goes on" in paused["msg"]
    try:
        shop.stage.each(lambda host: host.run("mkdir -p /srv/gate"))
        resumed, again = shop.run(shop.call(gate), shop.call(gate))
    finally:
        shop.stage.each(lambda host: host.run("rmdir /srv/gate", check=False))
    assert (resumed["failed"], resumed["actions"]) == (False, ["shop_web: paused update sent again"]), resumed
    assert (again["failed"], again["changed"]) == (False, False), again


def test_content_that_does_not_work_is_taken_back(shop: Shop) -> None:
    """C2, K1: the service that fails with it runs on the version before, and better content heals it."""
    health = {"test": ["CMD", "grep", "-q", "one", "/etc/conf"], "interval": "1s", "retries": 1}
    bad, good = shop.changed(web={"healthcheck": health}), shop.changed(web={"healthcheck": health})
    first = copy.deepcopy(good)
    bad["configs"]["conf"]["content"], good["configs"]["conf"]["content"] = "two", "one again"
    up, failed, healed = shop.run(shop.call(first), shop.call(bad), shop.call(good))
    assert up["failed"] is False, up["msg"]
    assert failed["failed"] is True
    assert "shop_web has version 1 of shop_conf" in failed["msg"]
    assert failed["msg"].endswith("Older versions stay, and the next run tries again.")
    assert healed["failed"] is False, healed["msg"]
    assert shop.sh("docker config ls --format '{{.Name}}'").split() == ["shop_conf_v3"]


def test_files_on_the_host_and_no_secret_is_seen(shop: Shop) -> None:
    """K1, C1: all is read on the host; -vvvv, journals and labels hold no secret; a file here may be encrypted."""
    compose = copy.deepcopy(shop.compose)
    compose["secrets"]["key"] = {"file": "./key"}
    compose["services"]["web"]["environment"] = {"COLOUR": "${COLOUR}"}
    folder = "/root/shop"
    shop.sh(
        f"mkdir -p {folder}; printf %s {SECRET} > {folder}/key; echo COLOUR=red > {folder}/.env; "
        f"printf %s {shlex.quote(json.dumps(compose))} > {folder}/compose.yml"
    )
    task = {
        "name": "shop",
        "compose": [f"{folder}/compose.yml"],
        "env_files": [f"{folder}/.env"],
        "wait_timeout": 100,
    }
    book = [{"hosts": "m1", "gather_facts": False, "tasks": [{"flotilla.swarm.swarm_stack": task}]}]
    done = shop.stage.play("loud.yml", book, "-vvvv", "--diff")
    assert done.status == 0, done.text
    assert "shop_web" in done.text
    seen = done.text + shop.sh(
        "journalctl -q -o cat --since -2min; cat /root/.ansible/tmp/*/* 2>/dev/null; true"
    )
    seen += shop.sh("docker secret inspect shop_key; docker service inspect shop_web shop_db")
    assert SECRET not in seen
    again, local = shop.run(
        call("m1", "swarm_stack", **task),
        shop.call(
            {**compose, "secrets": shop.compose["secrets"]}, variables={"KEY": SECRET, "COLOUR": "red"}
        ),
    )
    assert [again["changed"], local["changed"]] == [False, False]


def test_what_cannot_be_is_one_sentence_and_nothing_is_sent(shop: Shop) -> None:
    """K1: with file and key."""
    unsupported = shop.changed(web={"network_mode": "bridge", "privileged": True})
    wrong = shop.changed(web={"deploy": {"replicas": "many"}})
    undefined = shop.changed(web={"secrets": ["nothing"]})
    later = shop.changed(web={"healthcheck": {"test": "true", "start_interval": "1s"}})
    writes = shop.stage.writes()
    results = shop.run(
        shop.call(unsupported),
        shop.call(wrong),
        shop.call(undefined),
        shop.call(later),
        shop.call(prune="some"),
        shop.call(variables={}, compose={"services": {"web": {"image": "${IMAGE:?name the image}"}}}),
        call("m1", "swarm_stack", name="shop"),
        call("m1", "swarm_stack", name="shop", compose=["/root/nothing.yml"]),
        call(
            "w1", "swarm_stack", name="shop", compose=[shop.compose], remote_src=False, variables={"KEY": "x"}
        ),
    )
    assert all(result["failed"] for result in results)
    sentences = [result["msg"] for result in results]
    for sentence, words in zip(
        sentences,
        [
            ("services.web.network_mode", "services.web.privileged", "ignore_unsupported"),
            ("services.web.deploy.replicas", "many"),
            ("services.web.secrets", "nothing"),
            ("shop_web", "start_interval", "1.44"),
            ("prune", "some"),
            ("services.web.image", "name the image"),
            ("compose is missing",),
            ("/root/nothing.yml",),
            ("manager",),
        ],
        strict=True,
    ):
        assert all(word in sentence for word in words), sentence
    assert writes.seen() == []


def test_a_network_that_differs_is_recreated_only_with_recreate(shop: Shop) -> None:
    """W1, K2: refused with the services' names; then done, and they run on it again."""
    shop.run(shop.call())
    compose = shop.changed()
    compose["networks"]["front"] = {"driver_opts": {"com.docker.network.driver.mtu": "1400"}}
    refused, done, again = shop.run(
        shop.call(compose), shop.call(compose, recreate=True, wait_timeout=120), shop.call(compose)
    )
    assert refused["failed"] is True
    assert "shop_web" in refused["msg"]
    assert "recreate" in refused["msg"]
    assert done["failed"] is False, done["msg"]
    assert {one["name"]: one["state"] for one in done["rollouts"]} == {"shop_web": "converged"}
    assert again["changed"] is False
    assert len(shop.tasks("shop_web")) == 2


def test_two_runs_at_the_same_time_make_one_stack(shop: Shop) -> None:
    """K1, K2: whoever is overtaken plans anew, and both end well."""
    tiny = shop.compose["services"]["db"]
    compose = shop.changed(
        **{f"more{number}": {**tiny, "networks": ["front", "back"]} for number in range(6)}
    )
    compose["secrets"].update({f"key{number}": {"environment": "KEY"} for number in range(6)})
    both = shop.stage.together({"m1": {}, "m2": {}}, shop.call(compose), shop.call(compose))
    for first, again in both.values():
        assert not first["failed"], first["msg"]
        assert first["rollouts"] or not first["changed"]
        assert not again["changed"], again["actions"]
    made = [action for first, _again in both.values() for action in first["actions"]]
    # Nothing twice, and nothing without having been told: 8 services, 7 secrets, 2 networks, a config.
    assert len(made) == len(set(made)) == 18
    assert len(shop.left()) == 18
    assert len(shop.tasks("shop_more0")) == 1
