# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The stacks of all shapes on two swarms of one node each, by the command lines of their Engines and by the module."""

from __future__ import annotations

import base64
import io
import json
import shlex
import tarfile
import typing as t

from ansible_collections.flotilla.swarm.tests.integration.ansible_run import Host, ansible_playbook
from ansible_collections.flotilla.swarm.tests.integration.modules.play import Result, Stage
from ansible_collections.flotilla.swarm.tests.integration.stacks.cases import (
    ENGINES,
    FOLDERS,
    NEW,
    VARIABLES,
    Shape,
)

HOSTS = dict(zip(ENGINES, ("m1", "m2"), strict=True))
KINDS = ("service", "network", "secret", "config")
NAMESPACE = "com.docker.stack.namespace"
_FOLDER = "/root/shapes"
# Kinds, then names, as the Engine reports them.
Specs = dict[str, dict[str, t.Any]]
# What a swarm has, by stack.
Stacks = dict[str, Specs]

_FURNISH = """
docker swarm init >/dev/null
docker node update --availability pause $(docker node ls -q) >/dev/null
docker network create -d overlay --attachable shape-shared >/dev/null
for name in token certificate; do echo x | docker secret create shape-$name - >/dev/null; done
echo x | docker config create shape-settings - >/dev/null
"""
# A command for each stack, four at the same time: a line has the stack's name and the options for its files.
_ALL_AT_ONCE = """
cd {folder}; mkdir -p {folder}/composed
each() {{
    name=${{1%% *}} files=${{1#* }}
    if said=$({command} 2>&1); then said=; else said="${{said:-failed}}"; fi
    # Several lines are several writes, between which another stack's may come.
    {{ flock 9; printf '%s\\0%s\\0' "$name" "$said"; }} 9>lock
}}
export -f each; export {variables}
xargs -d '\\n' -P 4 -n 1 bash -c 'each "$1"' bash | base64 -w0
"""
_DEPLOY = "STACK=$name docker stack deploy $files $name"
_COMPOSED = f"{_FOLDER}/composed"
_COMPOSE = f"STACK=$name docker-compose -p $name $files config -o {_COMPOSED}/$name.yml"
_INSTALL = """
install() { apt-get install -y --no-install-recommends docker-compose; }
docker-compose version || install || { apt-get update && install; }
"""
_CLEAR = """
docker service ls -q | xargs -r docker service rm >/dev/null
for kind in secret config; do
  docker $kind ls -q --filter label=com.docker.stack.namespace | xargs -r docker $kind rm >/dev/null
done
for try in $(seq 100); do
  left=$(docker network ls -q -f scope=swarm -f label=com.docker.stack.namespace)
  [ -n "$left" ] || exit 0
  docker network rm $left >/dev/null 2>&1 || sleep 0.2
done
exit 1
"""


class Swarms:
    """Both swarms. No task of a service starts there: what it is to be is enough."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self._bring()
        self.both(lambda host: host.run(_FURNISH))

    def both(self, work: t.Callable[[Host], t.Any]) -> dict[str, t.Any]:
        """Do something with both at the same time, and return the answers by Engine."""
        found = self.stage.each(work)
        return {engine: found[host] for engine, host in HOSTS.items()}

    def _bring(self) -> None:
        packed = io.BytesIO()
        with tarfile.open(fileobj=packed, mode="w:gz") as tar:
            for folder in FOLDERS:
                tar.add(folder, "shapes")
        files = base64.b64encode(packed.getvalue()).decode()
        self.both(lambda host: host.run(f"echo {files} | base64 -d | tar xz -C /root"))

    @property
    def variables(self) -> dict[str, str]:
        """What is set where the stacks are deployed."""
        return {**VARIABLES, "REGISTRY": self.stage.lab.registry}

    def by_command_line(
        self, shapes: t.Iterable[Shape], spelled_out: bool = False
    ) -> dict[str, dict[str, str]]:
        """Deploy stacks by ``docker stack deploy``.

        Args:
            shapes: the stacks.
            spelled_out: deploy them from the files that the command lines take.

        Returns:
            By Engine, what the command line said of each stack that it refused.
        """
        lines = [_line(shape, spelled_out) for shape in shapes]
        return self.both(lambda host: self._all_at_once(host, _DEPLOY, lines))

    def _all_at_once(self, host: Host, command: str, lines: list[str]) -> dict[str, str]:
        variables = " ".join(f"{name}={shlex.quote(text)}" for name, text in self.variables.items())
        script = _ALL_AT_ONCE.format(folder=_FOLDER, variables=variables, command=command)
        given = shlex.quote("\n".join(lines))
        said = host.run(f"printf %s {given} | bash -c {shlex.quote(script)}", timeout=300).stdout
        words = base64.b64decode(said).decode().split("\0")[:-1]
        return {name: text for name, text in zip(words[::2], words[1::2], strict=True) if text}

    def by_module(
        self, *shapes: dict[str, list[Shape]], one_by_one: bool = False, **options: t.Any
    ) -> list[dict[str, Result]]:
        """Deploy stacks by the module.

        Args:
            shapes: by Engine, the stacks of one task, and those of the next.
            one_by_one: call the module for each of them instead of once for all.
            options: more for the module.

        Returns:
            For each task, by Engine, what it returned; with the ``results`` of each where they are called one by one.
        """
        given = {
            host: [[self._entry(shape) for shape in some[engine]] for some in shapes]
            for engine, host in HOSTS.items()
        }
        tasks = [_task(number, one_by_one, {"wait": False, **options}) for number in range(len(shapes))]
        play = {"hosts": "m1,m2", "gather_facts": False, "vars": {"given": given}, "tasks": tasks}
        book = self.stage.write("stacks.json", [play])
        done = ansible_playbook(self.stage.inventory, str(book), timeout=300, ANSIBLE_PIPELINING="true")
        found = [task["hosts"] for task in done.report["plays"][0]["tasks"]]
        assert len(found) == len(tasks), done.text
        return [
            {engine: {"failed": False, "warnings": [], **results[host]} for engine, host in HOSTS.items()}
            for results in found
        ]

    def _entry(self, shape: Shape) -> dict[str, t.Any]:
        return {
            "name": shape.name,
            "compose": [str(path) for path in shape.files],
            "variables": {**self.variables, "STACK": shape.name},
            "project_dir": _FOLDER,
            "remote_src": False,
            **shape.options,
        }

    def by_compose(self, shapes: t.Sequence[Shape]) -> dict[str, str]:
        """What ``docker compose config`` makes of stacks, as files on the host of the newer Engine.

        Returns:
            By stack, what it said of each that it refused.
        """
        host = self.stage.lab.host(HOSTS[NEW])
        host.run(_INSTALL, timeout=300)
        return self._all_at_once(
            host, _COMPOSE, [_line(shape, False).replace("-c ", "-f ") for shape in shapes]
        )

    def as_composed(self, shapes: t.Sequence[Shape]) -> Result:
        """Ask the module what it would change, if the stacks were deployed from what ``docker compose config`` made."""
        entries = [
            {
                "name": shape.name,
                "compose": [f"{_COMPOSED}/{shape.name}.yml"],
                "variables": self.variables,
                **shape.options,
            }
            for shape in shapes
        ]
        return self.stage.one(HOSTS[NEW], "swarm_stack", check=True, stacks=entries)

    def clear(self) -> None:
        """Remove all stacks."""
        self.both(lambda host: host.run(_CLEAR))

    def stacks(self) -> dict[str, Stacks]:
        """What each swarm has, by Engine."""
        return self.both(_stacks)

    def tasks(self) -> dict[str, dict[str, str]]:
        """The tasks of each swarm that shall run, each with its service, by Engine."""

        def tasks(host: Host) -> dict[str, str]:
            shown = host.run(
                "docker service ls -q | xargs -r docker service ps --no-trunc -f desired-state=running "
                "-f desired-state=ready --format '{{.ID}} {{.Name}}'"
            ).stdout
            return dict(line.split() for line in shown.splitlines())

        return self.both(tasks)


def _line(shape: Shape, spelled_out: bool) -> str:
    files = [f"spelled_out/{shape.name}.yml"] if spelled_out else [path.name for path in shape.files]
    return " ".join([shape.name, *(f"-c {file}" for file in files)])


def _task(number: int, one_by_one: bool, options: dict[str, t.Any]) -> dict[str, t.Any]:
    given = f"given[inventory_hostname][{number}]"
    stacks, loop = (
        (["{{ item }}"], {"loop": f"{{{{ {given} }}}}"}) if one_by_one else (f"{{{{ {given} }}}}", {})
    )
    return {
        "name": "Stacks",
        "flotilla.swarm.swarm_stack": {"stacks": stacks, **options},
        "ignore_errors": True,
        **loop,
    }


def _stacks(host: Host) -> Stacks:
    found: Stacks = {}
    for kind in KINDS:
        only = "-f scope=swarm" if kind == "network" else ""
        shown = host.run(f"docker {kind} ls -q {only} | xargs -r docker {kind} inspect").stdout
        for one in json.loads(shown or "[]"):
            spec = one if kind == "network" else one["Spec"]
            stack = (spec.get("Labels") or {}).get(NAMESPACE)
            if stack:
                found.setdefault(stack, {kind: {} for kind in KINDS})[kind][spec["Name"]] = spec
    return found
