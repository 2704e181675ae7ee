# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Pure code of the collection, sent to a host as one program and run there at once. PRIVATE to the collection.

An action plugin uses it in place of the module of its own name: the start of a module costs a host several times as much
as most of what is done there. Whatever is unusual is left to the module, which does the same work everywhere.
"""

from __future__ import annotations

import json
import re
import typing as t
import zlib
from base64 import b64encode
from pathlib import Path

from ansible import constants
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible.module_utils.common.parameters import remove_values
from ansible.plugins.action import ActionBase
from ansible.utils.display import Display

from ...module_utils._options.no_log import has_moving_paths, hidden, long_enough, without_paths

_FOLDER = Path(__file__).resolve().parents[2] / "module_utils"
_START = "_run.program"
_PYTHON = "/usr/bin/python3"
# What the line of the result begins with (see ``_program``).
_MARK = "flotilla.swarm: "
# ``from .leaf import x``, ``from ..room.leaf import x``, ``from . import leaf``, ``from ..room import leaf, other``.
_IMPORT = re.compile(r"^ *from \.(?:\.(_\w+))?(?:\.?(\w+))? import (\([^)]*\)|.*)$", re.MULTILINE)
_TYPES_ONLY = re.compile(r"^if t\.TYPE_CHECKING:\n(?:    .*\n)+", re.MULTILINE)
_display = Display()

# The connection options that a program knows, as ``_module`` has them; what a host's own environment says of them is seen
# there.
ENGINE: dict[str, t.Any] = {
    "docker_host": {"type": "str", "default": "unix:///var/run/docker.sock"},
    "api_version": {"type": "str", "default": "auto"},
    "timeout": {"type": "int", "default": 60},
    "debug": {"type": "bool", "default": False},
}


class Unfit(Exception):
    """The program is no way to do it here; the text says why."""


class HostProgram:
    """A program, made ready once and for all hosts.

    Args:
        name: the file of ``module_utils`` that has the function ``program``.
        spec: those of the module's options that the program knows, as an argument spec.
        rules: ``required_if`` and the like, as the module has them.
    """

    def __init__(self, name: str, spec: dict[str, t.Any], **rules: t.Any) -> None:
        self._name = name
        self._spec = spec
        self._validator = ArgumentSpecValidator(without_paths(spec), **rules)
        self._start = _text(_START)
        self._texts = _packed(texts(name))

    def run(self, action: ActionBase, task_vars: dict[str, t.Any]) -> dict[str, t.Any]:
        """Do a task by the program, or by the module of the task's name where that does not work.

        Returns:
            The result of the module.
        """
        done = self.attempt(action, task_vars, dict(action._task.args))
        if done is not None:
            return done
        found: dict[str, t.Any] = action._execute_module(
            module_name=action._task.action, task_vars=task_vars, wrap_async=bool(action._task.async_val)
        )
        return found

    def attempt(
        self, action: ActionBase, task_vars: dict[str, t.Any], args: dict[str, t.Any]
    ) -> dict[str, t.Any] | None:
        """Do a task with these options by the program.

        Returns:
            The result of the module; ``None`` where it is left to the module.
        """
        try:
            return self._by_program(action, task_vars, args)
        except Unfit as unfit:
            _display.vvv(f"Done by the module, since {unfit}.", host=task_vars.get("inventory_hostname"))
            return None

    def script(self, options: dict[str, t.Any]) -> bytes:
        """What the host's Python reads from its standard input."""
        return f"{self._start}\nrun({self._name!r}, {self._texts!r}, {_packed(options)!r})\n".encode()

    def _by_program(
        self, action: ActionBase, task_vars: dict[str, t.Any], args: dict[str, t.Any]
    ) -> dict[str, t.Any]:
        _check_way(action)
        validated = self._validator.validate(args)
        if validated.error_messages:
            raise Unfit("its options are not those that the program knows")
        given = validated.validated_parameters
        if has_moving_paths(self._spec, given):
            raise Unfit("a path depends on the host's environment")
        options = {**given, "check_mode": bool(action._task.check_mode)}
        command = f"{action._compute_environment_string()} {_interpreter(action, task_vars)} -I -S".strip()
        done = action._low_level_execute_command(command, in_data=self.script(options))
        result = _result(done)
        if result is None:
            raise Unfit("the program does not know the way to this Engine")
        # As a module does it: nobody knows what an error repeats.
        result = remove_values(result, long_enough(validated._no_log_values))
        return {**result, "invocation": {"module_args": hidden(self._spec, given)}}


class ProgramAction(ActionBase):
    """An action plugin that takes the options of the module of its name, and returns its result."""

    TRANSFERS_FILES = False
    _supports_async = True
    #: Made with the class, before the hosts' workers begin, so that it is not made for each host.
    program: HostProgram

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        """Run the action."""
        result: dict[str, t.Any] = super().run(tmp, task_vars)
        return {**result, **self.program.run(self, task_vars or {})}


def _result(done: dict[str, t.Any]) -> dict[str, t.Any] | None:
    """The program's line in what was said; around it may stand what the host says to whoever logs in."""
    for line in reversed(done["stdout"].splitlines()):
        if line.startswith(_MARK):
            result: dict[str, t.Any] | None = json.loads(line[len(_MARK) :])
            return result
    said = (done["stderr"].strip() or done["stdout"].strip()).rsplit("\n", 1)[-1]
    raise Unfit(f"the program gave no result (status {done['rc']}: {said})")


def _check_way(action: ActionBase) -> None:
    """Refuse ways to a host on which a program cannot be given to Python's standard input.

    Raises:
        Unfit: it cannot.
    """
    connection = action._connection
    become = connection.become
    if action._task.async_val:
        raise Unfit("the task is asynchronous")
    if not connection.has_pipelining or getattr(connection, "_remote_is_local", False):
        raise Unfit(f"the connection {connection.transport} passes no input on")
    if getattr(connection._shell, "SHELL_FAMILY", None) != "sh":
        raise Unfit("the shell of the host is not a POSIX one")
    # Becoming another user may need a terminal; pipelining is the user's word that it does not.
    if become and not (getattr(become, "pipelining", True) and action._is_pipelining_enabled("new")):
        raise Unfit("becoming another user may need a terminal where pipelining is off")
    if constants.DEFAULT_KEEP_REMOTE_FILES:
        raise Unfit("the files of modules are to be kept")


def _interpreter(action: ActionBase, task_vars: dict[str, t.Any]) -> str:
    """The Python that was configured or found for a host; where it would have to be searched, the usual one."""
    delegate = action._task.delegate_to
    variables = task_vars["ansible_delegated_vars"][delegate] if delegate else task_vars
    configured = constants.config.get_config_value("INTERPRETER_PYTHON", variables=variables)
    told = str(action._templar.template(configured) or "auto")
    if told.startswith("auto"):
        told = (variables.get("ansible_facts") or {}).get("discovered_interpreter_python") or _PYTHON
    return told


def texts(name: str) -> dict[str, str]:
    """The files a program needs, by their names: its own, and whatever these import from ``module_utils``."""
    found: dict[str, str] = {}
    left = [name, "_engine.errors"]
    while left:
        name = left.pop()
        if name not in found:
            found[name] = _text(name)
            left += _imports(name.partition(".")[0], found[name])
    return found


def _imports(room: str, text: str) -> t.Iterator[str]:
    """The files of ``module_utils`` that a text in some room imports, in dotted names such as ``_engine.errors``."""
    for other, leaf, names in _IMPORT.findall(_TYPES_ONLY.sub("", text)):
        leaves = (
            [leaf] if leaf else [name.split(" as ")[0].strip(" \n") for name in names.strip("()").split(",")]
        )
        yield from (f"{other or room}.{name}" for name in leaves if name)


def _text(name: str) -> str:
    return _FOLDER.joinpath(*name.split(".")).with_suffix(".py").read_text(encoding="utf-8")


def _packed(content: t.Any) -> str:
    return b64encode(zlib.compress(json.dumps(content, sort_keys=True, default=str).encode())).decode()
