# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Services on a lab's swarm, through the module and past it."""

from __future__ import annotations

import contextlib
import functools
import json
import shlex
import typing as t

import bcrypt
from ansible_collections.flotilla.swarm.tests.integration.ansible_run import ansible_playbook
from ansible_collections.flotilla.swarm.tests.integration.journals import Writes
from ansible_collections.flotilla.swarm.tests.integration.modules.play import (
    Call,
    Result,
    Stage,
    call,
)
from lab import registry  # found by the path that ansible_run adds

# By Engine: which manager speaks its API.
ENGINES = {"20.10": "m1", "26.1": "m2"}


class Swarm:
    """A swarm that stays, and services that come and go."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.image = f"{stage.lab.registry}/tiny"

    def furnish(self) -> None:
        """Make what services refer to."""
        self.sh(
            "docker network create -d overlay front >/dev/null; docker network create -d overlay back >/dev/null; "
            "echo s3cret | docker secret create the-secret - >/dev/null; "
            "echo text | docker config create the-config - >/dev/null"
        )

    def clear(self) -> None:
        """Remove all services and wait for their tasks."""
        self.sh("docker service ls -q | xargs -r docker service rm >/dev/null")
        for host in self.stage.names:
            self.stage.until(functools.partial(self._is_idle, host))

    def _is_idle(self, host: str) -> bool:
        return not self.sh("docker ps -q -f label=com.docker.swarm.service.id", host)

    def sh(self, command: str, host: str = "m1", check: bool = True) -> str:
        """A shell command on a host."""
        return self.stage.sh(host, command, check=check)

    def service(self, name: str) -> dict[str, t.Any]:
        """A service as the Engine reports it."""
        [found] = json.loads(self.sh(f"docker service inspect {name}"))
        return t.cast("dict[str, t.Any]", found)

    def spec(self, name: str) -> dict[str, t.Any]:
        """A service's spec."""
        return t.cast("dict[str, t.Any]", self.service(name)["Spec"])

    def quiet(self) -> int:
        """For how many seconds the swarm has not written any node."""
        shown = self.sh("date +%s; docker node ls -q | xargs docker node inspect -f '{{.UpdatedAt.Unix}}'")
        now, *written = map(int, shown.split())
        return now - max(written)

    def tasks(self, name: str) -> dict[int, str]:
        """The IDs of the tasks that run, by slot."""
        shown = self.sh(
            f"docker service ps {name} --no-trunc -f desired-state=running --format '{{{{.Name}}}} {{{{.ID}}}} "
            "{{.CurrentState}}'"
        )
        found = {}
        for line in shown.splitlines():
            task, identity, state = line.split()[:3]
            if state == "Running":
                found[int(task.rsplit(".", 1)[1])] = identity
        return found

    def deploy(self, *calls: dict[str, t.Any], host: str = "m1", check: bool = False) -> list[Result]:
        """Call the module with these options, one call after the other."""
        return self.stage.run(*(self.call(host=host, check=check, **options) for options in calls))

    def one(self, host: str = "m1", check: bool = False, **options: t.Any) -> Result:
        """Call the module once."""
        [result] = self.deploy(options, host=host, check=check)
        return result

    @staticmethod
    def call(host: str = "m1", check: bool = False, **options: t.Any) -> Call:
        """A call of the module."""
        return call(host, "swarm_service", check, **options)

    def writes(self) -> Writes:
        """The write requests from now on."""
        return self.stage.writes()

    def private_registry(self, user: str, password: str) -> str:
        """The lab's images behind a login; returns where."""
        lab = self.stage.lab
        line = f"{user}:{bcrypt.hashpw(password.encode(), bcrypt.gensalt(4)).decode()}\n"
        registry.serve_private(lab.outer, lab.name, lab.subnet, line)
        where = registry.private_address(lab.subnet)
        trust = json.dumps({"debug": True, "insecure-registries": [lab.registry, where]})
        for host in self.stage.names:
            self.sh(f"echo {shlex.quote(trust)} > /etc/docker/daemon.json && systemctl reload docker", host)
        return where

    def loudly(self, *calls: dict[str, t.Any], host: str = "m1") -> str:
        """Call the module as somebody does who wants to see everything, and return all that was seen."""
        tasks = [{"flotilla.swarm.swarm_service": options} for options in calls]
        book = self.stage.folder / "loud.yml"
        book.write_text(
            json.dumps([{"hosts": host, "gather_facts": False, "tasks": tasks}]), encoding="utf-8"
        )
        inventory = self.stage.lab.inventory_file()
        return ansible_playbook(inventory, str(book), "-vvvv", "--diff", report=False).text

    @contextlib.contextmanager
    def processes(self) -> t.Iterator[list[str]]:
        """The command lines and environments of all processes on all hosts meanwhile, once it is over."""
        sampler = "while :; do ps axwwe -o args; sleep 0.05; done > /run/seen 2>&1"
        for host in self.stage.names:
            self.sh(f"nohup sh -c {shlex.quote(sampler)} >/dev/null 2>&1 & echo $! > /run/sampler", host)
        seen: list[str] = []
        yield seen
        for host in self.stage.names:
            seen.append(self.sh("kill $(cat /run/sampler); sort -u /run/seen; rm /run/seen", host))
