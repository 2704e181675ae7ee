# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Call modules on the hosts of a lab, and see what that did to their Engines."""

from __future__ import annotations

import json
import typing as t
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from ansible_collections.flotilla.swarm.tests.integration.ansible_run import (
    Done,
    Host,
    Lab,
    ansible_playbook,
    leave_swarm,
    until,
)
from ansible_collections.flotilla.swarm.tests.integration.journals import Writes

Result = dict[str, t.Any]


@dataclass(frozen=True)
class Call:
    """One module call on one host; ``keywords`` are the task's own, ``become`` for example."""

    host: str
    module: str
    args: dict[str, t.Any]
    keywords: dict[str, t.Any] = field(default_factory=dict)


def call(host: str, module: str, check: bool = False, **args: t.Any) -> Call:
    """A call of a module of the collection; ``check`` is check mode."""
    return Call(host, f"flotilla.swarm.{module}", args, {"check_mode": True} if check else {})


def shell(host: str, command: str) -> Call:
    """A shell command between two calls."""
    return Call(host, "ansible.builtin.shell", {"cmd": "{% raw %}" + command + "{% endraw %}"})


def _play(one: Call) -> dict[str, t.Any]:
    """A play of one task that never stops the ones after it."""
    task = {one.module: one.args, "ignore_errors": True, "diff": True, "name": "it", **one.keywords}
    return {"gather_facts": False, "tasks": [task]}


class Stage:
    """The lab with Ansible in front of it."""

    def __init__(self, lab: Lab, folder: Path) -> None:
        self.lab = lab
        self.folder = folder
        self.names = [host.name for host in lab.hosts]

    # Ansible

    def run(self, *calls: Call) -> list[Result]:
        """Run calls one after the other, whatever each comes to, and return their results.

        A result is what the module returned, with ``failed`` and ``warnings`` always there; diffs are asked for.
        """
        plays = [{"hosts": one.host, **_play(one)} for one in calls]
        return [result for found in self._results(plays) for result in found.values()]

    def together(self, own: dict[str, dict[str, t.Any]], *calls: Call) -> dict[str, list[Result]]:
        """Run calls on several hosts at the same time, whatever host they name, and return their results by host.

        Args:
            own: by host, what it calls ``{{ own.NAME }}`` in the calls' arguments.
            calls: what each host does, one after the other.
        """
        variables = {"all_own": own, "own": "{{ all_own[inventory_hostname] }}"}
        plays = [{"hosts": ",".join(own), "vars": variables, **_play(one)} for one in calls]
        found = self._results(plays)
        return {host: [results[host] for results in found] for host in own}

    def _results(self, plays: list[dict[str, t.Any]]) -> list[dict[str, Result]]:
        done = ansible_playbook(self.inventory, str(self.write("calls.json", plays)), timeout=300)
        found = [
            {host: {"failed": False, "warnings": [], **result} for host, result in task["hosts"].items()}
            for play in done.report["plays"]
            for task in play["tasks"]
        ]
        assert len(found) == len(plays), done.text
        for results in found:
            for result in results.values():
                if "module_stderr" in result or "Traceback" in str(result.get("exception")):
                    raise AssertionError(f"a module crashed: {json.dumps(result, indent=1)}")
        return found

    def one(self, host: str, module: str, check: bool = False, **args: t.Any) -> Result:
        """Run one call."""
        [result] = self.run(call(host, module, check, **args))
        return result

    def play(self, name: str, book: list[dict[str, t.Any]], *arguments: str, **environment: str) -> Done:
        """Run a playbook of a test's own, printed as a user sees it."""
        return ansible_playbook(
            self.inventory, str(self.write(name, book)), *arguments, report=False, timeout=300, **environment
        )

    @property
    def inventory(self) -> Path:
        """The lab's inventory."""
        return self.lab.inventory_file()

    def write(self, name: str, content: t.Any) -> Path:
        """Write a file below the folder of this run: text as it is, anything else as JSON, which is YAML."""
        path = self.folder / name
        path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
        return path

    # The hosts

    def sh(self, host: str, command: str, check: bool = True) -> str:
        """Run a shell command on a host past Ansible and return what it prints."""
        return self.lab.host(host).run(command, check=check).stdout.strip()

    def each(self, work: t.Callable[[Host], t.Any]) -> dict[str, t.Any]:
        """Do something with every host at the same time, and return the answers by host."""
        with ThreadPoolExecutor(len(self.lab.hosts)) as pool:
            return dict(zip(self.names, pool.map(work, self.lab.hosts), strict=True))

    def address(self, host: str) -> str:
        """A host's IP address."""
        return self.lab.host(host).address

    def writes(self) -> Writes:
        """Begin to count write requests."""
        return Writes(self.lab.hosts)

    # The swarm, by the Engine's own command line

    def cluster(self, host: str = "m1") -> dict[str, t.Any]:
        """The swarm object as a manager has it: ``ID Version Spec TLSInfo RootRotationInProgress``..."""
        found: dict[str, t.Any] = json.loads(self.sh(host, "docker info --format '{{json .Swarm.Cluster}}'"))
        return found

    def local(self, host: str) -> dict[str, t.Any]:
        """What a host's Engine says of its own membership."""
        found: dict[str, t.Any] = json.loads(self.sh(host, "docker info --format '{{json .Swarm}}'"))
        return found

    def node(self, name: str, on: str = "m1") -> dict[str, t.Any]:
        """One raw node."""
        [found] = json.loads(self.sh(on, f"docker node inspect {name}"))
        return t.cast("dict[str, t.Any]", found)

    def nodes(self, on: str = "m1") -> list[tuple[str, str, str, str]]:
        """All nodes: (host name, status, availability, manager status), sorted."""
        shown = self.sh(
            on,
            "docker node ls --format '{{.Hostname}} {{.Status}} {{.Availability}} {{.ManagerStatus}}'",
        )
        found = [tuple([*line.split(), ""][:4]) for line in shown.splitlines()]
        return sorted(t.cast("list[tuple[str, str, str, str]]", found))

    def token(self, role: str, on: str = "m1") -> str:
        """The join token of a role."""
        return self.sh(on, f"docker swarm join-token -q {role}")

    def reset(self) -> None:
        """Bring every host out of any swarm, its Engine running."""
        self.each(leave_swarm)

    def form(self, managers: t.Sequence[str], workers: t.Sequence[str] = ()) -> None:
        """Make a swarm of hosts that are in none."""
        first = managers[0]
        self.sh(first, f"docker swarm init --advertise-addr {self.address(first)}")
        for role, names in (("manager", managers[1:]), ("worker", workers)):
            for name in names:
                self.lab.host(name).join(self.lab.host(first), role)
        wanted = len(managers)
        self.until(
            lambda: (
                sum(1 for node in self.nodes(first) if node[3] in ("Leader", "Reachable")) == wanted
                and all(node[1] == "Ready" for node in self.nodes(first))
            )
        )

    def until(self, holds: t.Callable[[], t.Any], seconds: float = 60) -> None:
        """Wait until something holds."""
        until(holds, seconds)
