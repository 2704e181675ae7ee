# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run a playbook against a lab and read its outcome task by task."""

from __future__ import annotations

import json
import typing as t
from dataclasses import dataclass

from ansible_collections.flotilla.swarm.tests.integration.ansible_run import Lab, ansible_playbook


@dataclass
class Played:
    """What came of a playbook: counts and failure messages by host, results by task and host, and all it printed."""

    status: int
    changed: dict[str, int]
    failures: dict[str, str]
    tasks: dict[str, dict[str, t.Any]]
    text: str

    @property
    def nothing_changed(self) -> bool:
        """Whether the run succeeded and no task reported a change."""
        return self.status == 0 and not any(self.changed.values())


def play(lab: Lab, book: t.Any, variables: dict[str, t.Any] | None = None, *arguments: str) -> Played:
    """Run a playbook (plays as data) on the hosts of a lab.

    Args:
        lab: where to.
        book: the list of plays.
        variables: extra variables.
        arguments: more for ``ansible-playbook``.
    """
    inventory = lab.inventory_file()
    path = inventory.parent / "play.json"
    path.write_text(json.dumps(book), encoding="utf-8")  # JSON is YAML
    done = ansible_playbook(inventory, str(path), *arguments, "-e", json.dumps(variables or {}), timeout=600)
    report = done.report
    tasks: dict[str, dict[str, t.Any]] = {}
    failures: dict[str, str] = {}
    for one in report["plays"]:
        for task in one["tasks"]:
            tasks.setdefault(task["task"]["name"].split(" : ")[-1], {}).update(task["hosts"])
            for host, result in task["hosts"].items():
                if result.get("failed") or result.get("unreachable"):
                    failures[host] = str(result.get("msg"))
    changed = {host: stats["changed"] for host, stats in report["stats"].items()}
    return Played(done.status, changed, failures, tasks, done.text)
