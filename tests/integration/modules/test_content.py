# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Secrets and configs made, rotated and removed on real Engines: m1 is 20.10, m2 is 26.1."""

from __future__ import annotations

import base64
import json
import typing as t

import pytest
from ansible_collections.flotilla.swarm.tests.integration.modules.play import Result, Stage, call

# Says what it reads, again and again, and that it could not.
READER = "trap 'exit 0' TERM; while :; do cat {} || echo LOST; sleep 0.2 & wait $!; done"
QUICK = {"monitor": "1s"}
REMOVE_ALL = (
    "docker service ls -q | xargs -r docker service rm; "
    "for kind in secret config; do docker $kind ls -q | xargs -r docker $kind rm; done"
)


@pytest.fixture
def swarm(cluster: Stage) -> t.Iterator[Stage]:
    """The cluster, and nothing stays behind."""
    yield cluster
    cluster.sh("m1", REMOVE_ALL)


def objects(stage: Stage, kind: str = "secret") -> list[str]:
    """The names of all secrets or configs."""
    return sorted(stage.sh("m1", f"docker {kind} ls --format '{{{{.Name}}}}'").splitlines())


def inspected(stage: Stage, kind: str, name: str) -> dict[str, t.Any]:
    """A secret, config or service as the Engine has it."""
    [found] = json.loads(stage.sh("m1", f"docker {kind} inspect {name}"))
    return t.cast("dict[str, t.Any]", found)


def references(stage: Stage, service: str, kind: str = "Secrets") -> list[tuple[str, str, str, int, str]]:
    """What a service refers to: file, uid, gid, mode, and the object's name."""
    container = inspected(stage, "service", service)["Spec"]["TaskTemplate"]["ContainerSpec"]
    return [
        (
            one["File"]["Name"],
            one["File"]["UID"],
            one["File"]["GID"],
            one["File"]["Mode"],
            one[f"{kind[:-1]}Name"],
        )
        for one in container[kind]
    ]


def tasks(stage: Stage, service: str) -> list[str]:
    """The IDs of the tasks that shall run."""
    return sorted(
        stage.sh("m1", f"docker service ps -q --no-trunc -f desired-state=running {service}").split()
    )


def actions(results: list[Result]) -> list[list[str]]:
    """What each call did, or why it did not."""
    return [[result["msg"]] if result["failed"] else result["actions"] for result in results]


def test_made_from_value_file_base64_and_template(swarm: Stage) -> None:
    """C1, C3: a service reads each as it was declared; a second run, on the other Engine, finds nothing to do."""
    binary = base64.b64encode(bytes(range(256))).decode()
    swarm.sh("m1", "printf 'from a file\\n' > /root/content; cp /root/content /run/content")
    swarm.sh("m2", "printf 'from a file\\n' > /root/content")
    secrets = [
        {"name": "value", "data": "välue\n"},
        {"name": "file", "data_src": "/root/content", "labels": {"team": "a"}},
        {"name": "binary", "data": binary, "data_is_b64": True},
        {"name": "expanded", "data": "{% raw %}{{.Service.Name}}{% endraw %}", "template_driver": "golang"},
    ]
    configs = [{**secret, "name": f"{secret['name']}-conf"} for secret in secrets]
    made, made_configs, served = swarm.run(
        call("m1", "swarm_secret", secrets=secrets),
        call("m2", "swarm_config", configs=configs),
        call(
            "m1",
            "swarm_service",
            name="web",
            image=f"{swarm.lab.registry}/tiny:1",
            placement={"constraints": ["node.hostname == m1"]},
            secrets=[
                *({"secret_name": one["name"]} for one in secrets[:3]),
                {"secret_name": "value", "filename": "/etc/other"},
                {"secret_name": "expanded", "uid": "5", "gid": "7", "mode": "0440"},
            ],
            configs=[{"config_name": one["name"], "filename": f"/srv/{one['name']}"} for one in configs],
        ),
    )
    assert not served["failed"], served
    assert made["actions"] == [f"{one['name']}: created" for one in secrets], made
    assert made_configs["diff"][0] == {
        "before_header": "value-conf",
        "after_header": "value-conf",
        "before": {"state": "absent"},
        "after": {"state": "present"},
    }
    enter = "docker exec $(docker ps -q -f name=web.1)"
    seen = swarm.sh(
        "m1",
        f"{enter} sh -c 'cd /run/secrets; cat value file expanded; md5sum < binary; cd /srv; "
        "cat value-conf file-conf expanded-conf; md5sum < binary-conf; cat /etc/other; ls -ln /run/secrets/expanded'",
    )
    text = "välue\nfrom a file\nweb"
    digest = "e2c865db4162bed963bfaa9ef6ac18f0  -"
    assert seen.startswith(f"{text}{digest}\n{text}{digest}\nvälue\n-r--r-----"), seen
    assert seen.split()[-7:-5] == ["5", "7"], seen
    before = swarm.writes()
    again = swarm.run(
        call("m2", "swarm_secret", secrets=secrets),
        call("m1", "swarm_config", configs=configs),
        call("m2", "swarm_secret", check=True, name="value", data="other"),
    )
    assert [result["changed"] for result in again] == [False, False, True], again
    assert again[2]["actions"] == [
        "value: version 2 created (value_v2)",
        "web: moved to version 2 of value",
        "value: older version removed (value)",
    ]
    assert again[2]["diff"][0]["before"] == {"state": "present", "content": "version 1"}
    assert before.seen() == []


def test_what_the_engine_would_refuse_is_refused_before(swarm: Stage) -> None:
    """C1: sizes and names to the last byte, and what stands side by side by its name alone."""
    long = "n" * 64
    before = swarm.writes()
    refused = swarm.run(
        call("m1", "swarm_secret", name="app", data="{{ 'x' * 512000 }}"),
        call("m2", "swarm_config", name="app", data="{{ 'x' * 1024000 }}"),
        call("m2", "swarm_secret", name="app", data=""),
        call("m1", "swarm_config", name="n" * 65, data="x"),
        call("w1", "swarm_secret", name="app", data="x"),
    )
    assert before.seen() == []
    said = [result.get("msg", "no failure") for result in refused]
    assert said[0].startswith("app: the data has 512000 bytes, and a secret has at most 511999")
    assert said[1].startswith("app: the data has 1024000 bytes, and a config has at most 1023999")
    assert said[2].startswith("app: the data is empty")
    assert "has 65 characters, and the name of a config has at most 64; shorten it" in said[3]
    assert "not a swarm manager" in said[4] or "can't be used" in said[4], said[4]
    neighbours = [{"name": "app_vault", "data": "1"}, {"name": "app_v9", "data": "1"}]
    made = swarm.run(
        call(
            "m1",
            "swarm_secret",
            secrets=[
                {"name": "app", "data": "{{ 'x' * 511999 }}", "rolling_versions": True},
                {"name": long, "data": "1"},
                *neighbours,
            ],
        ),
        call("m2", "swarm_config", name="app", data="{{ 'x' * 1023999 }}"),
        call(
            "m2",
            "swarm_secret",
            secrets=[
                {"name": "app", "data": "2", "rolling_versions": True, "versions_to_keep": 0},
                {"name": long, "data": "2"},
            ],
        ),
        call("m1", "swarm_secret", name="app", state="absent"),
        call("m2", "swarm_secret", name="app", state="absent"),
    )
    assert actions(made) == [
        ["app: created", f"{long}: created", "app_vault: created", "app_v9: created"],
        ["app: created"],
        [
            "app: version 2 created (app_v2)",
            f"{long}: version 2 created ({'n' * 61}_v2)",
            "app: older version removed (app_v1)",
            f"{long}: older version removed ({long})",
        ],
        ["app: removed"],
        [],
    ]
    assert objects(swarm) == ["app_v9", "app_vault", f"{'n' * 61}_v2"]


def test_rotated_under_load(swarm: Stage) -> None:
    """C2, C3: three services read it all the time and never miss it, one under two targets that stay as they are."""
    image = f"{swarm.lab.registry}/tiny:1"
    two = [
        {"secret_name": "app", "uid": "5", "gid": "7", "mode": "0440"},
        {"secret_name": "app", "filename": "/etc/app/key", "uid": "1", "gid": "2", "mode": "0404"},
    ]

    def reader(name: str, path: str, **more: t.Any) -> dict[str, t.Any]:
        command = ["sh", "-c", READER.format(path)]
        return {"name": name, "image": image, "command": command, "secrets": [{"secret_name": "app"}], **more}

    services = [
        reader("slow", "/run/secrets/app", replicas=3, update_config={**QUICK, "delay": "2s"}),
        reader("first", "/run/secrets/app", update_config={**QUICK, "order": "start-first"}),
        reader("both", "/run/secrets/app /etc/app/key", replicas=2, secrets=two, update_config=QUICK),
    ]
    bystander = {"name": "job", "image": image, "mode": "replicated-job", "command": ["true"]}
    _made, _other, up, rotated, again = swarm.run(
        call(
            "m1", "swarm_secret", secrets=[{"name": "app", "data": "first-one\n"}, {"name": "j", "data": "j"}]
        ),
        call("m1", "swarm_service", **bystander, secrets=[{"secret_name": "j"}]),
        call("m1", "swarm_service", services=services),
        call(
            "m2",
            "swarm_secret",
            secrets=[{"name": "app", "data": "second-one\n"}, {"name": "j", "data": "k"}],
        ),
        call(
            "m1",
            "swarm_secret",
            secrets=[{"name": "app", "data": "second-one\n"}, {"name": "j", "data": "k"}],
        ),
    )
    assert not up["failed"], up
    assert rotated["actions"] == [
        "app: version 2 created (app_v2)",
        "j: version 2 created (j_v2)",
        "both: moved to version 2 of app",
        "first: moved to version 2 of app",
        "slow: moved to version 2 of app",
        "app: older version removed (app)",
    ], rotated
    assert sorted((one["name"], one["running"]) for one in rotated["rollouts"]) == [
        ("both", 2),
        ("first", 1),
        ("slow", 3),
    ]
    # The replicas of one are replaced some seconds after each other, so the task was told of in more than one part.
    assert rotated["secrets"][0] == {
        "name": "app",
        "action": "rotate",
        "id": inspected(swarm, "secret", "app_v2")["ID"],
        "object": "app_v2",
        "version": 2,
        "services": ["both", "first", "slow"],
        "pruned": ["app"],
    }
    [warning] = rotated["warnings"]
    assert warning.startswith("job is a job and keeps an older version of j")
    assert again["changed"] is False
    assert objects(swarm) == ["app_v2", "j", "j_v2"]
    assert references(swarm, "both") == [
        ("/etc/app/key", "1", "2", 0o404, "app_v2"),
        ("app", "5", "7", 0o440, "app_v2"),
    ]
    for service in services:
        log = swarm.sh("m1", f"docker service logs --raw {service['name']} 2>&1 | sort | uniq -c")
        assert "first-one" in log, log
        assert "second-one" in log, log
        assert "LOST" not in log
        assert "No such file" not in log


def test_a_version_that_does_not_work_is_taken_back(swarm: Stage) -> None:
    """C2: services that fail with it run on the one before, others keep the new one, and better content heals all."""

    def service(name: str, test: str, **update: t.Any) -> dict[str, t.Any]:
        return {
            "name": name,
            "image": f"{swarm.lab.registry}/tiny:1",
            "configs": [{"config_name": "app"}],
            "healthcheck": {"test": test, "interval": "1s", "retries": 1},
            "update_config": {**QUICK, **update},
            "rollback_config": QUICK,
        }

    picky = "grep -q good /app"
    config = {"name": "app", "labels": {"team": "a"}}
    made, up, failed, healed = swarm.run(
        call("m1", "swarm_config", **config, data="good one"),
        call(
            "m2",
            "swarm_service",
            services=[
                service("easy", "true"),
                service("paused", picky),
                service("rolled", picky, failure_action="rollback"),
            ],
        ),
        call("m2", "swarm_config", **config, data="bad one"),
        call("m1", "swarm_config", **config, data="good again"),
    )
    assert not up["failed"], up
    assert failed["failed"], failed
    assert failed["changed"], failed
    said = failed["msg"]
    assert said.startswith("2 of 3 services failed: "), said
    assert said.endswith(
        "paused, rolled have version 1 of app. easy has version 2 of app. Older versions stay, and the next run tries again."
    ), said
    assert failed["actions"][0] == "app: version 2 created (app_v2)"
    assert healed["actions"] == [
        "app: version 3 created (app_v3)",
        "easy: moved to version 3 of app",
        "paused: moved to version 3 of app",
        "rolled: moved to version 3 of app",
        "app: older version removed (app_v2)",
        "app: older version removed (app)",
    ], healed
    assert objects(swarm, "config") == ["app_v3"]
    assert made["config_id"] != healed["config_id"] == inspected(swarm, "config", "app_v3")["ID"]
    assert inspected(swarm, "config", "app_v3")["Spec"]["Labels"]["team"] == "a"
    for name in ("easy", "paused", "rolled"):
        assert [one[-1] for one in references(swarm, name, "Configs")] == ["app_v3"]


def test_a_rotation_that_a_node_stopped_is_finished_once_its_cause_is_gone(swarm: Stage) -> None:
    """C2: a directory that is missing for a while; the same declaration finishes the rotation, without an option."""
    web = {
        "name": "web",
        "image": f"{swarm.lab.registry}/tiny:1",
        "command": "sleep 9999",
        "replicas": 2,
        "stop_grace_period": "1s",
        "secrets": [{"secret_name": "app"}],
        "mounts": [{"source": "/srv/gate", "target": "/gate", "type": "bind"}],
        "update_config": QUICK,
        "rollback_config": QUICK,
    }
    try:
        swarm.each(lambda host: host.run("mkdir -p /srv/gate"))
        ready = swarm.run(
            call("m1", "swarm_secret", name="app", data="one"), call("m1", "swarm_service", **web)
        )
        assert [one["failed"] for one in ready] == [False, False], ready
        swarm.each(lambda host: host.run("rmdir /srv/gate"))
        stopped = swarm.one("m1", "swarm_secret", name="app", data="two", wait_timeout=60)
        assert (stopped["failed"], stopped["changed"]) == (True, True), stopped
        swarm.each(lambda host: host.run("mkdir -p /srv/gate"))
        finished, again, service = swarm.run(
            call("m2", "swarm_secret", name="app", data="two"),
            call("m2", "swarm_secret", name="app", data="two"),
            call("m2", "swarm_service", **web),
        )
    finally:
        swarm.sh("m1", "docker service rm web", check=False)
        swarm.each(lambda host: host.run("rmdir /srv/gate", check=False))
    assert not finished["failed"], finished["msg"]
    assert [(one["failed"], one["changed"]) for one in (again, service)] == [(False, False)] * 2, again
    [current] = objects(swarm)
    assert finished["secret_id"] == inspected(swarm, "secret", current)["ID"]


def test_taken_over_from_others(swarm: Stage) -> None:
    """C1, C2: the same content costs no restart, other content is rotated, and asking the Engine changes nothing."""
    image = f"{swarm.lab.registry}/tiny:1"
    swarm.sh(
        "m1",
        "printf 4711 | docker secret create -l theirs=1 -l ansible_key=abc same - >/dev/null; "
        "printf old | docker secret create other - >/dev/null; "
        "for n in 1 2 3; do printf $n | docker secret create -l ansible_version=$n rolled_v$n - >/dev/null; done; "
        "printf x | docker secret create rolled_vault - >/dev/null; "
        f"docker service create -d -q --name user --secret same --secret rolled_v3 {image} >/dev/null; "
        f"docker service create -d -q --name mover --secret other --update-monitor 1s {image} >/dev/null",
    )
    swarm.until(lambda: len(tasks(swarm, "user")) == 1)
    before, index = tasks(swarm, "user"), inspected(swarm, "secret", "same")["Version"]
    calls = [
        {"name": "same", "data": "4711", "labels": {"mine": "1"}},
        {"name": "other", "data": "new"},
        {"name": "rolled", "data": "3", "rolling_versions": True, "versions_to_keep": -1},
    ]
    foreseen = swarm.run(
        call("m1", "swarm_secret", check=True, secrets=calls),
        call("m2", "swarm_secret", check=True, secrets=calls),
    )
    assert inspected(swarm, "secret", "same")["Version"] == index
    done, again, refused, back, info = swarm.run(
        call("m2", "swarm_secret", secrets=calls),
        call("m1", "swarm_secret", secrets=calls),
        call("m1", "swarm_secret", name="rolled", state="absent"),
        call(
            "m1",
            "swarm_secret",
            name="rolled",
            data="2",
            rolling_versions=True,
            versions_to_keep=2,
            rewire=False,
        ),
        call("m1", "swarm_secret_info"),
    )
    expected = [
        "same: taken over as version 1, since its content is the declared one",
        "other: version 2 created (other_v2)",
        "mover: moved to version 2 of other",
        "other: older version removed (other)",
        "rolled: taken over as version 3, since its content is the declared one",
    ]
    assert sorted(done["actions"]) == sorted(expected), done
    assert [sorted(one["actions"]) for one in foreseen] == [sorted(expected)] * 2
    assert again["changed"] is False, again
    assert refused["msg"].startswith("rolled cannot be removed: user uses it")
    # An older version that has the content comes back, without a new object.
    assert back["actions"][0] == "rolled: an older version with this content became version 4 (rolled_v2)", (
        back
    )
    assert back["secret_name"] == "rolled_v2"
    assert tasks(swarm, "user") == before
    labels = inspected(swarm, "secret", "same")["Spec"]["Labels"]
    assert {
        name: text for name, text in labels.items() if name not in ("flotilla.fingerprint", "flotilla.seal")
    } == {
        "theirs": "1",
        "mine": "1",
        "flotilla.name": "same",
        "flotilla.version": "1",
        "flotilla.declared": '["labels.mine"]',
    }
    told = {one["name"]: one for one in info["secrets"]}
    assert sorted(told) == ["other", "rolled", "rolled_vault", "same"]
    assert [(one["object"], one["version"], one["used_by"]) for one in told["rolled"]["versions"]] == [
        ("rolled_v2", 4, []),
        ("rolled_v3", 3, ["user"]),
        ("rolled_v1", 1, []),
    ]
    assert told["rolled_vault"]["managed"] is False
    assert told["same"]["versions"][0]["labels"] == {"theirs": "1", "mine": "1"}


def test_services_name_what_was_declared(swarm: Stage) -> None:
    """C2: a service of which only its own task may change gets the current version by it, and nothing else restarts."""
    service = {
        "name": "web",
        "image": f"{swarm.lab.registry}/tiny:1",
        "secrets": [{"secret_name": "app"}],
        "update_config": QUICK,
    }
    before = swarm.writes()
    results = swarm.run(
        call("m1", "swarm_secret", name="app", data="1"),
        call("m2", "swarm_service", **service),
        call("m1", "swarm_secret", name="app", data="2", rewire=False),
        call("m2", "swarm_service", **service),
        call("m1", "swarm_service", check=True, **service),
        call("m1", "swarm_secret", name="app", data="2", labels={"a": "1"}),
        call("m2", "swarm_secret", name="app", data="2", labels={"b": "2"}, force=True, wait=False),
        call("m2", "swarm_secret", name="app", data="2", labels={"b": "2"}),
        call("m2", "swarm_service", name="web", state="rolled_back"),
        call("m2", "swarm_config", name="conf", data="text"),
        call("m2", "swarm_config_info", name=["conf", "lost"], show_data=True),
        call("w1", "swarm_secret_info", name=["app"]),
    )
    assert actions(results[:4]) == [
        ["app: created"],
        ["web: created"],
        ["app: version 2 created (app_v2)"],
        ["web: updated (secrets.app)"],
    ]
    assert results[4]["changed"] is False
    assert actions(results[5:8]) == [
        ["app: labels updated (a)", "app: older version removed (app)"],
        ["app: version 3 created (app_v3)", "web: moved to version 3 of app"],
        ["app: older version removed (app_v2)"],
    ]
    assert results[8]["msg"].startswith(
        "web cannot be rolled back: the secret app_v2 that it had before is gone"
    )
    [conf] = results[10]["configs"]
    assert (conf["name"], conf["managed"], conf["versions"][0]["data"]) == ("conf", True, "dGV4dA==")
    assert results[10]["missing"] == ["lost"]
    assert (results[11]["state"], results[11]["secrets"]) == ("worker", [])
    assert references(swarm, "web") == [("app", "0", "0", 0o444, "app_v3")]
    updates = [one for one in before.seen() if "/services/" in one and one.endswith("/update")]
    assert len(updates) == 2, updates


def test_nothing_of_them_is_seen(swarm: Stage) -> None:
    """C1: not at -vvvv with diff, nor in journals, processes, files or labels, nor when it fails."""
    secret, config = "Zq7-not-to-be-seen-4711", "Zq8-nor-this-0815"
    service = {
        "name": "web",
        "image": f"{swarm.lab.registry}/tiny:1",
        "secrets": [{"secret_name": "app"}],
        "configs": [{"config_name": "conf"}],
        "update_config": QUICK,
    }
    encoded = base64.b64encode(f"{secret}-3".encode()).decode()

    def tasks_of(host: str, *tasks: dict[str, t.Any], **how: t.Any) -> dict[str, t.Any]:
        return {"hosts": host, "gather_facts": False, "tasks": list(tasks), **how}

    book = [
        tasks_of(
            "m1",
            {"flotilla.swarm.swarm_secret": {"name": "app", "data": f"{secret}-1"}},
            {"flotilla.swarm.swarm_config": {"configs": [{"name": "conf", "data": f"{config}-1"}]}},
            {"flotilla.swarm.swarm_service": service},
            # The Engine is asked about its content, and then it is rotated.
            {"flotilla.swarm.swarm_secret": {"name": "cli", "data": f"{secret}-5"}, "check_mode": True},
            {"flotilla.swarm.swarm_secret": {"name": "app", "data": encoded, "data_is_b64": True}},
        ),
        tasks_of(
            "m2",
            {
                "flotilla.swarm.swarm_secret": {
                    "secrets": [
                        {"name": "app", "data": f"{secret}-2"},
                        {"name": "cli", "data": f"{secret}-5"},
                    ]
                }
            },
            {
                "flotilla.swarm.swarm_secret": {"name": "app", "data": f"{secret}!", "data_is_b64": True},
                "ignore_errors": True,
            },
            # Nobody uses it, so this is over at once.
            {"flotilla.swarm.swarm_config": {"name": "other", "data": f"{config}-2"}},
            {"flotilla.swarm.swarm_config_info": {}},
            # So the modules do it themselves.
            environment={"DOCKER_TIMEOUT": "60"},
        ),
    ]
    swarm.sh("m1", "printf other | docker secret create cli - >/dev/null")
    since = swarm.writes()
    sampler = "while :; do ps axwwe -o args >> /run/seen; sleep 0.05; done"
    swarm.each(
        lambda host: host.run(f"rm -f /run/seen; systemd-run -q -G --unit sampler bash -c '{sampler}'")
    )
    try:
        done = swarm.play("content.json", book, "-vvvv", "--diff")
    finally:
        swarm.each(lambda host: host.run("systemctl stop sampler", check=False))
    assert done.status == 0, done.text
    places = {"output": done.text}
    for name in swarm.names:
        places[f"journal of {name}"] = since.journal(name)
        places[f"processes of {name}"] = swarm.sh(name, "cat /run/seen; rm /run/seen")
        places[f"files of {name}"] = swarm.sh(
            name, f"grep -rlE '{secret}|{config}' /tmp /var/tmp /root /home /etc 2>/dev/null", check=False
        )
    places["labels"] = swarm.sh("m1", "docker secret inspect $(docker secret ls -q)") + swarm.sh(
        "m1", "docker config inspect --format '{{.Spec.Labels}}' $(docker config ls -q)"
    )
    # The places hold what they should, or finding nothing in them would mean nothing.
    assert "moved to version 2 of app" in places["output"]
    assert "/secrets/create" in places["journal of m1"]
    assert "only updates to Labels are allowed" in places["journal of m1"]
    assert "only updates to Labels are allowed" in places["journal of m2"]
    assert "python3" in places["processes of m2"]
    assert "flotilla.fingerprint" in places["labels"]
    spellings = [secret, config]
    for text in (secret, config):
        # Base64 of a text has three forms, by where in the whole it stands; it stands at the beginning here.
        spellings.append(base64.b64encode(text[: len(text) // 3 * 3].encode()).decode())
    for place, seen in places.items():
        for spelling in spellings:
            assert spelling not in seen, f"{spelling} is in the {place}"
