# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.flotilla.swarm.plugins.module_utils._options.option import given
from ansible_collections.flotilla.swarm.plugins.module_utils._service.options import table
from ansible_collections.flotilla.swarm.plugins.plugin_utils._compose import checks
from ansible_collections.flotilla.swarm.plugins.plugin_utils._compose import service as services
from ansible_collections.flotilla.swarm.tests.unit.support.compose import (
    refusal,
    service,
    service_refusal,
    stack,
)

WHERE = "web.yml: services.web"


def test_a_service_with_nothing_but_an_image() -> None:
    assert service("") == {
        "name": "shop_web",
        "image": "tiny:1",
        "labels": {"com.docker.stack.image": "tiny:1", "com.docker.stack.namespace": "shop"},
        "container_labels": {"com.docker.stack.namespace": "shop"},
        "networks": [{"name": "shop_default", "aliases": ["web"]}],
        "mode": "replicated",
    }


@pytest.mark.parametrize(
    ("text", "option", "value"),
    [
        ("command: a 'b c' $$D", "args", ["a", "b c", "$D"]),
        ("command: [a, 1, true]", "args", ["a", "1", "true"]),
        ("entrypoint: /bin/sh -c", "command", ["/bin/sh", "-c"]),
        ("working_dir: /srv", "working_dir", "/srv"),
        ("user: 1000", "user", "1000"),
        ("hostname: '{{.Task.Name}}'", "hostname", "{{.Task.Name}}"),
        ("tty: true", "tty", True),
        ("stdin_open: 'yes'", "interactive", True),
        ("init: false", "init", False),
        ("read_only: true", "read_only", True),
        ("stop_signal: SIGINT", "stop_signal", "SIGINT"),
        ("stop_grace_period: 1m30s", "stop_grace_period", "1m30s"),
        ("oom_score_adj: -500", "oom_score_adj", -500),
        ("isolation: hyperv", "isolation", "hyperv"),
        ("cap_add: [NET_ADMIN]", "cap_add", ["NET_ADMIN"]),
        ("cap_drop: [ALL]", "cap_drop", ["ALL"]),
        ("group_add: [audio, 44]", "groups", ["audio", "44"]),
        ("dns: 192.0.2.1", "dns", ["192.0.2.1"]),
        ("dns_search: [a.example, b.example]", "dns_search", ["a.example", "b.example"]),
        ("dns_opt: ['ndots:2']", "dns_options", ["ndots:2"]),
        ("sysctls: [net.core.somaxconn=1024]", "sysctls", {"net.core.somaxconn": "1024"}),
        ("sysctls: {net.ipv4.tcp_syncookies: 0}", "sysctls", {"net.ipv4.tcp_syncookies": "0"}),
        (
            "ulimits: {nproc: 64, nofile: {soft: 1024, hard: '2048'}}",
            "ulimits",
            [{"name": "nproc", "soft": 64, "hard": 64}, {"name": "nofile", "soft": 1024, "hard": 2048}],
        ),
        (
            "extra_hosts: ['a:192.0.2.1', 'b=192.0.2.2', 'six:2001:db8::1', 'c:[::1]']",
            "hosts",
            {"a": "192.0.2.1", "b": "192.0.2.2", "six": "2001:db8::1", "c": "::1"},
        ),
        ("extra_hosts: {a: 192.0.2.1, b: [192.0.2.2]}", "hosts", {"a": "192.0.2.1", "b": "192.0.2.2"}),
        ("extra_hosts: ['a:192.0.2.2', 'a:192.0.2.1']", "hosts", {"a": ["192.0.2.2", "192.0.2.1"]}),
        (
            "logging: {driver: syslog, options: {tag: 1, mode: null}}",
            "logging",
            {"driver": "syslog", "options": {"tag": "1", "mode": ""}},
        ),
        ("healthcheck: {test: curl -f http://x}", "healthcheck", {"test": ["CMD-SHELL", "curl -f http://x"]}),
        (
            "healthcheck: {test: [CMD, 'true'], interval: 10s, timeout: 1m30s, retries: 3, start_period: 0s}",
            "healthcheck",
            {
                "test": ["CMD", "true"],
                "interval": "10s",
                "timeout": "1m30s",
                "retries": 3,
                "start_period": "0s",
            },
        ),
        ("healthcheck: {disable: true}", "healthcheck", {"test": ["NONE"]}),
        ("healthcheck: {start_interval: 1s, disable: false}", "healthcheck", {"start_interval": "1s"}),
        ("security_opt: [no-new-privileges:true]", "privileges", {"no_new_privileges": True}),
        (
            "security_opt: [no-new-privileges, seccomp=unconfined, 'apparmor:unconfined', 'label:type:t', 'label=level:s0']",
            "privileges",
            {
                "no_new_privileges": True,
                "seccomp": {"mode": "unconfined"},
                "apparmor": "disabled",
                "selinux": {"type": "t", "level": "s0"},
            },
        ),
        ("security_opt: [label:disable]", "privileges", {"selinux": {"disable": True}}),
        ("credential_spec: {file: x.json}", "privileges", {"credential_spec": {"file": "x.json"}}),
        ("privileged: false", "privileges", None),
        (
            "labels: [a=1, b]",
            "container_labels",
            {"a": "1", "b": "", "com.docker.stack.namespace": "shop"},
        ),
        (
            "labels: {a: 1.10, b: true, c: null, d: 2.0}",
            "container_labels",
            {"a": "1.1", "b": "true", "c": "", "d": "2", "com.docker.stack.namespace": "shop"},
        ),
    ],
)
def test_a_key_is_an_option(text: str, option: str, value: t.Any) -> None:
    assert service(text).get(option) == value


@pytest.mark.parametrize(
    ("text", "options"),
    [
        ("deploy: {replicas: '3'}", {"replicas": 3}),
        ("scale: 2", {"replicas": 2}),
        ("deploy: {mode: global}", {"mode": "global"}),
        ("deploy: {mode: replicated-job, replicas: 4}", {"mode": "replicated-job", "replicas": 4}),
        ("deploy: {endpoint_mode: dnsrr}", {"endpoint_mode": "dnsrr"}),
        (
            (
                "deploy: {update_config: {parallelism: 0, delay: 10s, failure_action: rollback, monitor: 1m, "
                "max_failure_ratio: '0.2', order: start-first}}"
            ),
            {
                "update_config": {
                    "parallelism": 0,
                    "delay": "10s",
                    "failure_action": "rollback",
                    "monitor": "1m",
                    "max_failure_ratio": 0.2,
                    "order": "start-first",
                }
            },
        ),
        (
            "deploy: {rollback_config: {failure_action: pause}}",
            {"rollback_config": {"failure_action": "pause"}},
        ),
        (
            "deploy: {resources: {limits: {cpus: '0.5', memory: 64M, pids: 9}, reservations: {cpus: 1, memory: 1gb}}}",
            {
                "limits": {"cpus": 0.5, "memory": "64M", "pids": 9},
                "reservations": {"cpus": 1.0, "memory": "1gb"},
            },
        ),
        (
            "deploy: {resources: {reservations: {generic_resources: [{discrete_resource_spec: {kind: gpu, value: 2}}]}}}",
            {"reservations": {"generic_resources": {"gpu": 2}}},
        ),
        (
            (
                "deploy: {placement: {constraints: [node.role == manager], preferences: [{spread: node.labels.a}], "
                "max_replicas_per_node: 1}}"
            ),
            {
                "placement": {
                    "constraints": ["node.role == manager"],
                    "preferences": [{"spread": "node.labels.a"}],
                    "replicas_max_per_node": 1,
                }
            },
        ),
        (
            "deploy: {restart_policy: {condition: on-failure, delay: 5s, max_attempts: 3, window: 2m}}",
            {
                "restart_config": {
                    "condition": "on-failure",
                    "delay": "5s",
                    "max_attempts": 3,
                    "window": "2m",
                }
            },
        ),
        ("restart: always", {"restart_config": {"condition": "any"}}),
        ("restart: unless-stopped", {"restart_config": {"condition": "any"}}),
        ("restart: on-failure", {"restart_config": {"condition": "on-failure", "max_attempts": 0}}),
        ("restart: on-failure:3", {"restart_config": {"condition": "on-failure", "max_attempts": 3}}),
        (
            "restart: always\ndeploy: {restart_policy: {condition: none}}",
            {"restart_config": {"condition": "none"}},
        ),
        ("deploy: {placement: {}, resources: {}, update_config: {}}", {}),
    ],
)
def test_how_it_is_deployed(text: str, options: dict[str, t.Any]) -> None:
    usual = {"name", "image", "labels", "container_labels", "networks"}
    found = {key: value for key, value in service(text).items() if key not in usual}
    assert found == {"mode": "replicated", **options}


def test_labels_of_the_service() -> None:
    found = service("deploy: {labels: ['a.b=c=d', 'rule=Host(`x`)']}")["labels"]
    assert found == {
        "a.b": "c=d",
        "rule": "Host(`x`)",
        "com.docker.stack.image": "tiny:1",
        "com.docker.stack.namespace": "shop",
    }


@pytest.mark.parametrize("word", ["'no'", "no", "false"])
def test_a_key_without_effect_is_a_warning(word: str) -> None:
    found = stack(f"services: {{web: {{image: x, restart: {word}, command: [], entrypoint: ''}}}}")
    assert [warning.split(", ")[0] for warning in found.warnings] == [
        f"{WHERE}.entrypoint is empty",
        f"{WHERE}.command is empty",
        f"{WHERE}.restart is 'no' and has no effect",
    ]
    assert not {"command", "args", "restart_config"} & set(found.services[0])


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("deploy: {replicas: many}", ".deploy.replicas is 'many', not a whole number."),
        ("deploy: {replicas: 1.5}", ".deploy.replicas is 1.5, not a whole number."),
        ("deploy: {replicas: true}", ".deploy.replicas is True, not a whole number."),
        ("deploy: {replicas: -1}", ".deploy.replicas: -1 is not from 0 to 100000: it is a number of tasks."),
        ("deploy: {replicas: [1]}", ".deploy.replicas is a list, not a whole number."),
        ("deploy: {mode: glboal}", ".deploy.mode is 'glboal', none of replicated, global,"),
        ("deploy: {mode: global, replicas: 2}", ".deploy.replicas: replicas is for mode replicated and"),
        ("deploy: [x]", ".deploy is a list, not a mapping of keys to values."),
        ("deploy: {replica: 1}", ".deploy.replica is not a key of Compose; did you mean replicas?"),
        ("deploy: {zzz: 1}", ".deploy.zzz is not a key of Compose; known keys are endpoint_mode, labels,"),
        ("comand: x", ".comand is not a key of Compose; did you mean command?"),
        (
            "deploy: {update_config: {delay: 5 parsecs}}",
            ".deploy.update_config.delay: '5 parsecs' is not a",
        ),
        (
            "deploy: {update_config: {delay: 5}}",
            ".deploy.update_config.delay is 5, a duration without a unit; write 5s",
        ),
        (
            "deploy: {rollback_config: {failure_action: stop}}",
            ".deploy.rollback_config.failure_action is 'stop', none of continue, pause.",
        ),
        (
            "deploy: {resources: {limits: {memory: lots}}}",
            ".deploy.resources.limits.memory: 'lots' is not a",
        ),
        (
            "deploy: {resources: {limits: {cpus: half}}}",
            ".deploy.resources.limits.cpus is 'half', not a number.",
        ),
        (
            "deploy: {resources: {reservations: {generic_resources: [{}]}}}",
            ".deploy.resources.reservations.generic_",
        ),
        ("restart: sometimes", ".restart is 'sometimes', none of no, always, unless-stopped,"),
        ("command: a 'b", ".command cannot be split as a shell does it: no closing quotation."),
        ("command: {a: b}", ".command is a mapping, not a text."),
        ("tty: maybe", ".tty is 'maybe', neither true nor false."),
        ("ulimits: {nofile: {soft: 1}}", ".ulimits.nofile has no hard."),
        ("ulimits: {nofile: many}", ".ulimits.nofile is 'many', not a whole number."),
        (
            "healthcheck: {test: x, disable: true}",
            ".healthcheck.test cannot be combined with disable; remove one of them.",
        ),
        ("extra_hosts: {a: []}", ".extra_hosts.a has no address."),
        (
            "credential_spec: {file: a, registry: b}",
            ".credential_spec does not have exactly one of config, file and registry.",
        ),
        ("labels: ['=x']", ".labels[0] has no name before its value."),
        (
            "deploy: {placement: {constraints: [node.role = worker]}}",
            ".deploy.placement.constraints: 'node.role = worker' is not like",
        ),
        (
            "deploy: {placement: {constraints: [node.role ==]}}",
            ".deploy.placement.constraints: 'node.role ==' has",
        ),
        (
            "deploy: {placement: {preferences: [{spred: a}]}}",
            ".deploy.placement.preferences[0].spred is not a key",
        ),
        (
            "deploy: {mode: global-job, update_config: {delay: 1s}}",
            ".deploy.update_config.delay: update_config.delay makes no sense for a global-job",
        ),
        (
            "deploy: {update_config: {max_failure_ratio: 2}}",
            ".deploy.update_config.max_failure_ratio: 2.0 is not from",
        ),
        ("isolation: hypervisor", ".isolation is 'hypervisor', none of default, process, hyperv."),
        ("labels: {flotilla.declared: x}", ".labels: label 'flotilla.declared' is reserved"),
        (
            "deploy: {labels: [flotilla.declared=x]}",
            ".deploy.labels: label 'flotilla.declared' is reserved",
        ),
        ("stop_grace_period: [1s]", ".stop_grace_period is a list, not a text."),
    ],
)
def test_a_wrong_value_is_refused_with_file_and_path(text: str, told: str) -> None:
    assert service_refusal(text).startswith(WHERE + told)


def test_a_service_without_an_image() -> None:
    assert refusal("services: {web: {command: x}}").startswith(f"{WHERE} has no image")


def test_options_that_only_newer_engines_have_can_be_left_out() -> None:
    text = (
        "oom_score_adj: 5\nhealthcheck: {start_interval: 1s, retries: 2}\nsecurity_opt: [no-new-privileges]"
    )
    found = service(text, ignore_unsupported=["oom_score_adj", "start_interval", "security_opt"])
    assert found["healthcheck"] == {"retries": 2}
    assert not {"oom_score_adj", "privileges"} & set(found)
    assert {"oom_score_adj", "privileges"} <= set(service(text))


def test_security_options_that_services_do_not_have() -> None:
    assert "services.web.security_opt[0] (services have" in service_refusal(
        "security_opt: [systempaths=unconfined]"
    )
    assert "privileges" not in service(
        "security_opt: [no-new-privileges]", ignore_unsupported=["security_opt"]
    )


# The table


@pytest.mark.parametrize(
    ("text", "options", "told"),
    [
        (
            "deploy: {placement: {preferences: [{}, {spread: node.labels.a}, {spread: ''}]}}",
            {"placement": {"preferences": [{"spread": "node.labels.a"}]}},
            [
                ".deploy.placement.preferences[0] has no spread and no effect, as with docker stack deploy.",
                ".deploy.placement.preferences[2] has no spread and no effect, as with docker stack deploy.",
            ],
        ),
        (
            "deploy: {placement: {constraints: [node.role == worker, zone == a]}}",
            {"placement": {"constraints": ["node.role == worker", "zone == a"]}},
            [
                (
                    ".deploy.placement.constraints: 'zone == a' can match no node: use node.id, node.hostname, node.ip, "
                    "node.role, node.platform.os, node.platform.arch, node.labels.NAME or engine.labels.NAME. It is sent as "
                    "it is, as docker stack deploy does it."
                ),
            ],
        ),
        (
            "deploy: {rollback_config: {failure_action: rollback, parallelism: 2}}",
            {"rollback_config": {"failure_action": "pause", "parallelism": 2}},
            [".deploy.rollback_config.failure_action is rollback, which no rollback does: it becomes pause."],
        ),
        (
            "healthcheck: {test: ['true', a]}",
            {"healthcheck": {"test": ["true", "a"]}},
            [
                (
                    ".healthcheck.test: a list has to begin with CMD, CMD-SHELL or NONE, not with 'true'. It is sent as it is, "
                    "as docker stack deploy does it."
                ),
            ],
        ),
    ],
)
def test_what_docker_deploys_without_effect_is_deployed_with_a_warning(
    text: str, options: dict[str, t.Any], told: list[str]
) -> None:
    indented = text.replace("\n", "\n    ")
    found = stack(f"services:\n  web:\n    image: x\n    {indented}")
    assert {name: found.services[0].get(name) for name in options} == options
    assert found.warnings == [f"web.yml: services.web{one}" for one in told]


def test_every_row_is_an_option_of_a_service() -> None:
    names = {row.name for row in table()}
    assert set(services.OPTIONS.values()) <= names
    # Keys for these are read one by one, or Compose has none.
    assert names - set(services.OPTIONS.values()) == {
        *(
            "args",
            "command",
            "configs",
            "container_labels",
            "env",
            "healthcheck.test",
            "hosts",
            "image",
            "labels",
        ),
        *(
            "mounts",
            "networks",
            "placement.preferences",
            "publish",
            "reservations.generic_resources",
            "secrets",
        ),
        *("privileges.apparmor", "privileges.credential_spec", "privileges.no_new_privileges"),
        *("privileges.seccomp", "privileges.selinux", "ulimits"),
        *("limits.swap", "limits.swappiness", "max_concurrent"),
    }


def test_a_row_is_all_that_a_key_needs(monkeypatch: pytest.MonkeyPatch) -> None:
    """The reader, the words, the limits and what may be left out come from the option's own row."""
    rows = {"a_text": "hostname", "group.some_words": "endpoint_mode", "group.a_new_number": "oom_score_adj"}
    monkeypatch.setattr(services, "OPTIONS", {**services.OPTIONS, **rows})
    monkeypatch.setattr(services, "KEYS", services._tree([*rows, "image"]))
    found = service("a_text: 7\ngroup: {some_words: vip, a_new_number: 5}")
    assert {name: given(found, name) for name in rows.values()} == {
        "hostname": "7",
        "endpoint_mode": "vip",
        "oom_score_adj": 5,
    }
    assert service_refusal("group: {some_words: vip2}").startswith(
        f"{WHERE}.group.some_words is 'vip2', none of vip"
    )
    assert service_refusal("group: {a_new_number: 5000}").startswith(
        f"{WHERE}.group.a_new_number: 5000 is not from"
    )
    assert "oom_score_adj" not in service("group: {a_new_number: 5000}", ignore_unsupported=["a_new_number"])


def test_each_value_is_converted_once(monkeypatch: pytest.MonkeyPatch) -> None:
    converted: list[str] = []
    check = checks.check

    def counted(value: t.Any, name: str, declared: t.Any, word: str = "service") -> t.Any:
        converted.append(name)
        return check(value, name, declared, word)

    monkeypatch.setattr(checks, "check", counted)
    text = "deploy: {update_config: {delay: 1s}, replicas: 2}\nports: [80:80, 81:81]\nvolumes: [/a:/b]\ndns: 192.0.2.1"
    service(text)
    assert sorted(converted) == [
        *(
            "container_labels",
            "dns",
            "image",
            "labels",
            "mounts",
            "networks",
            "publish",
            "publish",
            "replicas",
        ),
        "update_config.delay",
    ]


@pytest.mark.parametrize(
    ("text", "group", "options"),
    [
        ("cpus: 1.5\nmem_limit: 64m\npids_limit: 9", "limits", {"cpus": 1.5, "memory": "64m", "pids": 9}),
        ("mem_reservation: 32m", "reservations", {"memory": "32m"}),
        ("pids_limit: -1", "limits", {"pids": 0}),
        ("pids_limit: '-1'", "limits", {"pids": 0}),
        ("mem_limit: 64m\ndeploy: {resources: {limits: {memory: 1g}}}", "limits", {"memory": "1g"}),
    ],
)
def test_limits_beside_deploy_are_those_of_deploy(text: str, group: str, options: dict[str, t.Any]) -> None:
    assert service(text)[group] == options


def test_a_platform_is_two_constraints() -> None:
    found = service("platform: linux/arm64\ndeploy: {placement: {constraints: [node.role == worker]}}")
    assert found["placement"]["constraints"] == [
        "node.role == worker",
        "node.platform.os == linux",
        "node.platform.arch == aarch64",
    ]
    assert service("platform: windows")["placement"]["constraints"] == ["node.platform.os == windows"]
    assert service_refusal("platform: 'linux amd64'").startswith(
        "web.yml: services.web.platform is 'linux amd64', not a platform like linux/amd64."
    )


@pytest.mark.parametrize(
    ("platform", "system", "architecture"),
    [
        ("linux/amd64/v2", "linux", "x86_64"),
        ("amd64", "linux", "x86_64"),
        ("linux/386", "linux", "i686"),
        ("linux/arm", "linux", "armv7l"),
        ("arm/v6", "linux", "armv6l"),
        ("linux/arm64/v8", "linux", "aarch64"),
        ("linux/aarch64", "linux", "aarch64"),
        ("riscv64", "linux", "riscv64"),
        ("linux/loong64", "linux", "loongarch64"),
        ("linux/mips64le", "linux", "mips64"),
        ("windows/amd64", "windows", "x86_64"),
        ("windows/arm64", "windows", "arm64"),
    ],
)
def test_an_architecture_is_called_as_nodes_call_it(platform: str, system: str, architecture: str) -> None:
    """Whatever it is called in the file: a name that no node has would leave the service without a node."""
    found = stack(f"services: {{web: {{image: x, platform: {platform}}}}}")
    assert found.services[0]["placement"]["constraints"] == [
        f"node.platform.os == {system}",
        f"node.platform.arch == {architecture}",
    ]
    assert found.warnings == []


@pytest.mark.parametrize(
    ("platform", "constraints", "told"),
    [
        (
            "linux/sparc",
            ["linux", "sparc"],
            "the architecture sparc with linux, which no known node of Docker",
        ),
        (
            "windows/s390x",
            ["windows", "s390x"],
            "the architecture s390x with windows, which no known node of",
        ),
        (
            "darwin/arm64",
            ["darwin", "arm64"],
            "the operating system darwin, which no known node of Docker has",
        ),
        ("freebsd", ["freebsd"], "the operating system freebsd, which no known node of Docker has"),
    ],
)
def test_a_platform_that_no_node_has_is_warned_of(platform: str, constraints: list[str], told: str) -> None:
    found = stack(f"services: {{web: {{image: x, platform: {platform}}}}}")
    keys = ("node.platform.os", "node.platform.arch")
    assert found.services[0]["placement"]["constraints"] == [
        f"{key} == {value}" for key, value in zip(keys, constraints, strict=False)
    ]
    [warning] = found.warnings
    assert warning.startswith(f"web.yml: services.web.platform names {told}")
    assert "so the service finds no node; known are " in warning


@pytest.mark.parametrize(
    ("policy", "resolve"),
    [
        ("always", "always"),
        ("never", "never"),
        ("missing", "changed"),
        ("if_not_present", "changed"),
        ("every_2h", "changed"),
        ("refresh", "changed"),
    ],
)
def test_a_pull_policy_says_when_a_tag_is_looked_up(policy: str, resolve: str) -> None:
    assert service(f"pull_policy: {policy}")["resolve_image"] == resolve


def test_another_pull_policy_is_refused() -> None:
    assert "pull_policy is 'sometimes', none of always, never" in service_refusal("pull_policy: sometimes")


def test_the_size_of_shared_memory_is_a_tmpfs() -> None:
    assert service("shm_size: 256m")["mounts"] == [
        {"type": "tmpfs", "target": "/dev/shm", "tmpfs_size": "256m"}
    ]
    assert "two mounts with the target /dev/shm" in service_refusal("shm_size: 256m\ntmpfs: /dev/shm")
    assert "'much' is not a size" in service_refusal("shm_size: much")


def test_labels_in_files_are_below_those_of_the_service() -> None:
    files = {
        "web.yml": "services: {web: {image: x, label_file: [a.labels, b.labels], labels: {c: own}}}",
        "a.labels": "a=1\nc=file\n",
        "b.labels": "a=2\n",
    }
    [web] = stack(files, "web.yml").services
    assert web["container_labels"] == {"a": "2", "c": "own", "com.docker.stack.namespace": "shop"}


def test_services_with_a_profile_are_deployed_when_the_task_names_it() -> None:
    text = "services: {web: {image: x}, debug: {image: y, profiles: [debug, all]}}"

    def names(*profiles: str) -> list[str]:
        return [one["name"] for one in stack(text, profiles=profiles).services]

    assert [names(), names("other"), names("debug"), names("*")] == [
        ["shop_web"],
        ["shop_web"],
        ["shop_web", "shop_debug"],
        ["shop_web", "shop_debug"],
    ]
    assert stack(text).warnings == [
        "web.yml: services.debug is left out, since it has the profiles debug, all and the task names no profiles."
    ]
    assert stack(text, profiles=["other"]).warnings == []
