# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The Compose files of ``tests/shapes`` as stacks, by Docker's command line and by the module."""

from __future__ import annotations

import base64
import io
import json
import shlex
import tarfile
import typing as t

from ansible_collections.flotilla.swarm.tests.integration.ansible_run import ROOT
from ansible_collections.flotilla.swarm.tests.integration.modules.play import Call, Result, Stage, call

FOLDER = ROOT / "tests" / "shapes"
# The one with a command line that knows jobs.
CLIENT = "m2"
# Both Engines, all at the same time.
HOSTS = ("m1", "m2", "m3")
_EXTERNAL = {"shape-token", "shape-certificate"}
_KINDS = ("service", "network", "secret", "config")

Specs = dict[str, dict[str, t.Any]]


def _files() -> dict[str, list[str]]:
    """The files of each stack."""
    files = {path.stem: [path.name] for path in sorted(FOLDER.glob("*.yml")) if "several" not in path.stem}
    return {**files, "several": ["several-base.yml", "several-live.yml"]}


class Shapes:
    """All shapes on one swarm."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.files = _files()
        self.variables = {"REGISTRY": stage.lab.registry}

    def sh(self, command: str, host: str = CLIENT, check: bool = True) -> str:
        return self.stage.sh(host, command, check=check)

    def furnish(self) -> None:
        """Make what the shapes take for granted, and bring their files to the host with the command line."""
        packed = io.BytesIO()
        with tarfile.open(fileobj=packed, mode="w:gz") as tar:
            tar.add(FOLDER, "shapes")
        files = base64.b64encode(packed.getvalue()).decode()
        secrets = "; ".join(f"echo x | docker secret create {name} -" for name in sorted(_EXTERNAL))
        self.sh(
            f"cd /root && echo {files} | base64 -d | tar xz; "
            f"docker network create -d overlay --attachable shape-shared; {secrets}; "
            "echo x | docker config create shape-settings -"
        )

    def clear(self) -> None:
        """Remove all of it."""
        self.sh(
            "docker service ls -q | xargs -r docker service rm >/dev/null; rm -rf /root/shapes; "
            "left() { docker network ls -q -f scope=swarm -f label=com.docker.stack.namespace; "
            "docker network ls -q -f scope=swarm -f name=shape-shared; }; "
            'for try in $(seq 60); do left | xargs -r docker network rm; [ -z "$(left)" ] && break; sleep 0.5; done',
            check=False,
        )
        for kind in ("secret", "config"):
            self.sh(f"docker {kind} ls -q | xargs -r docker {kind} rm >/dev/null")

    def by_command_line(self) -> None:
        """Deploy every shape with ``docker stack deploy``."""
        commands = [
            f"STACK={name} docker stack deploy {' '.join(f'-c {file}' for file in files)} {name}"
            for name, files in self.files.items()
        ]
        lines = "\n".join(commands)
        self.sh(
            f"cd /root/shapes && export REGISTRY={self.variables['REGISTRY']} && "
            f"printf %s {shlex.quote(lines)} | xargs -d '\\n' -P 4 -n 1 sh -c 'sh -c \"$1\"' sh"
        )

    def by_module(self, **options: t.Any) -> dict[str, Result]:
        """Run the module once for every shape, and return the results by shape."""
        names = list(self.files)
        found: dict[str, Result] = {}
        rounds = [names[at : at + len(HOSTS)] for at in range(0, len(names), len(HOSTS))]
        own: dict[str, dict[str, t.Any]] = {host: {} for host in HOSTS}
        calls: list[Call] = []
        for number, some in enumerate(rounds):
            for host, name in zip(HOSTS, [*some, *some], strict=False):
                paths = [str(FOLDER / file) for file in self.files[name]]
                own[host][f"name{number}"] = name
                own[host][f"compose{number}"] = paths
                own[host][f"variables{number}"] = {**self.variables, "STACK": name}
            given = {} if options.get("state") == "absent" else self._given(number)
            calls.append(
                call(HOSTS[0], "swarm_stack", name=f"{{{{ own.name{number} }}}}", **given, **options)
            )
        results = self.stage.together(own, *calls)
        for host in HOSTS:
            for number, some in enumerate(rounds):
                at = HOSTS.index(host)
                if at < len(some):
                    found[some[at]] = results[host][number]
        return found

    @staticmethod
    def _given(number: int) -> dict[str, t.Any]:
        return {
            "compose": f"{{{{ own.compose{number} }}}}",
            "variables": f"{{{{ own.variables{number} }}}}",
            "remote_src": False,
        }

    def tasks(self) -> dict[str, str]:
        """The IDs of the tasks that shall run, each with its service and slot."""
        shown = self.sh(
            "docker service ls -q | xargs docker service ps --no-trunc -f desired-state=running "
            "--format '{{.ID}} {{.Name}}'"
        )
        return dict(line.split() for line in shown.splitlines())

    def settled(self) -> bool:
        """Whether every service has the tasks that it wants."""
        shown = self.sh("docker service ls --format '{{.Replicas}}'").splitlines()
        return all(
            runs.split("/")[0] == runs.split("/")[1].split(" ")[0] or "completed" in runs for runs in shown
        )

    def specs(self) -> dict[str, Specs]:
        """What there is of the stacks, by kind and name, as the Engine reports it."""
        return {kind: self._specs(kind) for kind in _KINDS}

    def _specs(self, kind: str) -> Specs:
        only = "-f scope=swarm -f label=com.docker.stack.namespace" if kind == "network" else ""
        shown = self.sh(f"docker {kind} ls -q {only} | xargs -r docker {kind} inspect")
        found = json.loads(shown or "[]")
        if kind == "network":
            return {one["Name"]: one for one in found}
        return {
            one["Spec"]["Name"]: one["Spec"] for one in found if not one["Spec"]["Name"].startswith("shape-")
        }
