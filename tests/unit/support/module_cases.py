# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A task of each module that works, and the Engine that it works with: one row each."""

from __future__ import annotations

import typing as t
from urllib.parse import unquote

from ansible_collections.flotilla.swarm.plugins.plugin_utils._compose.stack import FileAccess, read_task
from ansible_collections.flotilla.swarm.tests.unit.support.engine import FakeEngine, Sequence, info
from ansible_collections.flotilla.swarm.tests.unit.support.recorded import RecordedSwarm, recorded
from ansible_collections.flotilla.swarm.tests.unit.support.rows import MemoryEngine

Raw = dict[str, t.Any]
Engine = MemoryEngine | FakeEngine

CANARY = "canary3f9a"
TOKEN = f"SWMTKN-1-{'0' * 50}-{'1' * 25}"
WEB: Raw = {"name": "web", "image": "nginx:1", "resolve_image": "never"}
_STACK = "com.docker.stack.namespace"


class Case(t.NamedTuple):
    """A task that works.

    Attributes:
        given: its options.
        engine: makes the Engine, of a manager unless the module is about joining; ``None`` where none is asked.
        changes: whether the first run changes something. The second never does.
        reads: whether it only reads, so that a host without an Engine is a state and no failure.
        hidden: sets of further options, each with ``CANARY`` where a value may be a secret.
        unseen: the documented dictionaries of which this result has none; the module's own tests have them.
    """

    given: Raw
    engine: t.Callable[[], Engine] | None
    changes: bool = False
    reads: bool = False
    hidden: tuple[Raw, ...] = ()
    unseen: frozenset[str] = frozenset()


class RunningEngine(MemoryEngine):
    """One whose services run, each with one task."""

    def _answer(self, method: str, steps: list[str], sent: t.Any) -> tuple[int, t.Any]:
        if steps == ["tasks"]:
            return 200, [_running(raw) for raw in self.objects["services"]]
        return super()._answer(method, steps, sent)


class ImagesEngine(MemoryEngine):
    """One with an image of two names that is in use, and others that are not; it is no Engine of this host."""

    where = "tcp://memory:2375"

    def __init__(self) -> None:
        super().__init__()
        self.images = {"sha256:used": "web:1", "sha256:unused": "web:0", "sha256:service": "web:2"}
        self._create("services", {"Name": "web", "TaskTemplate": {"ContainerSpec": {"Image": "web:2"}}})

    def _answer(self, method: str, steps: list[str], sent: t.Any) -> tuple[int, t.Any]:
        steps = [unquote(step) for step in steps]
        if steps == ["containers", "json"]:
            return 200, [{"Id": "c1", "ImageID": "sha256:used", "State": "running", "Labels": {}}]
        if steps == ["images", "json"]:
            return 200, [self._image(one) for one in self.images]
        if steps == ["images", "create"]:
            self.images["sha256:new"] = "web:3"
            return 200, {}
        if steps[0] == "images" and method == "DELETE":
            [found] = [one for one, name in self.images.items() if name == steps[1]]
            del self.images[found]
            return 200, [{"Untagged": steps[1]}, {"Deleted": found}]
        if steps[0] == "images":
            known = [one for one, name in self.images.items() if steps[1] in (one, name)]
            return (200, self._image(known[0])) if known else (404, {"message": "No such image"})
        if steps == ["system", "df"]:
            return 200, {"LayersSize": 1000 * len(self.images)}
        return super()._answer(method, steps, sent)

    def _image(self, identity: str) -> Raw:
        metadata = {"LastTagTime": "2024-05-01T10:00:00.123456789+02:00"}
        return {
            "Id": identity,
            "RepoTags": [self.images[identity]],
            "RepoDigests": [],
            "Size": 1500,
            "SharedSize": 500,
            "RootFS": {"Layers": [f"sha256:{identity[-4:]}"]},
            "Metadata": metadata,
        }


def _running(raw: Raw) -> Raw:
    return {
        "ID": f"task-of-{raw['ID']}",
        "ServiceID": raw["ID"],
        "Slot": 1,
        "NodeID": "node-of-its-own",
        "CreatedAt": raw["CreatedAt"],
        "UpdatedAt": raw["CreatedAt"],
        "Spec": raw["Spec"]["TaskTemplate"],
        "Status": {"State": "running"},
        "DesiredState": "running",
    }


def shop(image: str = "nginx:1", data: str = "words") -> Raw:
    """The options of swarm_stack as its action hands them on, once it has read the Compose files."""
    web: Raw = {"image": image, "networks": ["front"], "secrets": ["key"], "configs": ["conf"]}
    web["environment"] = {"KEY": data}
    compose: Raw = {"services": {"web": web}, "networks": {"front": {}}}
    compose["secrets"] = {"key": {"environment": "KEY"}}
    compose["configs"] = {"conf": {"content": data}}
    task = {"name": "shop", "compose": [compose], "variables": {"KEY": data}, "resolve_image": "never"}
    return read_task({**task, "wait": False}, FileAccess(False, str, lambda _path, _most: b""))[0]


def joining() -> FakeEngine:
    """A host that is in no swarm, and a worker once it has joined."""
    worker = info("active", "id-w1", managers=["10.0.0.11:2377"])
    answers = {"GET /info": Sequence(info(), worker), "POST /swarm/join": None, "POST /swarm/leave": None}
    return FakeEngine(answers)


def holding(kind: str, *objects: Raw) -> t.Callable[[], MemoryEngine]:
    """An Engine with some objects."""

    def engine() -> MemoryEngine:
        made = MemoryEngine()
        for one in objects:
            made._create(kind, one)
        return made

    return engine


def with_a_worker() -> MemoryEngine:
    """An Engine with a node beside its own."""
    engine = MemoryEngine()
    worker: Raw = {
        "ID": "worker",
        "Version": {"Index": 1},
        "Spec": {"Role": "worker", "Availability": "active", "Labels": {}},
        "Status": {"State": "ready", "Addr": "10.0.0.101"},
        "Description": {"Hostname": "w1", "Engine": {"EngineVersion": "26.1.5"}},
    }
    engine.objects["nodes"].append(worker)
    return engine


def publishing() -> MemoryEngine:
    """An Engine with a service that runs and publishes a port."""
    engine = RunningEngine()
    engine._create("services", {"Name": "web", "TaskTemplate": {}})
    engine.objects["services"][0]["Endpoint"] = {"Ports": [{"PublishedPort": 8080, "TargetPort": 80}]}
    return engine


def with_stack() -> RecordedSwarm:
    """The recorded services, of which two belong to a stack."""
    none: Raw = {f"GET /{kind}": [] for kind in ("networks", "secrets", "configs")}
    swarm = RecordedSwarm(**none)
    for one in swarm.services[:2]:
        one["Spec"]["Labels"] = {_STACK: "shop"}
    stack = [one for one in swarm.services if one["Spec"]["Labels"].get(_STACK)]
    swarm.answers["GET /services"] = lambda _body, query: (
        stack if "label" in (query.get("filters") or {}) else swarm.services
    )
    return swarm


def with_lines() -> RecordedSwarm:
    """The recorded services, with a line that one of them wrote."""
    web = next(one for one in recorded("services") if one["Spec"]["Name"] == "web")
    task = next(one for one in recorded("tasks") if one["ServiceID"] == web["ID"])
    line = f"2026-11-20T23:53:15.1Z com.docker.swarm.node.id={task['NodeID']},com.docker.swarm.service.id={web['ID']}"
    line += f",com.docker.swarm.task.id={task['ID']} hello\n"
    frame = b"\x01\0\0\0" + len(line).to_bytes(4, "big") + line.encode()
    return RecordedSwarm(**{f"GET /services/{web['ID']}/logs": frame})


_NETWORK: Raw = {"Name": "front", "Scope": "swarm", "Driver": "overlay", "Attachable": True}
_NETWORK["IPAM"] = {"Config": [{"Subnet": "10.7.0.0/24", "Gateway": "10.7.0.1"}]}
_CONTENT: Raw = {"Name": "app", "Labels": {}, "Data": "d29yZHM="}

_AUTH: Raw = {"username": "u", "password": CANARY}
_MOUNT: Raw = {"type": "volume", "source": "data", "target": "/data"}
_MOUNT["driver_config"] = {"name": "local", "options": {"o": CANARY}}

CASES: dict[str, Case] = {
    # Each run makes or needs another archive, so these are no tasks that may run twice (see their own tests).
    "swarm_backup": Case({"outage": True}, MemoryEngine, True, hidden=({"unlock_key": CANARY},)),
    "swarm_restore": Case({"path": "/nowhere/swarm.tar"}, MemoryEngine, True),
    "swarm_config": Case({"name": "app", "data": "words"}, MemoryEngine, True, hidden=({"data": CANARY},)),
    "swarm_config_info": Case({}, holding("configs", _CONTENT), reads=True),
    "swarm_engine_options": Case(
        {"daemon": {}},
        None,
        hidden=({"daemon": {"proxies": {"http-proxy": CANARY}}}, {"log_options": {"token": CANARY}}),
    ),
    "swarm_engine_packages": Case({"name": []}, None),
    "swarm_firewall": Case({"members": ["10.0.0.11"]}, None),
    "swarm_disk_info": Case({}, ImagesEngine),
    "swarm_prune": Case({"keep": ["web:2"], "build_cache": False}, ImagesEngine, True),
    "swarm_pull": Case(
        {"images": ["web:3", "web:1"]},
        ImagesEngine,
        True,
        hidden=(
            {"registry_auth": [{"username": "u", "password": CANARY}]},
            {"registry_auth": [{"identity_token": CANARY}]},
        ),
    ),
    "swarm_host_info": Case({}, MemoryEngine, reads=True),
    # No file of a certificate stands behind an Engine in memory.
    "swarm_info": Case(
        {"published_ports": True}, MemoryEngine, reads=True, unseen=frozenset({"certificate"})
    ),
    "swarm_init": Case(
        {"task_history_retention_limit": 9},
        MemoryEngine,
        True,
        hidden=(
            {"unlock_key": CANARY},
            {"join_token": CANARY},
            {"signing_ca_cert": "cert", "signing_ca_key": CANARY},
            {"external_cas": [{"url": "https://ca", "options": {"token": CANARY}}]},
            {"external_cas": [{"url": f"https://us:{CANARY}@ca"}]},
        ),
        unseen=frozenset({"join_tokens"}),
    ),
    "swarm_join": Case(
        {"remote_addrs": ["10.0.0.11"], "join_token": TOKEN},
        joining,
        True,
        hidden=({"join_token": TOKEN.replace("1" * len(CANARY), CANARY, 1)},),
    ),
    "swarm_network": Case(
        {"name": "front", "mtu": 1400},
        MemoryEngine,
        True,
        hidden=(
            {"ipam_driver": "other", "ipam_driver_options": {"token": CANARY}},
            {"driver_options": {"token": CANARY}},
        ),
    ),
    "swarm_export_info": Case({}, MemoryEngine, reads=True),
    # What it does on a host is proven beside its room; here no HAProxy runs.
    "swarm_load_balancer": Case(
        {"state": "ready", "node": "n1"},
        None,
        hidden=({"certificates": [{"name": "site", "content": CANARY}]},),
    ),
    # A host that cannot tell fails: a load balancer without frontends would be made of it.
    "swarm_load_balancer_info": Case({"frontends": [{"service": "web"}]}, publishing),
    "swarm_maintenance": Case({"nodes": ["w1"], "state": "planned"}, with_a_worker, True),
    "swarm_network_info": Case({"name": ["front"]}, holding("networks", _NETWORK), reads=True),
    "swarm_node": Case({"hostname": "m1", "labels": {"disk": "ssd"}}, MemoryEngine, True),
    "swarm_node_info": Case({}, MemoryEngine, reads=True),
    "swarm_operation": Case({"name": "upgrade", "run": "here 1 1"}, MemoryEngine, True),
    "swarm_plan": Case({}, None),
    "swarm_report": Case({"dest": "cluster.html", "swarm_info": "swarm"}, None),
    "swarm_show": Case({"lines": ["a"]}, None),
    "swarm_rebalance": Case({}, MemoryEngine),
    "swarm_reach": Case(
        {"state": "proven", "host": "m1", "run": "r1", "peers": []},
        None,
        unseen=frozenset({"ports", "reached"}),
    ),
    "swarm_secret": Case(
        {"name": "app", "data": "words"},
        MemoryEngine,
        True,
        hidden=(
            {"data": CANARY},
            {"data": None, "driver": {"name": "vault", "options": {"token": CANARY}}},
        ),
    ),
    "swarm_secret_info": Case({}, holding("secrets", _CONTENT), reads=True),
    "swarm_service": Case(
        WEB,
        RunningEngine,
        True,
        hidden=(
            {"env": {"KEY": CANARY}},
            {"env": [f"KEY={CANARY}"]},
            {"mounts": [_MOUNT]},
            {"logging": {"driver": "gelf", "options": {"token": CANARY}}},
            {"registry_auth": _AUTH},
            {"registry_auth": {"identity_token": CANARY}},
        ),
    ),
    "swarm_service_info": Case({}, RecordedSwarm, reads=True),
    "swarm_service_log_info": Case({"name": ["web"]}, with_lines, reads=True),
    "swarm_stack": Case(
        shop(),
        MemoryEngine,
        True,
        hidden=(
            shop(data=CANARY),
            {"variables": {"KEY": CANARY}},
            {"compose": [{"services": {"web": {"environment": {"KEY": CANARY}}}}]},
            {"registry_auth": [_AUTH]},
            {"registry_auth": [{"identity_token": CANARY}]},
        ),
    ),
    "swarm_stack_info": Case({}, with_stack, reads=True),
    "swarm_stack_task_info": Case({"name": "shop"}, with_stack, reads=True),
    "swarm_task_info": Case(
        {"state": ["running", "failed"], "desired_state": "running"}, RecordedSwarm, reads=True
    ),
    "swarm_upgrade_info": Case({}, MemoryEngine, reads=True),
}


def _in_lists() -> Case:
    """All kinds of objects in one task, each with what its own module has in its row."""
    stack = {name: value for name, value in shop().items() if name != "wait"}
    entries: Raw = {
        "networks": {"name": "front", "mtu": 1400},
        "secrets": {"name": "key", "data": "words"},
        "configs": {"name": "conf", "data": "words"},
        "services": {**WEB, "networks": ["front"], "secrets": [{"secret_name": "key"}]},
        "stacks": stack,
    }
    modules = {kind: CASES[f"swarm_{kind[:-1]}"] for kind in entries}
    hidden = [
        {kind: [{**entry, **{name: value for name, value in more.items() if name != "wait"}}]}
        for kind, entry in entries.items()
        for more in modules[kind].hidden
    ]
    # Each task declares all that its service refers to.
    return Case({kind: [entry] for kind, entry in entries.items()}, RunningEngine, True, hidden=tuple(hidden))


CASES["swarm_deploy"] = _in_lists()
CASES["swarm_image_info"] = CASES["swarm_deploy"]._replace(engine=ImagesEngine, changes=False)
