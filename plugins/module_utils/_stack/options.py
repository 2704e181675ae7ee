# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The options of a stack. PRIVATE to the collection. Pure.

What a stack consists of has the options of its own modules; those of the stack say how Compose files are read and how the
stack is brought about.
"""

from __future__ import annotations

import re
import typing as t

from .._engine.errors import Refused
from .._options.hidden import hide_value
from .._options.labels import NAMESPACE
from .._options.one_or_many import OneOrMany
from .._options.value_types import SECONDS, between
from .._run.interface import Interface
from .._run.progress import WAIT_ARGUMENTS
from .._service.options import AUTH_ARGUMENTS, HELD_ARGUMENTS

#: The kinds of objects of a stack.
KINDS = ("services", "networks", "secrets", "configs")
PRUNE = {"false": "none", "no": "none", "true": "services", "yes": "services", "all": "all"}


def is_path(given: str) -> bool:
    """Whether a text names a Compose file; else it is the text of one, which may hold any secret."""
    return not re.search(r"\n|: |^\s*[{\[]", given)


def _hide_compose(given: t.Any) -> t.Any:
    """The list of Compose files: paths are shown; a file that is written out in the task may hold any secret."""
    if isinstance(given, list):
        return [_hide_compose(one) for one in given]
    return given if isinstance(given, str) and is_path(given) else hide_value(given)


# Options of community.docker that choose Docker's command line, which is not used here.
COMMAND_LINE: dict[str, t.Any] = {"docker_cli": {"type": "str"}, "cli_context": {"type": "str"}}
_BESIDE: dict[str, t.Any] = {
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
    "compose": {"type": "list", "elements": "raw", "hidden": _hide_compose, "text": "any"},
    "remote_src": {"type": "bool", "default": True},
    "project_dir": {"type": "path"},
    "variables": {"type": "dict", "default": {}, "hidden": hide_value, "text": "any"},
    "env_files": {"type": "list", "elements": "path", "default": []},
    "ignore_unsupported": {"type": "list", "elements": "str", "default": []},
    "profiles": {"type": "list", "elements": "str", "default": []},
    "ordered": {"type": "bool", "default": True},
    "prune": {"type": "raw", "default": False},
    "registry_auth": {"type": "list", "elements": "dict", "default": [], "options": AUTH_ARGUMENTS},
    "with_registry_auth": {"type": "bool", "default": False},
    "resolve_image": {"type": "str", "choices": ["always", "changed", "never"], "default": "changed"},
    "undeclared": {"type": "str", "choices": ["keep", "reset"], "default": "keep"},
    "recreate": {"type": "bool", "default": False},
    "retry_paused": {"type": "bool", "default": False},
    # Between the action, which has read the Compose files, and the verb: what they declare, and the contents of secrets and
    # configs. Ansible shows no option whose name begins so.
    "_declared": {"type": "dict"},
    "_declared_data": {"type": "dict", "no_log": True},
}
#: One stack, or many in a list.
MODULE = OneOrMany(_BESIDE, "stacks")
ARGUMENTS: dict[str, t.Any] = {
    **MODULE.arguments,
    **WAIT_ARGUMENTS,
    **HELD_ARGUMENTS,
    "show_values": {"type": "bool", "default": False},
    "detach": {"type": "bool"},
    "absent_retries": {"type": "int", "default": 0, "limits": between(0, 100_000, "it is a count")},
    "absent_retries_interval": {**SECONDS, "default": 1},
    **COMMAND_LINE,
}
INTERFACE = Interface(ARGUMENTS, MODULE.rules, waits=True)


def in_stack(name: str | None = None) -> dict[str, list[str]]:
    """The Engine's filter for what belongs to a stack, or to any."""
    return {"label": [NAMESPACE if name is None else f"{NAMESPACE}={name}"]}


def stack_of(raw: dict[str, t.Any]) -> str | None:
    """The stack that a raw service, secret, config or network belongs to."""
    labels = raw.get("Spec", raw).get("Labels") or {}
    return t.cast("str | None", labels.get(NAMESPACE))


def check_context(options: dict[str, t.Any]) -> None:
    """Refuse a context of Docker's command line: it names an Engine, and another one would be asked without a word.

    Raises:
        Refused: another context than the default one was given.
    """
    if options["cli_context"] not in (None, "default"):
        raise Refused(
            "cli_context is for Docker's command line, which is not used: give the address of that Engine in docker_host. "
            "Nothing was sent."
        )
