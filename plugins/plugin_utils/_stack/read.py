# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The options of a task, with what its Compose files declare. PRIVATE to the collection. Pure but for reading files."""

from __future__ import annotations

import typing as t

from ...module_utils._engine.errors import FlotillaError, Refused
from ...module_utils._options.names import name_problem
from .._compose.stack import FileAccess, read_task

Options = dict[str, t.Any]
#: From the options of a stack to how its files are read.
Access = t.Callable[[Options], FileAccess]


def read_one_or_many(args: Options, access: Access) -> tuple[Options, list[str]]:
    """The options for the module from those of a task that declares one stack, or a list of them.

    Args:
        args: the task's options, not yet checked.
        access: see ``Access``.

    Returns:
        The options, and warnings.

    Raises:
        Refused: the files, or the options that say how to read them, are wrong.
    """
    if args.get("stacks") is not None:
        return read_many(args, access)
    try:
        return read_task(args, access(args))
    except FlotillaError as error:
        raise Refused(f"{error} Nothing was sent.") from None


def read_many(args: Options, access: Access) -> tuple[Options, list[str]]:
    """The same from a task that declares a list only; what is no stack stays as it is: the module has a sentence about it.

    Raises:
        Refused: see ``read_one_or_many``; names the stack.
    """
    stacks = args.get("stacks")
    if not isinstance(stacks, (list, tuple)):
        return dict(args), []
    entries, warnings = [], []
    for number, entry in enumerate(stacks):
        if not isinstance(entry, dict):
            entries.append(entry)
            continue
        name = str(entry.get("name") or "")
        where = f"stacks[{number}]" if name_problem(name, "stack") else name
        try:
            options, told = read_task(entry, access(entry))
        except FlotillaError as error:
            raise Refused(f"{where}: {error} Nothing was sent.") from None
        entries.append(options)
        warnings += [f"{where}: {sentence}" for sentence in told]
    return {**args, "stacks": entries}, warnings
