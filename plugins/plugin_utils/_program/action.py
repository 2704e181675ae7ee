# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The action of a verb: by a program where that works, else by the module, with progress while it waits. PRIVATE."""

from __future__ import annotations

import contextlib
import time
import typing as t

from ansible.errors import AnsibleConnectionFailure, AnsibleError
from ansible.module_utils.parsing.convert_bool import boolean
from ansible.plugins.action import ActionBase
from ansible.utils.display import Display

from ...module_utils._engine.connection import CONNECTION
from ...module_utils._engine.errors import FlotillaError
from ...module_utils._options.arguments import secret_texts
from ...module_utils._run.interface import JOB, LATER, LOST, WAITING
from .program import HostProgram, ProgramEnded, ProgramNotUsable

Result = dict[str, t.Any]

# Seconds: what is done by then is done without a line of progress, and each further part of the waiting costs one start of
# the program.
_FIRST_PART, _NEXT_PART = 5, 10
# The option of a connection: how often it sends a command again that ended with the connection.
_RETRIES = "reconnection_retries"
# Seconds between two attempts to connect again.
_AGAIN = 2.0
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
            options = self.options(variables)
        except FlotillaError as error:
            return {**result, "failed": True, "changed": False, "msg": str(error), **error.facts}
        done = self._in_parts(options, variables) if self._shows_progress() else self._do(options, variables)
        if self.warnings:
            done["warnings"] = [*self.warnings, *(done.get("warnings") or [])]
        return {**result, **done}

    def options(self, _variables: Result) -> Result:
        """The options of the verb; an action that reads something on the control node adds it here.

        Args:
            _variables: of the host.

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
        begun = time.monotonic()
        first = {**options, WAITING: {"pause_after": _FIRST_PART}}
        found = whole = self._do(first, variables)
        shown: list[str] = []
        while found.get("left"):
            # Ansible shows the warnings of a task when it is over; a wait that is too short, for example, is known before.
            warnings = [f"warning: {warning}" for warning in found.get("warnings") or []]
            for line in [*warnings, _line(found.get("progress") or [])]:
                if line not in shown:
                    self._show(line, variables)
            shown = [*warnings, line]
            until = begun + found["left"].get("seconds", 0)
            found = self._do_next_part(self._going_on(options, found["left"]), variables, until)
            if found.pop(LOST, False):
                found = self._do_after_loss(first, variables)
            whole = _whole(whole, found)
        return _whole(whole, {})

    def _do_next_part(self, options: Result, variables: Result, until: float) -> Result:
        """Go on waiting, and connect again where the connection is lost.

        What was declared has been sent by then, or the host goes on with it by itself (``_run/job.py``). A part looks, and
        removes what is not needed any longer where it is still there, so it can be done again from where the part before it
        ended.

        Args:
            options: of the next part.
            variables: of the host.
            until: until when to try, in monotonic time.
        """
        told = False
        while True:
            try:
                return self._do(options, variables)
            except AnsibleConnectionFailure as error:
                if time.monotonic() >= until:
                    return _not_seen_to_its_end(error, options[WAITING]["left"])
            if not told:
                self._show("the connection is lost, connecting again", variables)
                told = True
            with contextlib.suppress(AnsibleError, AttributeError):
                # A connection that several commands share may be dead, and would be used again.
                self._connection.reset()
            time.sleep(_AGAIN)

    def _do_after_loss(self, first: Result, variables: Result) -> Result:
        """Do the verb again where the process that did it on the host was killed."""
        lost = "the process that waited on the host"
        anew = self.program.done_anew(first)
        if anew:
            return _not_repeated(ProgramEnded(lost), anew)
        found = self._do(first, variables)
        warning = f"The program on the host ended before its result ({lost}); another one went on from what it had done."
        return {**found, "changed": True, "warnings": [*(found.get("warnings") or []), warning]}

    def _show(self, line: str, variables: Result) -> None:
        # To stderr, as warnings: programs that read the play's output as JSON are not disturbed.
        host, delegate = variables.get("inventory_hostname", self._task.action), self._task.delegate_to
        # As Ansible names the host of a result.
        where = f"{host} -> {delegate}" if delegate and delegate != host else host
        _display.display(f"[{where}] {line}", stderr=True)

    def _going_on(self, options: Result, left: Result) -> Result:
        """The options of a call that goes on waiting: how the Engine is reached, and what is left to wait for."""
        known = {name for option, spec in CONNECTION.items() for name in (option, *spec.get("aliases", []))}
        connection = {name: value for name, value in options.items() if name in known}
        secrets = secret_texts(self.program.interface.arguments, options)
        waiting = {"pause_after": _NEXT_PART, "left": left, "hide": sorted(secrets)}
        # A process of the host that goes on takes nothing of it, but Ansible wants the options of a task to be whole.
        if left.get(LATER) or left.get(JOB):
            return {**options, WAITING: waiting}
        return {**connection, **self.program.interface.arguments_to_go_on(options, waiting)}

    def _do(self, options: Result, variables: Result) -> Result:
        """Do the verb once, by the program, or by the module where that does not work.

        The module always looks at what there is before it changes anything, so it goes on safely after a program that ended
        in the middle, unless it was asked for something that is done at every call.
        """
        anew = self.program.done_anew(options)
        try:
            with self._sent_once() if anew else contextlib.nullcontext():
                return self.program.attempt(self, variables, options)
        except ProgramNotUsable as reason:
            _display.vvv(f"The module does it, since {reason}.", host=variables.get("inventory_hostname"))
            if reason.advice:
                _display.warning(reason.advice)
            with self._sent_once() if anew else contextlib.nullcontext():
                return self._do_by_module(options, variables)
        except ProgramEnded as ended:
            if anew:
                return _not_repeated(ended, anew)
            found = self._do_by_module(options, variables)
            warning = f"The program on the host ended before its result ({ended}); the module went on from what it had done."
            return {**found, "changed": True, "warnings": [*(found.get("warnings") or []), warning]}

    @contextlib.contextmanager
    def _sent_once(self) -> t.Iterator[None]:
        """Keep Ansible from sending a command again when the connection is lost, as its connection over SSH may do."""
        try:
            retries = self._connection.get_option(_RETRIES)
        except (KeyError, AnsibleError):
            yield
            return
        self._connection.set_option(_RETRIES, 0)
        try:
            yield
        finally:
            self._connection.set_option(_RETRIES, retries)

    def _do_by_module(self, options: Result, variables: Result) -> Result:
        wrap = bool(self._task.async_val) and not self._connection.has_native_async
        found: Result = self._execute_module(
            module_name=f"flotilla.swarm.{type(self).__module__.rpartition('.')[2]}",
            module_args=options,
            task_vars=variables,
            wrap_async=wrap,
        )
        # A result repeats the options of the task, not what was read for them or what is between action and module.
        if isinstance(found.get("invocation"), dict):
            found["invocation"] = _without_private(found["invocation"])
        return found


def _without_private(repeated: t.Any) -> t.Any:
    """The options of a task, at any depth, without those whose names begin with an underscore."""
    if isinstance(repeated, dict):
        return {
            name: _without_private(value) for name, value in repeated.items() if not str(name).startswith("_")
        }
    return [_without_private(one) for one in repeated] if isinstance(repeated, list) else repeated


def _not_repeated(ended: ProgramEnded, anew: list[str]) -> Result:
    """The failure of a call that was perhaps carried out, and must not be repeated."""
    names = " and ".join(anew)
    return {
        "failed": True,
        "changed": True,
        "msg": f"The program on the host ended before its result ({ended}), after it had sent a change; whether {names} was "
        f"carried out is not known, so it is not done again. Look at the swarm, and run again without {names} if it was.",
    }


def _not_seen_to_its_end(error: AnsibleError, left: Result) -> Result:
    """The failure of a wait whose connection did not come back in time."""
    later = left.get(LATER)
    but = f", but perhaps not {', '.join(later)}" if later else ""
    done = "The host goes on by itself" if left.get(JOB) else f"What was declared has been sent{but}"
    return {
        "failed": True,
        "changed": bool(left.get(JOB)),
        "msg": "The connection was lost while waiting, and could not be made again within wait_timeout. "
        f"{done}; run the same again to see it through. The last attempt: {error}",
    }


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
    unsent = last.get("not_sent")
    if unsent:
        whole["diff"] = [one for one in whole.get("diff") or [] if one.get("after_header") not in unsent]
    return {key: value for key, value in whole.items() if key not in ("left", "progress")}
