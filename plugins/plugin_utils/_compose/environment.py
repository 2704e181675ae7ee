# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The environment of a Compose file's service. PRIVATE to the collection. Pure but for ``read``."""

from __future__ import annotations

from .env_file import env_file, raw_env_file
from .files import Files
from .keys import check
from .node import Node


def environment(service: Node, files: Files) -> dict[str, str]:
    """The variables of a service: those of its files, then its own, which win.

    A variable without a value takes that of swarm_stack's variables; where there is none, it is left out.

    Raises:
        Refused: a file cannot be read, or a value is no text.
    """
    made: dict[str, str] = {}
    node = service.get("env_file")
    for item in node.items() if node else ():
        for name, value in _file(item, files).items():
            _put(made, name, value, files, item)
    own = service.get("environment")
    for name, item in own.fields() if own else ():
        _put(made, name, None if item.value is None else item.text(), files, item)
    return made


def _put(made: dict[str, str], name: str, value: str | None, files: Files, node: Node) -> None:
    if value is None:
        value = files.variables.get(name)
    if value is None:
        made.pop(name, None)
        node.warn(
            f"has no value for {name}, and variables do not have it either, so the service does not get it"
        )
    else:
        made[name] = value


def _file(node: Node, files: Files) -> dict[str, str | None]:
    given = check(node, ("path", "required", "format"))
    path = node.need("path").text()
    raw = "format" in given and node.need("format").choice("raw") == "raw"
    try:
        content = files.reader(path)
    except LookupError:
        if "required" in given and not node.need("required").yes_no():
            return {}
        content = files.content(path, node.where)
    if raw:
        return raw_env_file(content, path)

    def unset(name: str) -> None:
        files.notes.warn(f"{path}: the variable {name} is not set, so it is empty text there.")

    return env_file(content, path, files.variables, unset)
