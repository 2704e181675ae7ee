# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Services deployed, changed and removed with the module, on real Engines."""

from __future__ import annotations

import json
import re

import pytest
from ansible_collections.flotilla.swarm.tests.integration.modules.play import Call, call, shell
from ansible_collections.flotilla.swarm.tests.integration.services.swarm import ENGINES, Swarm
from ansible_collections.flotilla.swarm.tests.unit.support.services import Params


def web(swarm: Swarm, **more: object) -> Params:
    """A service that ends at once when it is asked to."""
    return {"name": "web", "image": f"{swarm.image}:1", "replicas": 4, **more}


def test_only_what_has_to_be_is_restarted(swarm: Swarm) -> None:
    """S1, R3: task IDs before and after, on nodes of both Engines; an image follows its update_config."""
    host = ENGINES["26.1"]
    assert not swarm.one(host, **web(swarm))["failed"]
    before = swarm.tasks("web")
    assert sorted(before) == [1, 2, 3, 4]
    unchanged = [
        {},
        {"labels": {"a": "1"}},
        {"labels": {"a": "1"}, "update_config": {"parallelism": 2, "delay": "2s", "order": "start-first"}},
        {"labels": {"a": "1"}, "rollback_config": {"parallelism": 2}},
        {"restart_config": {"condition": "any"}},
    ]
    results = swarm.deploy(*(web(swarm, **more) for more in unchanged), host=host)
    assert [result["changed"] for result in results] == [False, True, True, True, True], results
    assert swarm.tasks("web") == before
    assert swarm.one(host, name="web", replicas=6)["changes"] == ["replicas"]
    scaled = swarm.tasks("web")
    assert {slot: scaled[slot] for slot in before} == before
    rollout = {"parallelism": 2, "delay": "3s", "order": "start-first", "monitor": "1s"}
    updated = swarm.one(host, **web(swarm, image=f"{swarm.image}:2", update_config=rollout))
    assert not updated["failed"], updated
    assert not set(swarm.tasks("web").values()) & set(scaled.values())
    starts = sorted(
        swarm.sh(
            "docker inspect --format '{{.CreatedAt}}' $(docker service ps web -q --no-trunc -f desired-state=running)"
        ).splitlines()
    )
    groups: list[float] = []
    for start in (60 * int(text[14:16]) + float(text[17:23]) for text in starts):
        # Start-first makes the new tasks of one group together, and waits the delay before the next.
        if not groups or start - groups[-1] > 2:
            groups.append(start)
    assert len(groups) == 2, starts


def test_up_to_a_hundred_and_back_to_four(swarm: Swarm) -> None:
    """S1: awaited both ways, and the first four are the tasks they were."""
    swarm.one(**web(swarm))
    first = swarm.tasks("web")
    up, down = swarm.deploy({"name": "web", "replicas": 100}, {"name": "web", "replicas": 4})
    assert up["rollouts"][0]["running"] == 100, up
    assert not down["failed"], down
    assert swarm.tasks("web") == first


def test_several_services_at_once(swarm: Swarm) -> None:
    """S1, R3: planned together, awaited together, and only the one that differs is written."""
    declared = [
        {"name": "one", "image": f"{swarm.image}:1", "networks": ["front"]},
        {
            "name": "two",
            "image": f"{swarm.image}:1",
            "replicas": 2,
            "secrets": [{"secret_name": "the-secret"}],
        },
        {"name": "everywhere", "image": f"{swarm.image}:1", "mode": "global"},
    ]
    made = swarm.one(services=declared)
    assert not made["failed"], made
    assert {rollout["name"]: rollout["running"] for rollout in made["rollouts"]} == {
        "one": 1,
        "two": 2,
        "everywhere": 4,
    }
    declared[1]["replicas"] = 3
    writes = swarm.writes()
    changed, again = swarm.deploy({"services": declared}, {"services": declared})
    assert changed["actions"] == ["two: updated (replicas)"]
    assert again["changed"] is False
    assert [one for one in writes.seen() if "/services" in one] == [
        f"m1: POST /services/{made['services'][1]['id']}/update"
    ]
    gone = swarm.one(services=[{"name": one["name"], "state": "absent"} for one in declared])
    assert len(gone["actions"]) == 3
    assert swarm.sh("docker service ls -q") == ""


def test_one_that_cannot_be_keeps_all_from_being_sent(swarm: Swarm) -> None:
    """Nothing half-made stays behind."""
    good = {"name": "good", "image": f"{swarm.image}:1"}
    writes = swarm.writes()
    results = swarm.deploy(
        {"services": [good, {**good, "name": "bad", "networks": ["lost"]}]},
        {"services": [good, {**good, "name": "bad", "secrets": [{"secret_name": "lost"}]}]},
        {"services": [good, {**good, "name": "bad", "replicas": -3}]},
        {"services": [good, {**good, "name": "bad", "replica": 3}]},
        {"services": [good, good]},
        {"services": [good], "replicas": 3},
        {"services": [good, {"name": "bad"}]},
        {"name": "bad", "state": "rolled_back"},
        {**good, "image": f"{swarm.stage.lab.registry}/lost:1", "resolve_image": "always"},
        {**good, "registry_auth": {"username": "u"}},
        {**good, "env_files": ["/lost.env"]},
    )
    sentences = [result["msg"] for result in results]
    assert sentences[:3] == [
        "bad: there is no network lost on the swarm; create it first. Nothing was sent.",
        "bad: there is no secret lost on the swarm; create it first. Nothing was sent.",
        "bad: replicas: -3 is not from 0 to 100000: it is a number of tasks.",
    ]
    assert (
        sentences[3] == "services[1] (bad) has no option 'replica'; did you mean replicas? Nothing was sent."
    )
    assert sentences[4:8] == [
        "good is declared 2 times; declare every service once. Nothing was sent.",
        "replicas cannot be combined with services; set it in each entry. Nothing was sent.",
        "bad does not exist yet, and a new service needs an image.",
        "bad cannot be rolled back: there is no such service.",
    ]
    assert sentences[8].startswith(
        f"good: {swarm.stage.lab.registry}/lost:1 could not be looked up in its registry: "
    )
    assert sentences[9] == "good: registry_auth needs username and password, or identity_token."
    assert sentences[10].startswith("good: the file /lost.env of env_files on this host could not be read: ")
    assert writes.seen() == []


def test_what_the_engine_refuses_half_way_says_what_was_done(swarm: Swarm) -> None:
    """A port that a service of another client has: the one before it was made, and the next run goes on."""
    swarm.sh(f"docker service create -d -q --name theirs -p 8080:80 {swarm.image}:1")
    first = {"name": "first", "image": f"{swarm.image}:1"}
    port = [{"target_port": 80, "published_port": 8080}]
    second = {**first, "name": "second", "publish": port}
    both = swarm.one(services=[{**first, "publish": port}, second])
    assert both["failed"] and "first and second both publish the port 8080/tcp on every node" in both["msg"]
    assert swarm.sh("docker service ls --format '{{.Name}}'") == "theirs"
    refused = swarm.one(services=[first, second])
    assert refused["failed"]
    assert "second: " in refused["msg"]
    assert "port '8080' is already in use by service 'theirs'" in refused["msg"]
    assert refused["actions"] == ["first: created"]
    assert refused["changed"] is True
    second["publish"] = [{"target_port": 80, "published_port": 8081}]
    healed = swarm.one(services=[first, second])
    assert healed["actions"] == ["second: created"], healed


def test_check_mode_tells_the_truth_in_the_users_words(swarm: Swarm) -> None:
    """Nothing is sent, and the real run does what was said; values of env are hidden."""
    declared = web(swarm, env={"TOKEN": "hunter2"}, limits={"memory": "32M"})
    writes = swarm.writes()
    said = swarm.one(check=True, **declared)
    assert (said["changed"], said["actions"]) == (True, ["web: created"])
    assert said["diff"][0]["before"] == {"state": "absent"}
    assert said["diff"][0]["after"]["limits.memory"] == "32M"
    assert said["diff"][0]["after"]["env.TOKEN"] == "(hidden)"
    assert writes.seen() == []
    assert swarm.one(**declared)["actions"] == said["actions"]
    changed = {**declared, "env": {"TOKEN": "hunter3"}, "replicas": 1}
    said = swarm.one(check=True, **changed)
    assert said["diff"] == [
        {
            "before_header": "web",
            "after_header": "web",
            "before": {"state": "present", "env.TOKEN": "(hidden)", "replicas": 4},
            "after": {"state": "present", "env.TOKEN": "(hidden), changed", "replicas": 1},
        }
    ]
    shown = swarm.one(check=True, show_values=True, **changed)
    assert shown["diff"][0]["after"]["env.TOKEN"] == "hunter3"
    # Nor do the arguments show them that a result repeats at -vvv, whether a program or the module did the work.
    by_module = Call(
        "m1",
        "flotilla.swarm.swarm_service",
        changed,
        {"environment": {"DOCKER_TIMEOUT": "60"}, "check_mode": True},
    )
    assert "hunter" not in json.dumps([said, *swarm.stage.run(by_module)])
    gone = swarm.one(check=True, name="web", state="absent")
    assert (gone["changed"], gone["actions"]) == (True, ["web: removed"])
    assert len(swarm.tasks("web")) == 4


def test_back_to_what_was_before_and_another_mode(swarm: Swarm) -> None:
    """R2, S1: a rollback that was asked for is no failure, happens once, and what the memory says goes back too."""
    swarm.deploy(web(swarm, replicas=1), web(swarm, replicas=1, image=f"{swarm.image}:2"))
    back, again = swarm.deploy(
        {"name": "web", "state": "rolled_back"}, {"name": "web", "state": "rolled_back"}
    )
    assert not back["failed"], back
    assert (back["actions"], again["changed"]) == (["web: rolled back"], False)
    assert f"{swarm.image}:1@" in swarm.spec("web")["TaskTemplate"]["ContainerSpec"]["Image"]
    rebuilt = swarm.one(name="web", image=f"{swarm.image}:1", mode="global")
    assert rebuilt["rebuilt"] is True, rebuilt
    assert rebuilt["rollouts"][0]["running"] == 4
    # What the Engine would refuse does not cost the service that is there.
    refused = swarm.one(
        name="web",
        image=f"{swarm.image}:1",
        mode="replicated",
        endpoint_mode="dnsrr",
        publish=[{"target_port": 80, "published_port": 80}],
    )
    assert refused["failed"]
    assert "dnsrr" in refused["msg"]
    assert "Global" in swarm.spec("web")["Mode"]


def test_a_paused_update_goes_on_once_its_cause_is_gone(swarm: Swarm) -> None:
    """R1: the same declaration is all that is needed where a node or a registry was the cause."""
    gate = {"mounts": [{"source": "/srv/gate", "target": "/gate"}], "update_config": {"monitor": "1s"}}
    swarm.one(**web(swarm, replicas=2))
    paused, again = swarm.deploy(web(swarm, replicas=2, **gate), web(swarm, replicas=2, **gate))
    assert paused["rollouts"][0]["reason"] == "paused", paused
    assert (
        "Run again once the cause is gone, and the update goes on; state: rolled_back goes back"
        in paused["msg"]
    )
    assert (again["failed"], again["actions"]) == (True, ["web: paused update sent again"]), again
    # By then its tasks have been refused more than once.
    assert again["rollouts"][0]["reason"] in ("paused", "mount"), again
    for host in swarm.stage.names:
        swarm.sh("mkdir -p /srv/gate", host)
    resumed = swarm.one(**web(swarm, replicas=2, **gate))
    for host in swarm.stage.names:
        swarm.sh("rmdir /srv/gate", host, check=False)
    assert (resumed["failed"], resumed["actions"]) == (False, ["web: paused update sent again"]), resumed
    assert swarm.one(**web(swarm, replicas=2, **gate))["changed"] is False


def test_a_paused_update_that_would_fail_again_says_so_at_once(swarm: Swarm) -> None:
    """R1: a process that ends by itself does so again; only the user can know better."""
    crash = web(swarm, replicas=2, command="sh -c 'echo gone wrong; exit 3'", update_config={"monitor": "1s"})
    swarm.one(**web(swarm, replicas=2))
    before = swarm.spec("web")
    # A task that ends within seconds of its node's return may have ended with the node.
    swarm.stage.until(lambda: swarm.quiet() > 12)
    first, second, retried = swarm.deploy(crash, crash, {**crash, "retry_paused": True})
    for result in (first, second):
        assert result["rollouts"][0]["reason"] == "paused", result
        assert "its update paused with" in result["msg"] and "exit (3)" in result["msg"]
        assert "set retry_paused to true to go on nevertheless; state: rolled_back goes back" in result["msg"]
    assert (second["failed"], second["changed"]) == (True, False)
    # The same verdict; the log may be gone with its task.
    said = {re.split("; its log ends|[.] Its tasks would", result["msg"])[0] for result in (first, second)}
    assert len(said) == 1, said
    assert retried["failed"] and retried["actions"] == ["web: paused update sent again"]
    assert not swarm.one(**web(swarm, replicas=2))["failed"]
    assert swarm.spec("web")["TaskTemplate"]["ContainerSpec"] == before["TaskTemplate"]["ContainerSpec"]


@pytest.mark.parametrize("engine", ENGINES)
def test_jobs_run_once_and_again_on_request(swarm: Swarm, engine: str) -> None:
    """S2: an unchanged job is not run again."""
    job = {
        "name": "job",
        "image": f"{swarm.image}:1",
        "command": "true",
        "mode": "replicated-job",
        "replicas": 3,
    }
    host = ENGINES[engine]
    first, second, forced, everywhere = swarm.deploy(
        job,
        job,
        {**job, "force_update": True},
        {**job, "name": "each", "mode": "global-job", "replicas": None} | {"replicas": -1},
        host=host,
    )
    assert not first["failed"], first
    assert (first["rollouts"][0]["running"], second["changed"], forced["changed"]) == (3, False, True)
    assert not everywhere["failed"], everywhere
    assert everywhere["rollouts"][0]["running"] == 4
    done = swarm.sh("docker service ps job --format '{{.CurrentState}}'").splitlines()
    assert len([state for state in done if state.startswith("Complete")]) == 6


def test_two_writers_lose_nothing_of_each_other(swarm: Swarm) -> None:
    """S1: another client changes the same service all the time."""
    swarm.one(**web(swarm, replicas=0))
    other = (
        "for i in $(seq 40); do docker service update -d -q --label-add theirs=$i --label-add their$i=1 web >/dev/null 2>&1 "
        "|| true; done"
    )
    results = swarm.stage.run(
        shell("m3", f"nohup sh -c '{other}' >/dev/null 2>&1 &"),
        *(
            call(
                "m2",
                "swarm_service",
                name="web",
                image=f"{swarm.image}:1",
                replicas=0,
                labels={"ours": str(turn)},
            )
            for turn in range(5)
        ),
    )
    assert [result.get("msg", "") for result in results[1:] if result["failed"]] == []
    swarm.stage.until(lambda: swarm.spec("web")["Labels"].get("theirs") == "40")
    labels = swarm.spec("web")["Labels"]
    assert labels["ours"] == "4"
    assert sum(1 for name in labels if name.startswith("their")) >= 36


def test_a_moved_tag_is_noticed_when_asked(swarm: Swarm) -> None:
    """R4: always looks the tag up, changed and never do not."""
    lab = swarm.stage.lab
    lab.push("moving")
    moving = {"name": "web", "image": f"{swarm.image}:moving"}
    first = swarm.one(**moving)
    digest = first["swarm_service"]["image"]
    # The same tag, another image.
    swarm.sh(
        f"docker pull -q {swarm.image}:moving >/dev/null; docker tag {swarm.image}:moving {swarm.image}:old; "
        f"printf 'FROM {swarm.image}:moving\\nLABEL moved=1\\n' | docker build -q -t {swarm.image}:moving - >/dev/null; "
        f"docker push -q {swarm.image}:moving >/dev/null",
        "m3",
    )
    kept, never, moved, again = swarm.deploy(
        moving,
        {**moving, "resolve_image": False},
        {**moving, "resolve_image": "always"},
        {**moving, "resolve_image": True},
    )
    assert (kept["changed"], never["changed"], again["changed"]) == (False, False, False)
    assert moved["changes"] == ["image"], moved
    assert moved["swarm_service"]["image"] != digest


def test_credentials_reach_every_node_and_nothing_else(swarm: Swarm) -> None:
    """S7: a registry that wants a login; the password is in no output, journal, process list or label."""
    password = "hunter2-of-the-registry"
    private = swarm.private_registry("deploy", password)
    service = {"name": "agent", "image": f"{private}/tiny:2", "mode": "global"}
    auth = {"username": "deploy", "password": password}
    writes = swarm.writes()
    refused = swarm.one(**service, wait_timeout=60)
    assert refused["failed"]
    swarm.one(name="agent", state="absent")
    with swarm.processes() as seen:
        output = swarm.loudly(
            {**service, "registry_auth": auth}, {"services": [{**service, "registry_auth": auth}]}
        )
    assert '"running": 4' in output
    assert password not in output
    assert any("swarm_service" in text or "python3" in text for text in seen)
    assert password not in str(seen)
    for host in swarm.stage.names:
        assert password not in writes.journal(host)
        assert password not in swarm.sh(f"grep -rIls {password} /root /tmp /run /var/tmp /etc || true", host)
    assert password not in str(swarm.service("agent"))
