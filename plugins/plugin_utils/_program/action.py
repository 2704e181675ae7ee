# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The action of a verb: by a program where that works, else by the module, with progress while it waits. PRIVATE."""

from __future__ import annotations

import typing as t

from ansible.module_utils.parsing.convert_bool import boolean
from ansible.plugins.action import ActionBase
from ansible.utils.display import Display

from ...module_utils._engine.connection import CONNECTION
from ...module_utils._engine.errors import FlotillaError
from ...module_utils._run.interface import WAITING
from .program import HostProgram, ProgramNotUsable

Result = dict[str, t.Any]

# Seconds: what is done by then is done without a line of progress, and each further part of the waiting costs one start of
# the program.
_FIRST_PART, _NEXT_PART = 5, 10
# How many services one line of progress names.
_NAMED = 3
_display = Display()


class HostAction(ActionBase):
    """Does a verb on the host. An action plugin is this class and the name of a verb."""

    #: Where the verb stands in ``module_utils``, such as ``_node.deploy.VERB``.
    verb: t.ClassVar[str]
    #: Where its interface stands, such as ``_node.options.INTERFACE``, where that is another file that imports less.
    interface: t.ClassVar[str | None] = None
    #: Made with the class, before the workers of the hosts start, so that it is not made again for each host.
    program: t.ClassVar[HostProgram]

    TRANSFERS_FILES = False
    _supports_async = True
    _supports_check_mode = True

    def __init_subclass__(cls) -> None:
        """Make the program of the verb."""
        cls.program = HostProgram(cls.verb, cls.interface)

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> Result:
        """Run the action."""
        variables = task_vars or {}
        #: Sentences for the user about what was read on the control node.
        self.warnings: list[str] = []
        result: Result = super().run(tmp, variables)
        try:
            options = self.options()
        except FlotillaError as error:
            return {**result, "failed": True, "changed": False, "msg": str(error), **error.facts}
        done = self._in_parts(options, variables) if self._shows_progress() else self._do(options, variables)
        if self.warnings:
            done["warnings"] = [*self.warnings, *(done.get("warnings") or [])]
        return {**result, **done}

    def options(self) -> Result:
        """The options of the verb; an action that reads something on the control node adds it here.

        Raises:
            FlotillaError: the options cannot work; nothing was sent.
        """
        return dict(self._task.args)

    def _shows_progress(self) -> bool:
        given = self._task.args
        wanted = (boolean(given.get(name, True), strict=False) for name in ("wait", "progress"))
        return (
            self.program.interface.waits
            and all(wanted)
            and not self._task.check_mode
            and not self._task.async_val
        )

    def _in_parts(self, options: Result, variables: Result) -> Result:
        """Do the verb, and show the progress while it waits."""
        found = first = self._do({**options, WAITING: {"pause_after": _FIRST_PART}}, variables)
        shown = ""
        while found.get("left"):
            line = _line(found.get("progress") or [])
            if line != shown:
                # To stderr, as warnings: programs that read the play's output as JSON are not disturbed.
                host = variables.get("inventory_hostname", self._task.action)
                _display.display(f"[{host}] {line}", stderr=True)
                shown = line
            found = self._do(self._going_on(options, found["left"]), variables)
        return _whole(first, found)

    def _going_on(self, options: Result, left: Result) -> Result:
        """The options of a call that goes on waiting: how the Engine is reached, and what is left to wait for."""
        known = {name for option, spec in CONNECTION.items() for name in (option, *spec.get("aliases", []))}
        connection = {name: value for name, value in options.items() if name in known}
        waiting = {"pause_after": _NEXT_PART, "left": left}
        return {**connection, **self.program.interface.arguments_to_go_on(options, waiting)}

    def _do(self, options: Result, variables: Result) -> Result:
        """Do the verb once, by the program, or by the module where that does not work."""
        try:
            return self.program.attempt(self, variables, options)
        except ProgramNotUsable as reason:
            _display.vvv(f"The module does it, since {reason}.", host=variables.get("inventory_hostname"))
        wrap = bool(self._task.async_val) and not self._connection.has_native_async
        found: Result = self._execute_module(
            module_name=f"flotilla.swarm.{type(self).__module__.rpartition('.')[2]}",
            module_args=options,
            task_vars=variables,
            wrap_async=wrap,
        )
        # A result repeats the options of the task, not what was read for them or what is between action and module.
        repeated = (found.get("invocation") or {}).get("module_args") or {}
        for name in [name for name in repeated if name.startswith("_")]:
            del repeated[name]
        return found


def _line(progress: list[str]) -> str:
    more = f"; and {len(progress) - _NAMED} more" if len(progress) > _NAMED else ""
    return "; ".join(progress[:_NAMED]) + more


def _whole(first: Result, last: Result) -> Result:
    """The result of all parts: the last one has all that was done, the first one the diff and the task's arguments."""
    whole = {**first, **last, "changed": bool(first.get("changed") or last.get("changed"))}
    if "invocation" in first:
        whole["invocation"] = first["invocation"]
    for key in ("warnings", "deprecations"):
        both = [*(first.get(key) or []), *(last.get(key) or [])]
        if both:
            whole[key] = [one for at, one in enumerate(both) if one not in both[:at]]
    return {key: value for key, value in whole.items() if key not in ("left", "progress")}
