# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A verb as a program that a host gets on its standard input (see ``module_utils/_run/program.py``). PRIVATE.

An action plugin uses it in place of the module of its own name: the start of a module costs a host several times as much as
most of what is done there. Whatever is unusual is left to the module, which does the same everywhere.
"""

from __future__ import annotations

import importlib
import json
import re
import typing as t
import zlib
from base64 import b64encode
from pathlib import Path

from ansible import constants
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible.plugins.action import ActionBase

from ...module_utils._engine.connection import OWN_CONNECTION
from ...module_utils._options.arguments import (
    depends_on_host,
    done_anew,
    for_ansible,
    hide_arguments,
    without_paths,
)
from ...module_utils._options.texts import wrong_value
from ...module_utils._run.interface import Interface

Result = dict[str, t.Any]

_COLLECTION = "ansible_collections.flotilla.swarm.plugins.module_utils"
_FOLDER = Path(__file__).resolve().parents[2] / "module_utils"
_START = "_run.program"
# What every program needs beside its verb.
_ALWAYS = ("_run.job", "_engine.connection")
_PYTHON = "/usr/bin/python3"
# What the line of the result begins with (see ``_run/program.py``).
_MARK = "flotilla.swarm: "
# The line before each request that may change something.
_WRITES = "flotilla.swarm writes"
# ``from .leaf import x``, ``from ..room.leaf import x``, ``from . import leaf``, ``from ..room import leaf, other``.
_IMPORT = re.compile(r"^ *from \.(?:\.(_\w+))?(?:\.?(\w+))? import (\([^)]*\)|.*)$", re.MULTILINE)
# Each play packs the programs of its tasks anew: the usual level takes more than twice as long, and saves 6 % of the size.
_COMPRESSION = 4
# A docstring stands alone, below the line that ends the head of its class or function.
_DOCSTRING = re.compile(r'(:(?: +#.*)?\n +)"""(?:[^"]|"(?!""))*"""\n')
# Without host names: Ansible prints the same warning once in a run.
_PIPELINING = (
    "Pipelining is off, so each task takes several times as long on a host: set ansible_pipelining to true in the inventory, if "
    "sudo on the hosts works without a terminal (no requiretty)."
)
_TYPES_ONLY = re.compile(r"^if t\.TYPE_CHECKING:\n(?:    .*\n)+", re.MULTILINE)


class ProgramNotUsable(Exception):
    """The program cannot do it here, and has sent nothing that could change something; the text says why.

    Attributes:
        advice: what the user can set so that it can; a sentence, or nothing.
    """

    def __init__(self, why: str, advice: str = "") -> None:
        super().__init__(why)
        self.advice = advice


class ProgramEnded(Exception):
    """The program ended without a result after it had sent something; the text says how."""


class HostProgram:
    """The program of a verb, made once for all hosts.

    Args:
        name: where the verb stands in ``module_utils``, such as ``_node.deploy.VERB``.
        interface: where its interface stands, such as ``_node.options.INTERFACE``; without it, in the verb.
    """

    def __init__(self, name: str, interface: str | None = None) -> None:
        self._name = name
        self.interface: Interface = _value(interface) if interface else _value(name).interface
        own = OWN_CONNECTION if self.interface.connects else {}
        self._arguments = {**own, **self.interface.all_arguments}
        self._validator = ArgumentSpecValidator(
            for_ansible(without_paths(self._arguments)), **self.interface.rules
        )
        self._start = _text(_START)
        self._texts = _packed(texts(name.rpartition(".")[0]))

    def attempt(self, action: ActionBase, task_vars: dict[str, t.Any], given: Result) -> Result:
        """Do a task with these options.

        Returns:
            The result, as the module would return it.

        Raises:
            ProgramNotUsable: it is left to the module.
            ProgramEnded: what was done is not known.
        """
        _check_way(action)
        given = _plain(given)
        if wrong_value(self._arguments, given):
            raise ProgramNotUsable("the module has a sentence about its options")
        validated = self._validator.validate(given)
        if validated.error_messages:
            raise ProgramNotUsable("its options are not those that the program knows")
        options = validated.validated_parameters
        if depends_on_host(self._arguments, options):
            raise ProgramNotUsable("a path depends on the host's environment")
        script = self.script({**options, "check_mode": bool(action._task.check_mode)})
        command = f"{action._compute_environment_string()} {_interpreter(action, task_vars)} -I -S".strip()
        result = _result(action._low_level_execute_command(command, in_data=script))
        shown = hide_arguments(self._arguments, options, bool(options.get("show_values")))
        return {**result, "invocation": {"module_args": shown}}

    def done_anew(self, given: Result) -> list[str]:
        """The given options that do something at every call, so that a call must not be repeated."""
        # To validate long lists takes longer than all else that is done here.
        if not _may_be_done_anew(self._arguments, given):
            return []
        options = self._validator.validate(given).validated_parameters
        return done_anew(self._arguments, options)

    def script(self, options: Result) -> bytes:
        """What the host's Python reads from its standard input."""
        return f"{self._start}\nrun({self._name!r}, {self._texts!r}, {_packed(options)!r})\n".encode()


def _result(done: Result) -> Result:
    """The program's line in the output; around it may stand what the host prints at every login."""
    for line in reversed(done["stdout"].splitlines()):
        if line.startswith(_MARK):
            result: Result | None = json.loads(line[len(_MARK) :])
            if result is None:
                raise ProgramNotUsable("the program does not know the way to this Engine")
            return result
    last = (done["stderr"].strip() or done["stdout"].strip()).rsplit("\n", 1)[-1]
    if _WRITES in done["stdout"].splitlines():
        raise ProgramEnded(f"status {done['rc']}")
    raise ProgramNotUsable(f"the program gave no result (status {done['rc']}: {last})")


def _check_way(action: ActionBase) -> None:
    """Refuse connections over which Python cannot be given a program on its standard input.

    Raises:
        ProgramNotUsable: the connection, or the way to become another user, is such a one.
    """
    connection = action._connection
    become = connection.become
    if action._task.async_val:
        raise ProgramNotUsable("the task is asynchronous")
    if not connection.has_pipelining or getattr(connection, "_remote_is_local", False):
        raise ProgramNotUsable(f"the connection {connection.transport} passes no input on")
    if getattr(connection._shell, "SHELL_FAMILY", None) != "sh":
        raise ProgramNotUsable("the shell of the host is not a POSIX one")
    # Becoming another user may need a terminal; pipelining is the user's word that it does not.
    if become and not getattr(become, "pipelining", True):
        raise ProgramNotUsable("this way of becoming another user needs a terminal")
    if become and not action._is_pipelining_enabled("new"):
        raise ProgramNotUsable(
            "becoming another user may need a terminal where pipelining is off", _PIPELINING
        )
    if constants.DEFAULT_KEEP_REMOTE_FILES:
        raise ProgramNotUsable("the files of modules are to be kept")


def _interpreter(action: ActionBase, task_vars: dict[str, t.Any]) -> str:
    """The Python that was configured or found for a host; where it would have to be searched, the usual one."""
    delegate = action._task.delegate_to
    variables = task_vars["ansible_delegated_vars"][delegate] if delegate else task_vars
    configured = constants.config.get_config_value("INTERPRETER_PYTHON", variables=variables)
    python = str(action._templar.template(configured) or "auto")
    if python.startswith("auto"):
        python = (variables.get("ansible_facts") or {}).get("discovered_interpreter_python") or _PYTHON
    return python


def _plain(value: t.Any) -> t.Any:
    """A copy without what Ansible remembers of each text and list, such as where it was written.

    All that is done with options here copies them, and to copy that as well takes several times as long.
    """
    if isinstance(value, dict):
        return {_plain(name): _plain(one) for name, one in value.items()}
    if isinstance(value, list):
        return [_plain(one) for one in value]
    return str.__str__(value) if isinstance(value, str) else value


def _value(name: str) -> t.Any:
    """What has this dotted name in ``module_utils``."""
    module, _dot, value = name.rpartition(".")
    return getattr(importlib.import_module(f"{_COLLECTION}.{module}"), value)


def texts(name: str) -> dict[str, str]:
    """The files that a program needs, by their dotted names: the verb's, and whatever these import from ``module_utils``."""
    found: dict[str, str] = {}
    left = [name, *_ALWAYS]
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
    """A file's text without what a host does not need: the licence and the docstrings, a fourth of it."""
    text = _FOLDER.joinpath(*name.split(".")).with_suffix(".py").read_text(encoding="utf-8")
    return _DOCSTRING.sub(r'\1""\n', text.split('"""', 2)[2].lstrip())


def _packed(content: t.Any) -> str:
    text = json.dumps(content, sort_keys=True, default=str).encode()
    return b64encode(zlib.compress(text, _COMPRESSION)).decode()


def _may_be_done_anew(arguments: Result, given: Result) -> bool:
    """Whether ``done_anew`` can find anything among options that were not checked yet, in whatever form they were given."""
    for name, argument in arguments.items():
        for word in (name, *argument.get("aliases", ())):
            value = given.get(word)
            if value is not None and (argument.get("once") or _may_hold_anew(argument, value)):
                return True
    return False


def _may_hold_anew(argument: Result, value: t.Any) -> bool:
    inner = argument.get("options")
    entries = value if isinstance(value, (list, tuple)) else [value]
    return bool(inner) and any(
        not isinstance(one, dict) or _may_be_done_anew(t.cast(Result, inner), one) for one in entries
    )
