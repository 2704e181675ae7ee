# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run ``ansible-playbook`` as the tests' own Python has it, untouched by the settings of whoever runs them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import typing as t
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "tests"))

from lab import Host, Lab  # noqa: E402

__all__ = ["ROOT", "Done", "Host", "Lab", "ansible_playbook", "leave_swarm"]

# An Engine 26.1 that leaves and joins in a row can hang in setting up its ingress network (its agent then gets no task
# and no role), so whoever was in a swarm starts anew.
_LEAVE = (
    "[ \"$(docker info --format '{{.Swarm.LocalNodeState}}')\" = inactive ] || "
    "{ timeout 15 docker swarm leave --force || systemctl kill -s KILL docker.service; "
    "systemctl reset-failed docker.service docker.socket; systemctl restart docker; }; "
    "docker info --format '{{.Swarm.LocalNodeState}}'"
)


class Done(t.NamedTuple):
    """What a run came to: exit status and all it printed."""

    status: int
    text: str

    @property
    def report(self) -> dict[str, t.Any]:
        """The run as ``callbacks/report.py`` prints it."""
        try:
            found: dict[str, t.Any] = json.JSONDecoder().raw_decode(
                self.text[self.text.index('{\n "plays"') :]
            )[0]
        except ValueError:
            raise AssertionError(f"no report:\n{self.text}") from None
        return found


def ansible_playbook(
    inventory: Path, book: str, *arguments: str, report: bool = True, timeout: float = 400, **environment: str
) -> Done:
    """Run a playbook.

    Args:
        inventory: file or folder.
        book: path or name of the playbook.
        arguments: more for the command line.
        report: print the run as JSON instead of the way a user sees it.
        timeout: seconds until the run counts as hanging.
        environment: more variables.
    """
    clean = {key: value for key, value in os.environ.items() if not key.startswith("ANSIBLE_")}
    ours = {
        "ANSIBLE_COLLECTIONS_PATH": os.environ.get(
            "FLOTILLA_COLLECTIONS_PATH", str(ROOT / ".cache" / "tree")
        ),
        "ANSIBLE_HOME": str(ROOT / ".cache" / "ansible"),
        "ANSIBLE_CALLBACK_PLUGINS": str(ROOT / "tests" / "integration" / "callbacks"),
        "ANSIBLE_DEPRECATION_WARNINGS": "false",
        "ANSIBLE_LOCALHOST_WARNING": "false",
        "ANSIBLE_FORKS": "10",
    }
    if report:
        ours["ANSIBLE_STDOUT_CALLBACK"] = "report"
    done = subprocess.run(
        [str(Path(sys.executable).with_name("ansible-playbook")), "-i", str(inventory), book, *arguments],
        capture_output=True,
        text=True,
        check=False,
        timeout=timeout,
        stdin=subprocess.DEVNULL,
        env={**clean, **ours, **environment},
    )
    return Done(done.returncode, done.stdout + done.stderr)


def leave_swarm(host: Host) -> None:
    """Bring a host out of any swarm, its Engine running and fit to join another."""
    told = host.run(_LEAVE, check=False).stdout.split()
    if told[-1:] != ["inactive"]:
        host.run("systemctl reset-failed docker.service docker.socket", check=False)
        host.wipe()
