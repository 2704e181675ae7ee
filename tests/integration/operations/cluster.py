# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A swarm of five hosts, and an operator's playbooks on it."""

from __future__ import annotations

import typing as t

from ansible_collections.flotilla.swarm.tests.integration.modules.play import Stage
from ansible_collections.flotilla.swarm.tests.integration.running import Run, site
from chaos.kills import PROGRAMS  # found by the path that ansible_run adds
from chaos.running import Playbook

if t.TYPE_CHECKING:
    from pathlib import Path

    from ansible_collections.flotilla.swarm.tests.integration.ansible_run import Lab

MANAGERS, WORKERS = ("m1", "m2", "m3"), ("w1", "w2")
INVENTORY: dict[str, t.Any] = {
    "swarm": {
        "children": {
            "swarm_managers": {"hosts": {name: {} for name in MANAGERS}},
            "swarm_workers": {"hosts": {name: {} for name in WORKERS}},
        }
    }
}
# Removes what a test, also one that failed, may have left, and says how the nodes are.
_CLEAR = (
    "docker service ls -q | xargs -r docker service rm >/dev/null; "
    "docker config rm flotilla-operation >/dev/null 2>&1; "
    "for node in $(docker node ls -q); do docker node update --availability active "
    "$(docker node inspect $node --format '{{range $key, $value := .Spec.Labels}}{{println $key}}{{end}}' "
    "| sed -n 's/^flotilla.maintenance/--label-rm &/p') $node >/dev/null; done; "
    "docker node ls --format '{{.Hostname}} {{.Status}} {{.Availability}} {{if .ManagerStatus}}manager{{end}}'"
)


class Cluster:
    """The swarm, and what an operator and a test do with it."""

    def __init__(self, lab: Lab, folder: Path) -> None:
        self.lab = lab
        self.stage = Stage(lab, folder)
        self.image = f"{lab.registry}/tiny"

    def run(self, book: str, *arguments: str, name: str = "site", **variables: t.Any) -> Run:
        """Run a playbook of the collection.

        Args:
            book: its name.
            arguments: more for ``ansible-playbook``.
            name: that of the inventory's folder, another one for each of several runs at the same time.
            variables: extra variables.
        """
        return site(self.lab, INVENTORY, *arguments, book=book, name=name, **variables)

    def begin(self, book: str, **variables: t.Any) -> Playbook:
        """Start a playbook that can be killed, on the inventory of the last run."""
        folder = self.lab.inventory_file().parent
        return Playbook(folder / "site", f"flotilla.swarm.{book}", variables, folder)

    def kill(self, playbook: Playbook) -> None:
        """Kill a playbook with all that it runs, here and on the hosts."""
        playbook.kill_all()
        for host in self.stage.names:
            self.sh(f"pkill -KILL -f '{PROGRAMS}'", host, check=False)

    def sh(self, command: str, host: str = "m1", check: bool = True) -> str:
        """A shell command on a host."""
        return self.stage.sh(host, command, check=check)

    def until(self, holds: t.Callable[[], t.Any], seconds: float = 60) -> None:
        """Wait until something holds."""
        self.stage.until(holds, seconds)

    def heal(self) -> None:
        """Make the swarm what it is before any test: two looks where it is so already."""
        if not self._is_whole():
            for host in self.stage.names:
                self.sh("systemctl start docker", host)
            self.run("site").succeeded()
            self.until(self._is_whole)
        # A container that still ends holds its image.
        self.until(self._is_idle)

    def _is_idle(self) -> bool:
        shown = self.stage.each(
            lambda host: host.run("docker ps -q -f label=com.docker.swarm.service.id").stdout
        )
        return not any(shown.values())

    def _is_whole(self) -> bool:
        shown = self.sh(_CLEAR, check=False).splitlines()
        wanted = [f"{name} Ready Active manager" for name in MANAGERS] + [
            f"{name} Ready Active " for name in WORKERS
        ]
        return sorted(line.strip() for line in shown) == [line.strip() for line in wanted]
