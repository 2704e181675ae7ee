# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Checks of Compose values by the resources' own tables and rules for names. PRIVATE to the collection. Pure.

The only file of this room that reads the option tables. A value is converted here once, which is its check; the host converts
it for the request.
"""

from __future__ import annotations

import typing as t

from ...module_utils._engine.errors import Refused
from ...module_utils._network import declared as network
from ...module_utils._options.convert import nanoseconds, quoted
from ...module_utils._options.labels import NAMESPACE
from ...module_utils._options.names import name_problem
from ...module_utils._options.option import Option
from ...module_utils._secret.options import CONFIG, SECRET
from ...module_utils._service.declared import check_mode
from ...module_utils._service.options import one_service, table
from ...module_utils._service.values import in_vain
from . import unsupported
from .value import Value

Options = dict[str, t.Any]

_ARGUMENTS = {"options": one_service()}
# The rows of each table by their names.
_ROWS = {
    word: {row.name: row for row in rows}
    for word, rows in (("service", table()), ("secret", SECRET.table), ("config", CONFIG.table))
}
_READERS: dict[str, t.Callable[[Value], t.Any]] = {
    "bool": Value.flag,
    "dict": Value.labels,
    "float": Value.number,
    "int": Value.whole,
    "list": Value.texts,
    "str": Value.text,
}


def suboptions(name: str) -> list[str]:
    """The suboptions of an option of swarm_service, such as those of ``update_config``."""
    return list(_argument(name)["options"])


def choices(name: str) -> list[str]:
    """The words that an option of swarm_service takes, such as ``mode`` or ``mounts.propagation``."""
    return list(_argument(name)["choices"])


def is_newer(name: str) -> bool:
    """Whether not every supported Engine has an option of swarm_service."""
    return _ROWS["service"][name].lowest_api != Option.lowest_api


def read(value: Value, name: str, word: str = "service") -> t.Any:
    """A value as an option takes it: of the option's type, one of its words, within its limits.

    Args:
        name: the option.
        word: whose option it is: ``service``, ``secret`` or ``config``.

    Raises:
        Refused: the value cannot be the option's.
    """
    row = _ROWS[word][name]
    argument = {**row.type.spec, **row.spec}
    if row.type.to_api is nanoseconds:
        declared: t.Any = value.duration()
    elif "choices" in argument:
        declared = value.choice(*argument["choices"])
    else:
        declared = _READERS[argument["type"]](value)
    check(value, name, declared, word)
    return declared


def check(value: Value, name: str, declared: t.Any, word: str = "service") -> t.Any:
    """Check what is declared for an option by the option's row.

    Args:
        value: what it was read from, for the error.
        name: the option.
        declared: what is declared for it.
        word: whose option it is: ``service``, ``secret`` or ``config``.

    Returns:
        The declared value in the Engine's form.

    Raises:
        Refused: the option cannot have this value.
    """
    try:
        converted = _ROWS[word][name].convert(declared)
    except ValueError as error:
        raise value.refused(error) from None
    reason = in_vain(name, declared) if word == "service" else None
    if reason:
        value.notices.warn(f"{value.where}: {reason}. It is sent as it is, as docker stack deploy does it.")
    return converted


def check_network(value: Value, options: Options) -> None:
    """Check the options of a network, each and all together.

    Raises:
        Refused: the network cannot be declared so.
    """
    try:
        network.declared_network(options)
    except Refused as error:
        raise value.refused(error) from None


def check_mode_has(value: Value, mode: str, name: str) -> None:
    """Check that services of a mode have an option.

    Raises:
        Refused: they do not have it.
    """
    check_mode(value.where, mode, [name])


def check_name(value: Value, name: str, word: str) -> None:
    """Check a name on the swarm before anything is sent.

    Args:
        value: what has the name.
        word: see ``name_problem``.

    Raises:
        Refused: the Engine would refuse the name.
    """
    problem = name_problem(name, word)
    if problem:
        raise value.wrong(f"has the name {quoted(name)} on the swarm, {problem}")


def name_of(definition: Value, key: str, stack: str, given: t.Iterable[str]) -> tuple[str, bool]:
    """The name on the swarm of a network, volume, secret or config, and whether it is external to the stack.

    Args:
        key: its key in the Compose file.
        given: the keys of the definition that have a value.

    Raises:
        Refused: an external definition has keys that have no effect there.
    """
    name, external = definition.get("name"), definition.get("external")
    if not (external and external.flag()):
        return name.text() if name else f"{stack}_{key}", False
    for other in sorted(set(given) - {"external", "name"}):
        definition.need(other).unsupported(other, unsupported.EXTERNAL)
    return name.text() if name else key, True


def labels_of(value: Value | None, stack: str) -> dict[str, str]:
    """Declared labels, if there are any, with the one that names the stack."""
    return {**(value.labels() if value else {}), NAMESPACE: stack}


def _argument(name: str) -> Options:
    argument: Options = _ARGUMENTS
    for step in name.split("."):
        argument = argument["options"][step]
    return argument
