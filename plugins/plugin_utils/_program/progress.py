# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tell of the progress while a module waits, by letting it wait in slices. PRIVATE to the collection.

An action plugin uses it in place of the module of its own name. The module's option ``progress`` says how long it may
wait (``pause_after``, seconds); it answers with ``rollouts_left`` where it is not done by then, and gets these again
beside the task's own arguments, to go on.
"""

from __future__ import annotations

import typing as t

from ansible.module_utils.parsing.convert_bool import boolean
from ansible.plugins.action import ActionBase
from ansible.utils.display import Display

from .host_program import HostProgram

Result = dict[str, t.Any]

# Seconds: whoever is done by then hears nothing, and each further slice costs one more start of the module.
_FIRST_SLICE, _NEXT_SLICE = 5, 10
# Of how many services one line tells.
_TOLD = 3
# Between the module and this plugin only.
_PRIVATE = ("rollouts_left", "progress")


class SlicedAction(ActionBase):
    """Does the work of the module of the action's name once, or again and again while rollouts go on."""

    #: The same work as a program, made with the class: each slice starts in a fraction of a module's time.
    program: HostProgram

    TRANSFERS_FILES = False
    _supports_async = True
    _supports_check_mode = True

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> Result:
        """Run the action."""
        result: Result = super().run(tmp, task_vars)
        if not self._in_slices():
            wrap_async = bool(self._task.async_val) and not self._connection.has_native_async
            return {**result, **self._module({}, task_vars, wrap_async=wrap_async)}
        found = first = self._module({"pause_after": _FIRST_SLICE}, task_vars)
        told = ""
        while found.get("rollouts_left"):
            line = _line(found.get("progress") or [])
            if line != told:
                # To stderr, as warnings: what reads the play's output as JSON is not disturbed.
                Display().display(f"[{self._host(task_vars)}] {line}", stderr=True)
                told = line
            left = {"pause_after": _NEXT_SLICE, "rollouts_left": found["rollouts_left"]}
            found = self._module(left, task_vars)
        return {**result, **_merged(first, found)}

    def _arguments(self) -> Result:
        """What the module is given beside its part."""
        return t.cast("Result", self._task.args)

    def _in_slices(self) -> bool:
        args = self._task.args
        waits = boolean(args.get("wait", True), strict=False) and boolean(
            args.get("progress", True), strict=False
        )
        return waits and not self._task.check_mode and not self._task.async_val

    def _execute(self, args: Result, task_vars: dict[str, t.Any] | None, **how: t.Any) -> Result:
        """Do the module's work with these options."""
        found = self.program.attempt(self, task_vars or {}, args)
        if found is not None:
            return found
        return t.cast(
            "Result",
            self._execute_module(
                module_name=f"flotilla.swarm.{type(self).__module__.rpartition('.')[2]}",
                module_args=args,
                task_vars=task_vars,
                **how,
            ),
        )

    def _module(self, part: Result, task_vars: dict[str, t.Any] | None, **how: t.Any) -> Result:
        """Run the module, or a part of it: ``progress`` then says which."""
        found = self._execute({**self._arguments(), **({"progress": part} if part else {})}, task_vars, **how)
        invoked = (found.get("invocation") or {}).get("module_args")
        if isinstance(invoked, dict):
            found["invocation"] = {
                "module_args": self._told({**invoked, **({"progress": True} if part else {})})
            }
        return found

    def _told(self, args: Result) -> Result:
        """The arguments as the result repeats them."""
        return args

    def _host(self, task_vars: dict[str, t.Any] | None) -> str:
        return str((task_vars or {}).get("inventory_hostname", self._task.action))


def _line(progress: list[str]) -> str:
    more = f"; and {len(progress) - _TOLD} more" if len(progress) > _TOLD else ""
    return "; ".join(progress[:_TOLD]) + more


def _merged(first: Result, last: Result) -> Result:
    """The first call's result, which knows what was changed, with the last one's, which knows what it came to."""
    merged = {**first, **last, "changed": bool(first.get("changed") or last.get("changed"))}
    for key in ("actions", "warnings", "deprecations"):
        told = [*(first.get(key) or []), *(last.get(key) or [])]
        if told and last is not first:
            merged[key] = [one for at, one in enumerate(told) if one not in told[:at]]
    return {key: value for key, value in merged.items() if key not in _PRIVATE}
