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
from ansible_collections.flotilla.swarm.tests.integration.modules.play import Call, Host, Result, Stage, call

FOLDER = ROOT / "tests" / "shapes"
# The command lines of 26.1 and of 20.10, which knows no jobs and does not merge mounts by their target.
CLIENT, OLD_CLIENT = "m2", "m1"
_NOT_OLD = ("jobs", "several")
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
        for host in (CLIENT, OLD_CLIENT):
            self.sh(f"mkdir -p /root/shapes && cd /root && echo {files} | base64 -d | tar xz", host)
        self.sh(
            f"docker network create -d overlay --attachable shape-shared; {secrets}; "
            "echo x | docker config create shape-settings -"
        )

    def clear(self) -> None:
        """Remove all of it."""
        # A job that is removed while its tasks start leaves a network behind on the nodes that nobody can remove.
        self.stage.until(self.settled, 60)
        self.sh(
            "docker service ls -q | xargs -r docker service rm >/dev/null; "
            "left() { docker network ls -q -f scope=swarm -f label=com.docker.stack.namespace; "
            "docker network ls -q -f scope=swarm -f name=shape-shared; }; "
            'for try in $(seq 60); do left | xargs -r docker network rm; [ -z "$(left)" ] && break; sleep 0.5; done',
            check=False,
        )
        self.stage.each(lambda host: host.run("rm -rf /root/shapes"))
        for kind in ("secret", "config"):
            self.sh(f"docker {kind} ls -q | xargs -r docker {kind} rm >/dev/null")

    def by_command_line(self) -> None:
        """Deploy every shape with ``docker stack deploy``, with the command lines of both Engines at the same time."""
        commands: dict[str, list[str]] = {OLD_CLIENT: [], CLIENT: []}
        for number, (name, files) in enumerate(self.files.items()):
            host = CLIENT if number % 2 or name in _NOT_OLD else OLD_CLIENT
            options = " ".join(f"-c {file}" for file in files)
            commands[host].append(f"STACK={name} docker stack deploy {options} {name}")

        def deploy(host: Host) -> None:
            if host.name not in commands:
                return
            lines = "\n".join(commands[host.name])
            host.run(
                f"cd /root/shapes && export REGISTRY={self.variables['REGISTRY']} && "
                f"printf %s {shlex.quote(lines)} | xargs -d '\\n' -P 4 -n 1 sh -c 'sh -c \"$1\"' sh"
            )

        self.stage.each(deploy)

    def by_module(self, **options: t.Any) -> dict[str, Result]:
        """Run the module once for every shape, and return the results by shape."""
        names = list(self.files)
        rounds = [names[at : at + len(HOSTS)] for at in range(0, len(names), len(HOSTS))]
        own: dict[str, dict[str, t.Any]] = {host: {} for host in HOSTS}
        calls: list[Call] = []
        for number, some in enumerate(rounds):
            # Two hosts that deploy the same stack at the same time would be in each other's way.
            for host, name in zip(HOSTS, some, strict=True):
                paths = [str(FOLDER / file) for file in self.files[name]]
                own[host][f"name{number}"] = name
                own[host][f"compose{number}"] = paths
                own[host][f"variables{number}"] = {**self.variables, "STACK": name}
            given = {} if options.get("state") == "absent" else self._given(number)
            calls.append(
                call(HOSTS[0], "swarm_stack", name=f"{{{{ own.name{number} }}}}", **given, **options)
            )
        results = self.stage.together(own, *calls)
        return {
            name: results[host][number]
            for number, some in enumerate(rounds)
            for host, name in zip(HOSTS, some, strict=True)
        }

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
