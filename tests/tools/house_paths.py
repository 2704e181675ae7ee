# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Follow values from a user's YAML to the Engine, for ``house.py``, which says what is counted."""

from __future__ import annotations

import ast
import base64
import contextlib
import json
import typing as t
import zlib
from pathlib import Path

import yaml
from tools.house_engine import Raw, listening
from tools.house_trace import Sent, Stage, Tracer, Unmeasured

Files = dict[str, list[str]]
Tasks = t.Sequence[tuple[str, Raw]]
# Options with which each action sends its program.
ANY: dict[str, Raw] = {
    "swarm_config": {"name": "x", "data": "x"},
    "swarm_host_info": {},
    "swarm_info": {},
    "swarm_init": {},
    "swarm_join": {"remote_addrs": ["10.0.0.11"], "join_token": "x"},
    "swarm_network": {"name": "x"},
    "swarm_node": {"hostname": "m1", "availability": "active"},
    "swarm_reach": {"state": "absent", "host": "m1"},
    "swarm_secret": {"name": "x", "data": "x"},
    "swarm_service": {"name": "x", "image": "x"},
    "swarm_stack": {"name": "x", "compose": [{"services": {"x": {"image": "x"}}}], "remote_src": False},
}
IMAGE = "registry.example/tiny:1"
OTHER_IMAGE = "registry.example/zq73519:2"
WORD = "zq73519"
# 73519 milliseconds, as users and Engines write it.
DELAY, DELAYS = "73519ms", ("73519", "73.519", "13.519")
STACK = f"""\
services:
  web:
    image: {IMAGE}
    networks: [front]
    secrets: [key]
    deploy: {{update_config: {{delay: {DELAY}}}}}
networks: {{front: {{}}}}
secrets: {{key: {{environment: KEY}}}}
"""


class Paths:
    """The paths of values in a checkout, each with an Engine of its own.

    Each is a dictionary of lists of files: ``road`` and ``run`` (see ``house.py``), and ``yaml``.
    """

    def __init__(self, tree: Path, folder: Path) -> None:
        self._tree, self._folder = tree, folder
        self._socket = folder / "engine.sock"
        self._stage = Stage(tree, folder, self._socket)

    def script(self, name: str) -> bytes:
        """The program that an action sends to a host.

        Raises:
            Unmeasured: it sends none.
        """
        try:
            self._stage.play(name, ANY.get(name, {}), run=False)
        except Sent as sent:
            return sent.script
        raise Unmeasured("it sends no program")

    def labels(self) -> Files:
        """``labels`` of swarm_node."""
        return self._follow([WORD], "swarm_node", {"hostname": "m1", "labels": {"site": WORD}})

    def image(self) -> Files:
        """``image`` of swarm_service, which had another one."""
        service = {"name": "web", "image": IMAGE}
        return self._follow(
            [WORD],
            "swarm_service",
            {"name": "web", "image": OTHER_IMAGE},
            before=[("swarm_service", service)],
        )

    def delay(self) -> Files:
        """``update_config.delay`` of swarm_service."""
        service = {"name": "web", "image": IMAGE}
        args = {**service, "update_config": {"delay": DELAY}}
        return self._follow([*DELAYS], "swarm_service", args, before=[("swarm_service", service)])

    def data(self) -> Files:
        """``data`` of swarm_secret, whose older version a service uses."""
        service = {"name": "web", "image": IMAGE, "secrets": [{"secret_name": "key"}]}
        before: Tasks = [("swarm_secret", {"name": "key", "data": "old"}), ("swarm_service", service)]
        coded = base64.b64encode(WORD.encode()).decode()
        return self._follow([WORD, coded], "swarm_secret", {"name": "key", "data": WORD}, before=before)

    def compose(self) -> Files:
        """``deploy.update_config.delay`` of a service in a Compose file, for swarm_stack."""
        (self._folder / "stack.yml").write_text(STACK, encoding="utf-8")
        args = {"name": "shop", "compose": "stack.yml", "remote_src": False, "variables": {"KEY": "old"}}
        return self._follow([*DELAYS], "swarm_stack", args)

    def inventory_label(self) -> Files:
        """``swarm_labels_node__site`` of a host in the inventory, for the site playbook."""
        with listening(self._socket) as engine:
            look = self._stage.play("swarm_host_info", {})["host"]
            look |= {
                "listeners": [],
                "firewall": {"backend": "none", "openings": [], "guarded": [], "note": None},
            }
            look["engine"] |= {"package": "docker.io", "daemon": {}, "daemon_error": None, "held": True}
            host = {
                "ansible_host": "10.0.0.11",
                "swarm_labels_node__site": {"site": WORD},
                "__swarm_plan_info": {"host": look},
            }
            hostvars = HostVars({"m1": host})
            variables = {"hostvars": hostvars, "groups": {"swarm_managers": ["m1"]}, **host}
            with Tracer(self._tree, WORD) as tracer:
                engine.on_post = tracer.posted
                plan = self._stage.play("swarm_plan", {}, variables)
                self._stage.play("swarm_node", {"nodes": plan["labels"]})
        files = self._yaml([f"roles/{step['role']}/tasks/{step['tasks']}.yml" for step in plan["steps"]])
        return _path(tracer, files, "swarm_plan", "swarm_node")

    def _follow(self, forms: list[str], name: str, args: Raw, before: Tasks = ()) -> Files:
        """Follow a value in a task, after other tasks."""
        with listening(self._socket) as engine:
            for earlier, its in before:
                self._stage.play(earlier, its)
            with Tracer(self._tree, *forms) as tracer:
                engine.on_post = tracer.posted
                self._stage.play(name, args)
        return _path(tracer, [], name)

    def _yaml(self, steps: list[str]) -> list[str]:
        """The YAML files on the shortest ways to the task that plans, and to the one that has the planned labels."""
        found: set[str] = set()
        for module, told in (("swarm_plan", None), ("swarm_node", "labels")):
            ways: list[list[str]] = [["playbooks/site.yml"]]
            while ways:
                way = ways.pop(0)
                tasks = list(_tasks(yaml.safe_load((self._tree / way[-1]).read_text(encoding="utf-8"))))
                if any(_is(task, module, told) for task in tasks):
                    found.update(way)
                    break
                ways += [
                    [*way, one] for task in tasks for one in _included(way[-1], task, steps) if one not in way
                ]
            else:
                raise Unmeasured(f"no way from playbooks/site.yml to a task with {module} was found")
        return sorted(found)


class HostVars(dict[str, Raw]):
    """``hostvars`` without an inventory behind it."""

    def raw_get(self, name: str) -> Raw:
        """A host's variables, untemplated."""
        return self[name]


def _path(tracer: Tracer, files: list[str], *actions: str) -> Files:
    # Of a secret, the last POST moves the service that uses it.
    kind = "/nodes/" if "swarm_node" in actions else "/services/"
    if not tracer.road or not tracer.last.startswith(kind):
        raise Unmeasured(
            f"the last POST was {tracer.last or 'none'}, and the value was in {len(tracer.road)} files"
        )
    own = {f"action/{name}.py" for name in actions}
    return {"road": sorted(tracer.road | own), "run": sorted(tracer.run | own), "yaml": files}


def _texts(script: str) -> list[str]:
    """The source texts that are packed in the last statement of a program."""
    found = []
    for node in ast.walk(ast.parse(script).body[-1]):
        if isinstance(node, ast.Constant) and isinstance(node.value, (str, bytes)):
            with contextlib.suppress(ValueError, zlib.error):
                content = json.loads(zlib.decompress(base64.b64decode(node.value)))
                texts = content.values() if isinstance(content, dict) else []
                found += [text for text in texts if isinstance(text, str) and "import annotations" in text]
    if not found:
        raise Unmeasured("no source texts were found in the program")
    return found


def _tasks(found: t.Any) -> t.Iterator[Raw]:
    """All dictionaries that may be a task."""
    for one in found if isinstance(found, list) else []:
        if isinstance(one, dict):
            yield one
            for key in ("tasks", "pre_tasks", "post_tasks", "block", "rescue", "always"):
                yield from _tasks(one.get(key))


def _is(task: Raw, module: str, told: str | None) -> bool:
    """Whether a task has this module, and speaks of this; ``swarm_plan`` of an earlier stage is meant by nobody."""
    if f"flotilla.swarm.{module}" not in task:
        return False
    args = task[f"flotilla.swarm.{module}"] or {}
    return told in str(args) if told else "stage" not in args


def _included(path: str, task: Raw, steps: list[str]) -> t.Iterator[str]:
    """The files of tasks that a task includes; where the plan says which, those that it says."""
    for key, value in task.items():
        kind = key.rpartition(".")[2]
        if kind in ("import_role", "include_role"):
            role, tasks = value["name"].rpartition(".")[2], value.get("tasks_from", "main")
            static = "{{" not in value["name"] + tasks
            yield from [f"roles/{role}/tasks/{tasks.removesuffix('.yml')}.yml"] if static else steps
        elif kind in ("import_tasks", "include_tasks", "import_playbook"):
            name = value["file"] if isinstance(value, dict) else value
            if "{{" not in name:
                yield str(Path(path).parent / name)


def measure(tree: Path, folder: Path) -> dict[str, t.Any]:
    """The paths of all values and the programs of all actions of a checkout.

    Args:
        tree: the checkout.
        folder: has the collection by its own name, and is in Python's path.

    Returns:
        ``paths``, ``programs``, and ``errors``, a sentence for each of both that could not be measured.
    """
    paths = Paths(tree, folder)
    found: dict[str, t.Any] = {"paths": {}, "programs": {}, "errors": []}
    for name, follow in {
        "labels (swarm_node)": paths.labels,
        "image (swarm_service)": paths.image,
        "update_config.delay (swarm_service)": paths.delay,
        "data (swarm_secret, rotation)": paths.data,
        "deploy.update_config.delay (swarm_stack)": paths.compose,
        "swarm_labels_node__x (site playbook)": paths.inventory_label,
    }.items():
        try:
            found["paths"][name] = follow()
        except Exception as error:
            found["errors"].append(f"{name}: {error!r}")
    for path in sorted((tree / "plugins" / "action").glob("*.py")):
        try:
            script = paths.script(path.stem)
            texts = _texts(script.decode())
            size = sum(len(text.encode()) for text in texts)
            found["programs"][path.stem] = {"files": len(texts), "bytes": size, "sent": len(script)}
        except Exception as error:
            # Actions that are not known here need no program.
            found["errors"] += [f"program of {path.stem}: {error!r}"] if path.stem in ANY else []
    return found
