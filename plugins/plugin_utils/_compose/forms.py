# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One form for what Compose lets users write in several. PRIVATE to the collection. Pure.

Files are merged in that form, as Compose merges them: a short port of one file replaces a long one of another.
"""

from __future__ import annotations

import posixpath
import typing as t

from . import ports, volumes
from .labels import by_name
from .node import Node
from .yaml import Override, Reset

Base = t.Callable[[Node], str]


def service(node: Node, path: Base) -> dict[str, t.Any]:
    """A service in its one form.

    Args:
        path: makes the path of a file that a value names whole.

    Raises:
        Refused: a value is not written as any form of it.
    """
    made = {}
    for key, value in node.fields():
        form = _SERVICE.get(key)
        if key == "env_file":
            form = _env_files(path)
        made[key] = _formed(value, form)
    return made


def definition(node: Node, path: Base) -> dict[str, t.Any]:
    """A secret, config, network or volume in its one form."""
    if node.value is None:
        return {}
    forms: dict[str, t.Callable[[Node], t.Any]] = {"file": path, "labels": by_name, "driver_opts": by_name}
    made = {}
    for key, value in node.fields():
        made[key] = _formed(value, forms.get(key))
    return made


def _formed(node: Node, form: t.Callable[[Node], t.Any] | None) -> t.Any:
    value = node.value
    if isinstance(value, Override):
        return Override(_formed(Node(value.value, node.path, node.origins, node.notes), form))
    if form is None or value is None or isinstance(value, Reset):
        return value
    return form(node)


def absolute(node: Node, base: str | None) -> str:
    """The path of a file that a value names, relative to the file that it stands in.

    Raises:
        Refused: there is no such file, since the value stands in an inline definition.
    """
    path = node.text()
    if path.startswith(("/", "~")):
        return path
    if base is None:
        raise node.wrong(f"is {path}, relative to no file; write an absolute path, or say project_dir")
    return posixpath.normpath(posixpath.join(base, path))


def _list(node: Node) -> list[t.Any]:
    return [item.value for item in node.one_or_more()]


def _ports(node: Node) -> list[t.Any]:
    return [ports.long_form(item) for item in node.items()]


def _volumes(node: Node) -> list[t.Any]:
    return [volumes.long_form(item) for item in node.items()]


def _files(node: Node) -> list[t.Any]:
    return [
        dict(item.value) if isinstance(item.value, dict) else {"source": item.text()} for item in node.items()
    ]


def _networks(node: Node) -> dict[str, t.Any]:
    if isinstance(node.value, list):
        return {item.text(): None for item in node.items()}
    return dict(node.mapping())


def _hosts(node: Node) -> dict[str, t.Any]:
    return by_name(node, ":=")


def _deploy(node: Node) -> dict[str, t.Any]:
    return {key: _formed(value, by_name if key == "labels" else None) for key, value in node.fields()}


def _extends(node: Node) -> dict[str, t.Any]:
    return dict(node.value) if isinstance(node.value, dict) else {"service": node.text()}


def _env_files(path: Base) -> t.Callable[[Node], list[t.Any]]:
    def form(node: Node) -> list[t.Any]:
        made = []
        for item in node.one_or_more():
            if isinstance(item.value, dict):
                made.append({**item.value, "path": path(item.need("path"))})
            else:
                made.append({"path": path(item)})
        return made

    return form


_SERVICE: dict[str, t.Callable[[Node], t.Any]] = {
    "configs": _files,
    "deploy": _deploy,
    "dns": _list,
    "dns_search": _list,
    "environment": by_name,
    "extends": _extends,
    "extra_hosts": _hosts,
    "labels": by_name,
    "networks": _networks,
    "ports": _ports,
    "secrets": _files,
    "sysctls": by_name,
    "tmpfs": _list,
    "volumes": _volumes,
}
