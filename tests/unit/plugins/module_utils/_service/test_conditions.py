# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What playbooks for community.docker rely on: for each option whether a run changes something, and what is an error.

The other spellings of every option on real Engines: ``tests/integration/services/test_options.py``.
"""

from __future__ import annotations

import typing as t
from pathlib import Path

import pytest
from ansible_collections.flotilla.swarm.plugins.module_utils._options.option import argument_spec
from ansible_collections.flotilla.swarm.plugins.module_utils._service.options import SERVICE
from ansible_collections.flotilla.swarm.tests.unit.support.modules import Module
from ansible_collections.flotilla.swarm.tests.unit.support.rows import MemoryEngine

Raw = dict[str, t.Any]
IMAGE = "quay.example/tiny:1"
WEB: Raw = {"name": "web", "image": IMAGE, "resolve_image": False, "wait": False}
TCP: Raw = {"protocol": "tcp", "published_port": 6001, "target_port": 6001}
UDP: Raw = {"protocol": "udp", "published_port": 6002, "target_port": 6002}
VOLUME: Raw = {"source": "data", "target": "/data", "type": "volume"}
BIND: Raw = {"source": "/srv", "target": "/srv"}


class Row(t.NamedTuple):
    """An option: a value, the same in another spelling, another value, and an empty one."""

    option: str
    value: t.Any
    same: t.Any
    other: t.Any
    empty: t.Any


ROWS = [
    Row("args", ["sleep", "3600"], ["sleep", 3600], ["sleep", "60"], []),
    Row("cap_add", ["sys_time"], ["CAP_SYS_TIME"], ["setgid"], []),
    Row("cap_drop", ["all"], ["ALL"], ["all", "mknod"], []),
    Row("command", 'sh -c "sleep 9"', ["sh", "-c", "sleep 9"], "sh -x -c 'sleep 9'", []),
    Row(
        "configs",
        [{"config_name": "conf"}],
        [{"config_name": "conf", "mode": "0444"}],
        [{"config_name": "more"}],
        [],
    ),
    Row("container_labels", {"a": "1", "b": "2"}, {"b": 2, "a": 1}, {"a": "1", "b": "3"}, {}),
    Row("dns", ["192.0.2.1", "192.0.2.2"], ["192.0.2.1", "192.0.2.2"], ["192.0.2.2", "192.0.2.1"], []),
    Row("dns_options", ["timeout:10", "rotate"], ["rotate", "timeout:10"], ["timeout:10"], []),
    Row("dns_search", ["b.example", "a.example"], ["b.example", "a.example"], ["a.example", "b.example"], []),
    Row("endpoint_mode", "dnsrr", "dnsrr", "vip", None),
    Row("env", ["A=1", "B=2"], {"B": "2", "A": "1"}, ["A=1", "B=3"], []),
    Row("env", {"A": "1"}, "A=1", {"A": "2"}, {}),
    Row("groups", ["1234", "5678"], ["5678", "1234"], ["1234"], []),
    Row("healthcheck", {"test": ["CMD", "x", "1"]}, {"test": ["CMD", "x", 1]}, {"test": ["NONE"]}, {}),
    Row(
        "healthcheck",
        {"test": "x", "interval": "0h0m2s3ms4us", "retries": 2, "start_period": "20s"},
        {"test": ["CMD-SHELL", "x"], "interval": 2003004000, "retries": "2", "start_period": "20s"},
        {"test": "x", "interval": "1m", "retries": 2},
        {},
    ),
    Row("hostname", "me.example.com", "me.example.com", "me.example.org", ""),
    Row(
        "hosts",
        {"a.example": "192.0.2.1", "b": "::1"},
        {"b": "::1", "a.example": "192.0.2.1"},
        {"b": "::1"},
        {},
    ),
    Row("init", True, "yes", False, None),
    Row("labels", {"a": "1", "b": "2"}, {"a": 1, "b": 2}, {"a": "1", "b": "2", "c": "3"}, {}),
    Row("limits", {"cpus": 0.5, "memory": "64M"}, {"cpus": "0.5", "memory": "67108864"}, {"cpus": 0.5}, {}),
    Row(
        "logging",
        {"driver": "json-file", "options": {"max-file": "3", "max-size": "10m"}},
        {"driver": "json-file", "options": {"max-size": "10m", "max-file": 3}},
        {"driver": "json-file", "options": {"max-file": "3"}},
        {},
    ),
    Row(
        "mounts", [VOLUME, BIND], [{**BIND, "type": "bind"}, VOLUME], [{**VOLUME, "readonly": True}, BIND], []
    ),
    Row(
        "mounts",
        [{**VOLUME, "no_copy": True}],
        [{**VOLUME, "no_copy": "yes"}],
        [{**VOLUME, "no_copy": False}],
        [],
    ),
    Row(
        "mounts",
        [{**VOLUME, "labels": {"a": "1"}}],
        [{**VOLUME, "labels": {"a": 1}}],
        [{**VOLUME, "labels": {}}],
        [],
    ),
    Row(
        "mounts",
        [{**VOLUME, "driver_config": {"name": "nfs", "options": {"addr": "192.0.2.1", "port": "1"}}}],
        [{**VOLUME, "driver_config": {"options": {"port": 1, "addr": "192.0.2.1"}, "name": "nfs"}}],
        [{**VOLUME, "driver_config": {"name": "local"}}],
        [],
    ),
    Row("mounts", [{**BIND, "propagation": "slave"}], [{**BIND, "propagation": "slave"}], [BIND], []),
    Row(
        "mounts",
        [{"target": "/t", "type": "tmpfs", "source": "", "tmpfs_size": "50M", "tmpfs_mode": "0444"}],
        [{"target": "/t", "type": "tmpfs", "tmpfs_size": 52428800, "tmpfs_mode": 0o444}],
        [{"target": "/t", "type": "tmpfs", "tmpfs_size": "25M", "tmpfs_mode": "0777"}],
        [],
    ),
    Row("networks", ["front", "back"], [{"name": "back"}, "front"], ["front"], []),
    Row(
        "placement",
        {"constraints": ["node.role == worker"], "preferences": [{"spread": "node.labels.a"}]},
        {"constraints": ["node.role==worker"], "preferences": [{"spread": "node.labels.a"}]},
        {"constraints": ["node.role == worker"], "preferences": [{"spread": "node.labels.b"}]},
        {},
    ),
    Row(
        "placement",
        {"constraints": ["node.role == worker"], "replicas_max_per_node": 1},
        {"constraints": ["node.role==worker"], "replicas_max_per_node": "1"},
        {"constraints": [], "replicas_max_per_node": 1},
        {"constraints": [], "replicas_max_per_node": 0},
    ),
    Row("publish", [TCP, UDP], [UDP, {**TCP, "mode": "ingress"}], [{**TCP, "target_port": 6003}, UDP], []),
    Row("publish", [{**TCP, "mode": "host"}], [{**TCP, "mode": "host"}], [TCP], []),
    Row(
        "publish",
        [{"target_port": 6001, "mode": "host"}],
        [{"target_port": "6001", "mode": "host"}],
        [TCP],
        [],
    ),
    Row("read_only", True, "yes", False, None),
    Row("replicas", 2, "2", 3, None),
    Row(
        "reservations", {"cpus": 0.1, "memory": "8M"}, {"cpus": "0.1", "memory": "8m"}, {"memory": "16M"}, {}
    ),
    Row(
        "restart_config",
        {"condition": "on-failure", "delay": "5s", "max_attempts": 3, "window": "30s"},
        {"condition": "on-failure", "delay": 5000000000, "max_attempts": "3", "window": "30000ms"},
        {"condition": "any", "delay": "5s", "max_attempts": 3, "window": "30s"},
        {},
    ),
    Row(
        "rollback_config",
        {"delay": "1s", "order": "start-first"},
        {"delay": "1000ms", "order": "start-first"},
        {"delay": "2s"},
        {},
    ),
    Row(
        "secrets",
        [{"secret_name": "key"}],
        [{"secret_name": "key", "uid": "0"}],
        [{"secret_name": "word"}],
        [],
    ),
    Row("stop_grace_period", "60s", "1m", "1m30s", "10s"),
    Row("stop_signal", "30", "30", "9", ""),
    Row(
        "sysctls",
        {"net.core.somaxconn": "1024"},
        {"net.core.somaxconn": 1024},
        {"net.core.somaxconn": "512"},
        {},
    ),
    Row("tty", True, "yes", False, None),
    Row(
        "update_config",
        {"delay": "1s", "failure_action": "rollback"},
        {"delay": "1000ms", "failure_action": "rollback"},
        {"delay": "1s"},
        {},
    ),
    Row("user", "operator", "operator", "root", ""),
    Row("working_dir", "/tmp", "/tmp", "/", ""),
]
# What community.docker does not have, and the image, which has tests of its own.
NOT_THEIRS = {"image", "interactive", "isolation", "oom_score_adj", "privileges", "ulimits"}


@pytest.fixture
def swarm_service(monkeypatch: pytest.MonkeyPatch) -> Module:
    """The module."""
    return Module("swarm_service", monkeypatch)


@pytest.fixture
def engine() -> MemoryEngine:
    """A manager with what services refer to."""
    found = MemoryEngine()
    found.objects["networks"] = [
        {"Id": f"network-{name}", "Name": name, "Scope": "swarm", "Driver": "overlay"}
        for name in ("front", "back")
    ]
    for kind, names in (("secrets", ("key", "word")), ("configs", ("conf", "more"))):
        found.objects[kind] = [
            {
                "ID": f"{kind}-{name}",
                "Version": {"Index": 1},
                "CreatedAt": "",
                "UpdatedAt": "",
                "Spec": {"Name": name, "Labels": {}},
            }
            for name in names
        ]
    return found


def changes(module: Module, engine: MemoryEngine, **options: t.Any) -> bool:
    """Whether a run changes something, which check mode says before, without a write."""
    writes = len(engine.writes)
    foreseen = module.run(engine, check_mode=True, **{**WEB, **options})
    assert len(engine.writes) == writes
    done = module.run(engine, **{**WEB, **options})
    assert done["changed"] == foreseen["changed"] == (len(engine.writes) > writes)
    assert done["diff"] == foreseen["diff"]
    return bool(done["changed"])


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.option)
def test_an_option_is_set_kept_changed_and_emptied(
    swarm_service: Module, engine: MemoryEngine, row: Row
) -> None:
    def run(value: t.Any) -> bool:
        return changes(swarm_service, engine, **{row.option: value})

    assert [run(row.value), run(row.value), run(row.same)] == [True, False, False]
    assert [run(row.other), run(row.other)] == [True, False]
    if row.empty is not None:
        assert [run(row.empty), run(row.empty)] == [True, False]


def test_the_table_has_every_option_that_community_docker_has() -> None:
    assert {row.option for row in ROWS} == {*argument_spec(SERVICE), "replicas"} - NOT_THEIRS


def test_files_of_variables_count_in_their_order(
    swarm_service: Module, engine: MemoryEngine, tmp_path: Path
) -> None:
    one, other = str(tmp_path / "one"), str(tmp_path / "other")
    Path(one).write_text("A=1\nB=1\n", encoding="utf-8")
    Path(other).write_text("B=2\nC=2\n", encoding="utf-8")

    def run(*files: str) -> bool:
        return changes(swarm_service, engine, env_files=list(files))

    assert [run(one), run(one), run(one, other), run(other, one), run(other, one)] == [
        True,
        False,
        True,
        True,
        False,
    ]
    assert [run(), run()] == [True, False]


def test_a_service_is_forced_each_time_and_its_image_changes_once(
    swarm_service: Module, engine: MemoryEngine
) -> None:
    assert changes(swarm_service, engine)
    assert [changes(swarm_service, engine, force_update=True) for _time in range(2)] == [True, True]
    other = "quay.example/tiny:2"
    assert [changes(swarm_service, engine, image=one) for one in (other, other, IMAGE)] == [True, False, True]


@pytest.mark.parametrize(("first", "second"), [("replicated", "global"), ("replicated-job", "replicated")])
def test_another_mode_makes_the_service_again(
    swarm_service: Module, engine: MemoryEngine, first: str, second: str
) -> None:
    assert [changes(swarm_service, engine, mode=first, replicas=1) for _time in range(2)] == [True, False]
    made = swarm_service.run(engine, **WEB, mode=second, replicas=1)
    assert (made["changed"], made["rebuilt"]) == (True, True)
    assert not changes(swarm_service, engine, mode=second, replicas=1)


def test_a_service_that_is_not_there_is_no_change_to_remove(
    swarm_service: Module, engine: MemoryEngine
) -> None:
    assert not swarm_service.run(engine, name="gone", state="absent", wait=False)["changed"]


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"command": True}, "command"),
        ({"command": ["sh", True]}, "command: entry 2"),
        ({"env": {"A": True}}, "env: variable 'A'"),
        ({"env": 5}, "env"),
        (
            {"mounts": [{"source": "data", "target": "/data"}]},
            "set type to what it is: volume, tmpfs or cluster",
        ),
        ({"stop_signal": "SIGNONE"}, "stop_signal"),
        ({"working_dir": "tmp"}, "working_dir"),
        ({"update_config": {"order": "sideways"}}, "order"),
        ({"rollback_config": {"failure_action": "rollback"}}, "failure_action"),
        ({"healthcheck": {"test": ["x"]}}, "begin with CMD"),
        ({"placement": {"constraints": ["zone == a"]}}, "can match no node"),
        ({"placement": {"preferences": [{}]}}, "is not like {spread: node.labels.zone}"),
        ({"networks": ["nowhere"]}, "there is no network nowhere"),
        ({"secrets": [{"secret_name": "nowhere"}]}, "there is no secret nowhere"),
        ({"configs": [{"config_name": "nowhere"}]}, "there is no config nowhere"),
        ({"replicas": -2}, "replicas"),
    ],
)
def test_what_cannot_work_is_an_error_before_anything_is_sent(
    swarm_service: Module, engine: MemoryEngine, options: Raw, told: str
) -> None:
    assert told in swarm_service.refuses(engine, **{**WEB, **options})
    assert engine.writes == []


def test_a_variable_without_a_value_unsets_that_of_the_image(
    swarm_service: Module, engine: MemoryEngine
) -> None:
    """As with ``docker service create``; community.docker refuses it."""
    assert [changes(swarm_service, engine, env=one) for one in (["A=1", "B"], {"A": "1", "B": None})] == [
        True,
        False,
    ]
    container = engine.objects["services"][0]["Spec"]["TaskTemplate"]["ContainerSpec"]
    assert container["Env"] == ["A=1", "B"]
