# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Prints a run as one JSON object, for the integration tests: ``plays[].tasks[].hosts{}`` and ``stats``."""

from __future__ import annotations

import json
import typing as t

from ansible.parsing.ajson import AnsibleJSONEncoder
from ansible.plugins.callback import CallbackBase

DOCUMENTATION = r"""
name: report
type: stdout
short_description: A run as one JSON object
description: Used by the integration tests of this collection.
"""


class CallbackModule(CallbackBase):
    """Collects every task's result by host, and prints all of it at the end."""

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "stdout"
    CALLBACK_NAME = "report"

    def __init__(self) -> None:
        super().__init__()
        self._plays: list[dict[str, t.Any]] = []
        self._tasks: dict[str, dict[str, t.Any]] = {}

    def v2_playbook_on_play_start(self, play: t.Any) -> None:
        """Begin a play."""
        self._plays.append({"name": play.get_name(), "tasks": []})

    def v2_playbook_on_task_start(self, task: t.Any, is_conditional: bool) -> None:  # noqa: ARG002
        """Begin a task; one that several hosts reach at different times begins once."""
        if task._uuid not in self._tasks:
            self._tasks[task._uuid] = {"task": {"name": task.get_name()}, "hosts": {}}
            self._plays[-1]["tasks"].append(self._tasks[task._uuid])

    def v2_playbook_on_handler_task_start(self, task: t.Any) -> None:
        """A handler is a task like others."""
        self.v2_playbook_on_task_start(task, False)

    def v2_runner_on_ok(self, result: t.Any) -> None:
        """Keep a result."""
        self._keep(result)

    def v2_runner_on_failed(self, result: t.Any, ignore_errors: bool = False) -> None:  # noqa: ARG002
        """Keep a failure."""
        self._keep(result, failed=True)

    def v2_runner_on_skipped(self, result: t.Any) -> None:
        """Keep that a task was skipped."""
        self._keep(result, skipped=True)

    def v2_runner_on_unreachable(self, result: t.Any) -> None:
        """Keep that a host was not reached."""
        self._keep(result, unreachable=True)

    def v2_playbook_on_stats(self, stats: t.Any) -> None:
        """Print."""
        counts = {host: stats.summarize(host) for host in sorted(stats.processed)}
        report = {"plays": self._plays, "stats": counts}
        self._display.display(json.dumps(report, cls=AnsibleJSONEncoder, indent=1))

    def _keep(self, result: t.Any, **more: bool) -> None:
        # Ansible leaves it to the callback to say these of a task; its warnings stay in the result alone.
        self._handle_warnings({"deprecations": result._result.get("deprecations")})
        task = self._tasks.get(result._task._uuid)
        if task is not None:
            task["hosts"][result._host.get_name()] = {**result._result, **more}
