# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Services as users declare them, generated ones in all spellings, and as a swarm has them then."""

from __future__ import annotations

import typing as t

from ansible_collections.flotilla.swarm.plugins.module_utils._service.declared import (
    DeclaredService,
    declared_service,
)
from ansible_collections.flotilla.swarm.plugins.module_utils._service.plan import ServicePlan, plan_service
from ansible_collections.flotilla.swarm.plugins.module_utils._service.references import Catalogue, resolved
from hypothesis import strategies as st

Params = dict[str, t.Any]

words = st.sampled_from(["a", "b", "web", "x-1", "Zoë", "two words"])
names = st.sampled_from(["A", "B_C", "PATH", "x"])
durations = st.sampled_from(["10s", "1m30s", "90s", 5 * 10**9, "0.5s", "2h"])
sizes = st.sampled_from(["64M", "67108864", "64m", "64MiB", "1G", "6M"])
texts = st.dictionaries(names, words, max_size=3)
label_sets = st.dictionaries(st.sampled_from(["a", "b", "traefik.enable", "x/y"]), words, max_size=3)
lists = st.lists(words, max_size=3, unique=True)


def optional(**members: st.SearchStrategy[t.Any]) -> st.SearchStrategy[Params]:
    """A dictionary with some of the members, as Ansible hands it over: what was left out is ``None``."""
    return st.fixed_dictionaries({}, optional=members).map(lambda found: {**dict.fromkeys(members), **found})


ROLLOUT = {
    "parallelism": st.integers(0, 3),
    "delay": durations,
    "failure_action": st.sampled_from(["continue", "pause"]),
    "monitor": durations,
    "max_failure_ratio": st.sampled_from([0, 0.1, 0.25, 1]),
    "order": st.sampled_from(["stop-first", "start-first"]),
}
MODE = st.sampled_from(["0444", 0o444, 0o400, "0640", "444"])


def _file(kind: str) -> st.SearchStrategy[t.Any]:
    entry = optional(
        filename=st.sampled_from(["f", "/etc/f"]), uid=st.just("1000"), gid=st.just("0"), mode=MODE
    ).map(lambda found: {f"{kind}_name": f"the-{kind}", f"{kind}_id": None, **found})
    return st.lists(entry, max_size=1)


_mount_types = {
    "bind": optional(
        readonly=st.booleans(),
        propagation=st.sampled_from(["rprivate", "rshared"]),
        non_recursive=st.booleans(),
    ).map(lambda found: {"type": "bind", "source": "/tmp", **found}),
    "guessed": st.just({"type": None, "source": "/var"}),
    "volume": optional(
        readonly=st.booleans(),
        no_copy=st.booleans(),
        labels=texts,
        driver_config=optional(name=st.just("local"), options=texts),
    ).map(lambda found: {"type": "volume", "source": "data", **found}),
    "anonymous": st.just({"type": "volume", "source": None}),
    "cluster": optional(readonly=st.booleans()).map(
        lambda found: {"type": "cluster", "source": "group:scratch", **found}
    ),
    "tmpfs": optional(tmpfs_size=sizes, tmpfs_mode=MODE).map(
        lambda found: {"type": "tmpfs", "source": None, **found}
    ),
}
_mounts = st.dictionaries(
    st.sampled_from(["/a", "/b", "/c"]), st.one_of(*_mount_types.values()), max_size=3
).map(lambda found: [{"target": target, **mount} for target, mount in found.items()])
_ports = st.lists(
    st.sampled_from(
        [
            {"target_port": "80", "published_port": "8080"},
            {"target_port": "53", "published_port": "5300", "protocol": "udp", "mode": None},
            {"target_port": "9000-9002", "published_port": "19000-19002", "protocol": "tcp"},
            {"target_port": "443", "published_port": "8443", "mode": "host"},
            {"target_port": "3868", "published_port": "3868", "protocol": "sctp"},
            {"target_port": "25", "published_port": None},
        ]
    ),
    max_size=3,
    unique_by=str,
)
OPTIONS: dict[str, st.SearchStrategy[t.Any]] = {
    "labels": label_sets,
    "command": st.sampled_from(["sleep 60", ["sleep", "60"], "sh -c 'sleep 60'", []]),
    "args": st.sampled_from([["60"], ["a b", "c"], []]),
    "env": texts
    | texts.map(lambda pairs: [f"{name}={value}" for name, value in pairs.items()])
    | st.just(["BARE"]),
    "working_dir": st.sampled_from(["/", "/tmp", ""]),
    "user": st.sampled_from(["root", "1000:1000", "0", ""]),
    "groups": st.lists(st.sampled_from(["0", "5", "staff"]), max_size=2),
    "hostname": st.sampled_from(["h", "{{.Node.Hostname}}-{{.Task.Slot}}", ""]),
    "hosts": st.dictionaries(
        st.sampled_from(["db", "a.b"]), st.sampled_from(["10.0.0.1", "::1", ["::1", "10.0.0.2"]]), max_size=2
    ),
    "tty": st.booleans(),
    "interactive": st.booleans(),
    "init": st.booleans(),
    "read_only": st.booleans(),
    "stop_signal": st.sampled_from(["SIGTERM", "SIGINT", ""]),
    "stop_grace_period": durations,
    "container_labels": label_sets,
    "healthcheck": optional(
        test=st.sampled_from(["true", ["CMD", "true"], ["CMD-SHELL", "exit 0"], "NONE"]),
        interval=durations,
        timeout=durations,
        retries=st.integers(0, 5),
        start_period=durations,
    ),
    "cap_add": st.lists(st.sampled_from(["net_admin", "CAP_NET_ADMIN", "SYS_TIME"]), max_size=2),
    "cap_drop": st.lists(st.sampled_from(["ALL", "chown", "CAP_MKNOD"]), max_size=2),
    "sysctls": st.dictionaries(
        st.sampled_from(["net.core.somaxconn"]), st.sampled_from(["1024", "128"]), max_size=1
    ),
    "ulimits": st.lists(
        st.sampled_from(["nofile:1024:2048", "nproc=64", {"name": "core", "soft": 0, "hard": 1}]),
        max_size=2,
        unique_by=lambda limit: str(limit)[:6],
    ),
    "privileges": optional(
        selinux=optional(disable=st.booleans(), user=words, role=words, type=words, level=words)
    ),
    "mounts": _mounts,
    "secrets": _file("secret"),
    "configs": _file("config"),
    "networks": st.sampled_from(
        [[], ["front"], [{"name": "front", "aliases": ["b", "a"]}, "back"], ["back", "front"]]
    ),
    "dns": st.sampled_from([[], ["10.0.0.2", "10.0.0.1"]]),
    "dns_search": st.sampled_from([[], ["b.example", "a.example"]]),
    "dns_options": st.sampled_from([[], ["ndots:2", "attempts:1"]]),
    "publish": _ports,
    "logging": optional(
        driver=st.sampled_from(["json-file", "none"]), options=st.sampled_from([{}, {"max-size": "10m"}])
    ),
    "limits": optional(cpus=st.sampled_from([0.0, 0.1, 1.1, 2.0]), memory=sizes, pids=st.integers(0, 100)),
    "reservations": optional(
        cpus=st.sampled_from([0.0, 0.1]),
        memory=st.just("6M"),
        generic_resources=st.sampled_from([{}, {"gpu": 2}, {"fpga": ["b", "a"], "gpu": "1"}]),
    ),
    "placement": optional(
        constraints=st.sampled_from(
            [[], ["node.role==worker"], ["node.labels.disk == ssd", "node.hostname != w9"]]
        ),
        preferences=st.sampled_from([[], [{"spread": "node.labels.zone"}]]),
        replicas_max_per_node=st.integers(0, 3),
    ),
    "restart_config": optional(
        condition=st.sampled_from(["none", "on-failure", "any"]),
        delay=durations,
        max_attempts=st.integers(0, 3),
        window=durations,
    ),
    "update_config": optional(**ROLLOUT),
    "rollback_config": optional(**ROLLOUT),
    "replicas": st.integers(-1, 5),
}


def declarations(image: str = "registry.example/tiny:1") -> st.SearchStrategy[Params]:
    """Declarations of a replicated service with any set of options."""
    return optional(**OPTIONS).map(lambda found: {"name": "web", "image": image, **found})


CATALOGUE = Catalogue(
    networks={"front": "idfront", "back": "idback"},
    secrets={"the-secret": "idsecret"},
    configs={"the-config": "idconfig"},
)
WEB: Params = {"name": "web", "image": "nginx:1"}


def declare(params: Params, *env_files: str) -> DeclaredService:
    """A declared service with the IDs of what it refers to."""
    declared = declared_service(params, env_files)
    declared.values = resolved(declared.values, CATALOGUE, declared.name)
    return declared


def planned(params: Params, live: dict[str, t.Any] | None = None, **more: t.Any) -> ServicePlan:
    """The plan of a declared service."""
    return plan_service(declare({**params, **more}), live)


def applied(plan: ServicePlan) -> dict[str, t.Any]:
    """The service as the swarm has it once a plan is carried out."""
    return {"ID": "id1", "Version": {"Index": 7}, "Spec": plan.spec}


def service(params: Params, **more: t.Any) -> dict[str, t.Any]:
    """The service as the swarm has it once it is created."""
    return applied(planned(params, **more))
