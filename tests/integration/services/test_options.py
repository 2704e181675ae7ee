# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every option on real Engines: set, set again, changed, taken out of the declaration."""

from __future__ import annotations

import copy
import typing as t

import pytest
from ansible_collections.flotilla.swarm.plugins.module_utils._options.option import argument_spec
from ansible_collections.flotilla.swarm.plugins.module_utils._service.options import SERVICE
from ansible_collections.flotilla.swarm.tests.integration.services.swarm import ENGINES, Swarm
from ansible_collections.flotilla.swarm.tests.unit.support.services import Params, declarations
from hypothesis import HealthCheck, Phase, given, settings

MEMORY = "flotilla.declared"
# For every option: a value, the same in another spelling, and another value. Where a suboption is missing from the
# second value, it is meant to go back to its default.
VALUES: dict[str, tuple[t.Any, t.Any, t.Any]] = {
    "labels": ({"a": "1"}, ["a=1"], {"a": "2", "b.c/d": "é"}),
    "command": ("sleep '600'", ["sleep", "600"], ["sleep", "700"]),
    "args": (["a", "b"], ["a", "b"], ["b", "a"]),
    "env": ({"B": "2", "A": "1=1"}, ["A=1=1", "B=2"], {"A": "3", "C": None}),
    "working_dir": ("/tmp", "/tmp", "/bin"),
    "user": ("1000:1000", "1000:1000", "root"),
    "groups": (["5", "6"], ["6", "5"], ["7"]),
    "hostname": ("{{.Service.Name}}-{{.Task.Slot}}", "{{.Service.Name}}-{{.Task.Slot}}", "plain"),
    "hosts": ({"db": "10.0.0.1", "v6": "::1"}, {"v6": "::1", "db": "10.0.0.1"}, {"db": "10.0.0.2"}),
    "tty": (True, "yes", False),
    "interactive": (True, True, False),
    "init": (True, True, False),
    "read_only": (True, True, False),
    "stop_signal": ("SIGINT", "SIGINT", "SIGUSR1"),
    "stop_grace_period": ("1m30s", "90s", "5s"),
    "container_labels": ({"a": "1"}, ["a=1"], {"b": "2"}),
    "isolation": ("default", "default", "default"),
    "healthcheck": (
        {"test": "true", "interval": "1m", "timeout": "3s", "retries": 2, "start_period": "1s"},
        {
            "test": ["CMD-SHELL", "true"],
            "interval": "60s",
            "timeout": 3000000000,
            "retries": 2,
            "start_period": "1000ms",
        },
        {"test": ["NONE"]},
    ),
    "cap_add": (["net_admin", "SYS_TIME"], ["CAP_SYS_TIME", "CAP_NET_ADMIN"], ["ALL"]),
    "cap_drop": (["chown"], ["CAP_CHOWN"], ["mknod", "chown"]),
    "sysctls": (
        {"net.core.somaxconn": "1024"},
        {"net.core.somaxconn": "1024"},
        {"net.core.somaxconn": "2048"},
    ),
    "ulimits": (["nofile:1024:2048", "nproc=64"], ["nproc:64:64", "nofile=1024:2048"], ["core:0"]),
    "privileges": (
        {"selinux": {"user": "u", "level": "s0"}},
        {"selinux": {"user": "u", "level": "s0", "disable": False}},
        {"selinux": {"disable": True}},
    ),
    "mounts": (
        [
            {"target": "/b", "source": "/tmp", "readonly": True, "propagation": "rshared"},
            {
                "target": "/v",
                "source": "data",
                "type": "volume",
                "labels": {"a": "1"},
                "driver_config": {"name": "local"},
            },
            {"target": "/t", "type": "tmpfs", "tmpfs_size": "1M", "tmpfs_mode": "1777"},
        ],
        [
            {"target": "/t", "type": "tmpfs", "tmpfs_size": 1048576, "tmpfs_mode": 0o1777},
            {
                "target": "/v",
                "source": "data",
                "type": "volume",
                "labels": {"a": "1"},
                "driver_config": {"name": "local", "options": {}},
            },
            "/tmp:/b:ro,rshared",
        ],
        [{"target": "/v", "source": "data", "type": "volume", "no_copy": True}],
    ),
    "secrets": (
        [
            {"secret_name": "the-secret", "mode": "0400", "uid": "1000"},
            {"secret_name": "the-secret", "filename": "b"},
        ],
        [
            {"secret_name": "the-secret", "filename": "b"},
            {"secret_name": "the-secret", "mode": 0o400, "uid": 1000},
        ],
        [{"secret_name": "the-secret", "filename": "/etc/s"}],
    ),
    "configs": (
        [{"config_name": "the-config", "gid": "5"}],
        [{"config_name": "the-config", "filename": "the-config", "gid": "5", "mode": "0444"}],
        [{"config_name": "the-config", "filename": "/etc/c"}],
    ),
    "networks": (["front", "back"], ["back", {"name": "front"}], [{"name": "front", "aliases": ["x", "a"]}]),
    "dns": (["10.0.0.2", "10.0.0.1"], ["10.0.0.2", "10.0.0.1"], ["10.0.0.1", "10.0.0.2"]),
    "dns_search": (["b.example", "a.example"], ["b.example", "a.example"], ["a.example"]),
    "dns_options": (["ndots:2", "attempts:1"], ["attempts:1", "ndots:2"], ["ndots:3"]),
    "publish": (
        [
            {"target_port": 80, "published_port": 8080},
            {"target_port": "9000-9001", "published_port": "19000-19001", "protocol": "udp"},
            {"target_port": 70, "published_port": 7070, "mode": "host"},
        ],
        [
            {"target_port": 70, "published_port": 7070, "mode": "host", "protocol": "tcp"},
            "19001:9001/udp",
            {"target_port": 9000, "published_port": 19000, "protocol": "udp"},
            "8080:80",
        ],
        [{"target_port": 3868, "published_port": 3868, "protocol": "sctp", "mode": "host"}],
    ),
    "endpoint_mode": ("vip", "vip", "dnsrr"),
    "logging": (
        {"driver": "json-file", "options": {"max-size": "10m"}},
        {"driver": "json-file", "options": {"max-size": "10m"}},
        {"driver": "none"},
    ),
    "limits": (
        {"cpus": 1.1, "memory": "64M", "pids": 100},
        {"cpus": 1.1, "memory": "67108864", "pids": 100},
        {"cpus": 0.5},
    ),
    "reservations": (
        {"cpus": 0.1, "memory": "8m", "generic_resources": {"gpu": 1, "fpga": ["b", "a"]}},
        {"cpus": "0.1", "memory": "8MiB", "generic_resources": {"fpga": ["a", "b"], "gpu": "1"}},
        {"generic_resources": {"gpu": 2}},
    ),
    "placement": (
        {
            "constraints": ["node.role == worker", "node.labels.disk!=hdd"],
            "preferences": [{"spread": "node.labels.zone"}],
            "replicas_max_per_node": 2,
        },
        {
            "constraints": ["node.labels.disk != hdd", "node.role==worker"],
            "preferences": [{"spread": "node.labels.zone"}],
            "replicas_max_per_node": 2,
        },
        {"constraints": ["node.role==manager"]},
    ),
    "restart_config": (
        {"condition": "on-failure", "delay": "1s", "max_attempts": 3, "window": "2m"},
        {"condition": "on-failure", "delay": "1000ms", "max_attempts": 3, "window": "120s"},
        {"condition": "none"},
    ),
    "update_config": (
        {
            "parallelism": 2,
            "delay": "1s",
            "failure_action": "rollback",
            "monitor": "1m",
            "max_failure_ratio": 0.1,
            "order": "start-first",
        },
        {
            "parallelism": 2,
            "delay": "1000ms",
            "failure_action": "rollback",
            "monitor": "60s",
            "max_failure_ratio": "0.1",
            "order": "start-first",
        },
        {"delay": "2s"},
    ),
    "rollback_config": (
        {
            "parallelism": 0,
            "delay": "1s",
            "failure_action": "continue",
            "monitor": "1m",
            "order": "start-first",
        },
        {
            "parallelism": 0,
            "delay": "1s",
            "failure_action": "continue",
            "monitor": "1m",
            "order": "start-first",
        },
        {"max_failure_ratio": 0.25},
    ),
}
# Options that only newer Engines have, with a value and another.
NEWER: dict[str, tuple[t.Any, t.Any]] = {
    "healthcheck.start_interval": ("2s", "3s"),
    "privileges.no_new_privileges": (True, False),
    "privileges.seccomp": ({"mode": "unconfined"}, {"profile": '{"defaultAction": "SCMP_ACT_ALLOW"}'}),
    "privileges.apparmor": ("disabled", "default"),
    "mounts.subpath": (
        [{"target": "/v", "source": "data", "type": "volume", "subpath": "a"}],
        [{"target": "/v", "source": "data", "type": "volume", "subpath": "b"}],
    ),
}
# What no Engine here has.
NEWEST = {
    "oom_score_adj": 100,
    "limits.swap": "1G",
    "limits.swappiness": 10,
    "mounts.tmpfs_options": [{"target": "/t", "type": "tmpfs", "tmpfs_options": ["noexec"]}],
}


def nested(name: str, value: t.Any) -> Params:
    """``limits.cpus`` as a user writes it; the suboption of a list's entries stands for the list."""
    group, _dot, inner = name.partition(".")
    return {group: {inner: value}} if inner and not isinstance(value, list) else {group: value}


def without_none(value: t.Any) -> t.Any:
    """A declaration as it stands in YAML: what was left out is not there."""
    if isinstance(value, dict):
        return {key: without_none(inner) for key, inner in value.items() if inner is not None}
    return [without_none(inner) for inner in value] if isinstance(value, list) else value


def test_the_tables_of_this_test_name_every_option() -> None:
    assert set(VALUES) | {name.split(".")[0] for name in [*NEWER, *NEWEST]} | {"image"} == set(
        argument_spec(SERVICE)
    )


@pytest.mark.parametrize("engine", ENGINES)
def test_every_option_is_set_kept_changed_and_taken_back(swarm: Swarm, engine: str) -> None:
    """S3, S5, R3: for each option, and no request where nothing changes."""
    host = ENGINES[engine]
    base: Params = {"name": "web", "image": f"{swarm.image}:1", "replicas": 0, "wait": False}
    first, spelled, second = ({name: value[turn] for name, value in VALUES.items()} for turn in range(3))
    for values in (first, spelled, second):
        # Templates are the Engine's to fill in, not Ansible's.
        values["hostname"] = "{% raw %}" + values["hostname"] + "{% endraw %}"
    made = swarm.one(host, **base, **first)
    assert made["actions"] == ["web: created"], made
    writes = swarm.writes()
    again = swarm.deploy({**base, **first}, {**base, **spelled}, host=host)
    assert [(result["changed"], result["changes"]) for result in again] == [(False, []), (False, [])], again
    assert writes.seen() == []
    changed, kept = swarm.deploy({**base, **second}, {**base, **second}, host=host)
    assert not changed["failed"], changed["msg"]
    told = {name.split(".")[0] for name in changed["changes"]}
    assert told == set(VALUES) - {"isolation"}
    assert kept["changed"] is False, kept
    back, kept = swarm.deploy(base, base, host=host)
    assert {name.split(".")[0] for name in back["changes"]} >= told - {"tty", "interactive", "read_only"}
    assert kept["changed"] is False, kept
    spec = swarm.spec("web")
    assert spec.pop("Labels") == {MEMORY: '["image","replicas"]'}
    assert spec.pop("Mode") == {"Replicated": {"Replicas": 0}}
    container = spec["TaskTemplate"].pop("ContainerSpec")
    image = container.pop("Image")
    # What the command line adds as defaults, and objects that an Engine does not leave out.
    nothing = ({}, "default", False, 10**10, {"CredentialSpec": None, "SELinuxContext": None})
    assert {name: value for name, value in container.items() if value not in nothing} == {}
    assert image.startswith(f"{swarm.image}:1@sha256:")


def test_newer_options_work_where_the_engines_have_them_and_are_refused_elsewhere(swarm: Swarm) -> None:
    base: Params = {"name": "web", "image": f"{swarm.image}:1", "replicas": 0, "wait": False}
    for name, old in zip(
        NEWER,
        swarm.deploy(*({**base, **nested(name, value[0])} for name, value in NEWER.items())),
        strict=True,
    ):
        assert old["failed"], old
        assert old["msg"].startswith(f"web: {name} needs API 1.4"), old["msg"]
        assert "the Engine at unix:///var/run/docker.sock speaks 1.41" in old["msg"]
    newest = swarm.deploy(*({**base, **nested(name, value)} for name, value in NEWEST.items()), host="m2")
    for name, result in zip(NEWEST, newest, strict=True):
        assert result["failed"], result
        assert f"{name} needs API 1." in result["msg"]
        assert "speaks 1.45" in result["msg"]
    assert swarm.sh("docker service ls -q") == ""
    one, other = (
        {
            **base,
            **{
                key: inner
                for name, value in NEWER.items()
                for key, inner in nested(name, value[turn]).items()
            },
        }
        for turn in range(2)
    )
    for turn, values in enumerate((one, other)):
        values["privileges"] = {
            name.partition(".")[2]: value[turn]
            for name, value in NEWER.items()
            if name.startswith("privileges.")
        }
    results = swarm.deploy(one, one, other, other, base, base, host="m2")
    assert [result["changed"] for result in results] == [True, False, True, False, True, False], results
    assert set(results[2]["changes"]) == {name.replace("mounts.subpath", "mounts./v") for name in NEWER}
    assert "Tasks on m1 (20.10" in results[0]["warnings"][0]


@pytest.mark.parametrize("engine", ENGINES)
def test_what_another_client_set_stays(swarm: Swarm, engine: str) -> None:
    """S1, R3: a service made and changed with the command line keeps what nobody declared here."""
    host = ENGINES[engine]
    swarm.sh(
        f"docker service create -d -q --name web --replicas 0 --ulimit nofile=10:20 --limit-pids 9 --env A=1 --label b=2 "
        "--restart-delay 9s --update-parallelism 3 --update-failure-action continue "
        f"--mount type=tmpfs,dst=/t --dns 10.0.0.9 {swarm.image}:1",
        host,
    )
    before = swarm.spec("web")
    result = swarm.one(
        host, name="web", image=f"{swarm.image}:2", hostname="h", labels={"c": "3"}, wait=False
    )
    assert set(result["changes"]) == {"image", "hostname", "labels.c"}
    after = swarm.spec("web")
    wanted = copy.deepcopy(before)
    wanted["Labels"] |= {"c": "3", MEMORY: '["hostname","image","labels.c"]'}
    wanted["TaskTemplate"]["ContainerSpec"]["Hostname"] = "h"
    for spec in (wanted, after):
        assert ":" in spec["TaskTemplate"]["ContainerSpec"].pop("Image")
        spec["TaskTemplate"].pop("Placement", None)
    assert after == wanted
    swarm.sh("docker service scale -d web=2 && docker service update -d -q --env-add B=2 web", host)
    kept = swarm.one(host, name="web", image=f"{swarm.image}:2", hostname="h", labels={"c": "3"}, wait=False)
    assert kept["changed"] is False, kept
    reset = swarm.one(host, name="web", image=f"{swarm.image}:2", undeclared="reset", replicas=0, wait=False)
    assert "env.A" in reset["changes"]
    assert swarm.spec("web")["Labels"] == {MEMORY: '["image","replicas"]'}


@pytest.mark.parametrize("engine", ENGINES)
def test_generated_services_are_read_back_as_they_were_declared(swarm: Swarm, engine: str) -> None:
    """Thirty generated services in one call, and nothing to do the second time."""
    host = ENGINES[engine]
    found: list[Params] = []

    @settings(
        max_examples=30, phases=[Phase.generate], suppress_health_check=list(HealthCheck), database=None
    )
    @given(declarations(f"{swarm.image}:1"))
    def collect(params: Params) -> None:
        given_ones = without_none(params)
        given_ones.update(name=f"web{len(found)}", replicas=0, resolve_image="never")
        # Only one service can have a port of the swarm.
        given_ones.pop("publish", None)
        if "hostname" in given_ones:
            given_ones["hostname"] = "h"
        if engine == "20.10" and "mounts" in given_ones:
            # Volumes of the cluster came with API 1.42.
            given_ones["mounts"] = [one for one in given_ones["mounts"] if one.get("type") != "cluster"]
        found.append(given_ones)

    collect()
    first = swarm.one(host, services=found, wait=False)
    assert not first["failed"], first
    assert {service["action"] for service in first["services"]} == {"create"}
    writes = swarm.writes()
    second = swarm.one(host, services=found, wait=False)
    changed = {service["name"]: service["changes"] for service in second["services"] if service["changes"]}
    assert changed == {}
    assert writes.seen() == []
