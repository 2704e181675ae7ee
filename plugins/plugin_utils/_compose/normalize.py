# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One form for what Compose lets users write in several forms. PRIVATE to the collection. Pure.

Files are merged in this form, as Compose merges them: a port in short form replaces the same port in long form.
"""

from __future__ import annotations

import posixpath
import typing as t

from . import ports, volumes
from .value import Value
from .yaml import Override, Reset

#: Makes the path of a file that a value names absolute.
WholePath = t.Callable[[Value], str]
_Form = t.Callable[[Value], t.Any]


def service(value: Value, whole_path: WholePath) -> t.Any:
    """A service in its one form.

    Raises:
        Refused: a value is written in no form that Compose has.
    """
    forms = {
        **_SERVICE,
        "env_file": lambda files: _env_files(files, whole_path),
        "label_file": lambda files: [whole_path(item) for item in files.one_or_more()],
    }
    if value.content is None:
        raise value.wrong("is empty, not a mapping of keys to values")
    return _formed(value, lambda inner: _fields(inner, forms))


def definition(value: Value, whole_path: WholePath) -> t.Any:
    """A secret, config, network or volume of the top level in its one form.

    Raises:
        Refused: a value is written in no form that Compose has.
    """
    if value.content is None:
        return {}
    forms: dict[str, _Form] = {"file": whole_path, "labels": by_name, "driver_opts": by_name}
    return _formed(value, lambda inner: _external(inner, _fields(inner, forms)))


def by_name(value: Value) -> dict[str, t.Any]:
    """A mapping, also where it is written as a list of ``name=value``; a name alone has no value.

    Raises:
        Refused: the value is neither a mapping nor such a list.
    """
    return dict(_pairs(value, "=") if isinstance(value.content, list) else value.mapping())


def _pairs(value: Value, separators: str) -> t.Iterator[tuple[str, str | None]]:
    for item in value.items():
        text = item.text()
        at = min((text.index(sign) for sign in separators if sign in text), default=len(text))
        if not text[:at].strip():
            raise item.wrong("has no name before its value")
        yield text[:at], text[at + 1 :] if at < len(text) else None


def absolute(value: Value, folder: str | None) -> str:
    """The path of a file that a value names, relative to the folder of the file with the value.

    Raises:
        Refused: the value is part of an inline definition, which has no folder.
    """
    path = value.text()
    if path.startswith(("/", "~")):
        return path
    if folder is None:
        raise value.wrong(f"is {path}, a relative path in no file; write an absolute path or set project_dir")
    return posixpath.normpath(posixpath.join(folder, path))


def _fields(value: Value, forms: t.Mapping[str, _Form]) -> dict[str, t.Any]:
    return {
        key: _formed(inner, forms[key]) if key in forms else inner.content for key, inner in value.fields()
    }


def _formed(value: Value, form: _Form) -> t.Any:
    content = value.content
    if isinstance(content, Override):
        return Override(_formed(value.with_content(content.content), form))
    return content if content is None or isinstance(content, Reset) else form(value)


def _external(value: Value, formed: dict[str, t.Any]) -> dict[str, t.Any]:
    """A definition whose ``external`` is true or false: the old form has the name below it."""
    content = formed.get("external")
    content = content.content if isinstance(content, Override) else content
    if not isinstance(content, dict):
        return formed
    external = value.at("external", content)
    external.check_keys(("name",))
    name = external.get("name")
    if name and formed.get("name") is not None:
        raise external.wrong("has a name, and the definition has one too; remove one of them")
    return {**formed, "external": True, **({"name": name.text()} if name else {})}


def _list(value: Value) -> list[t.Any]:
    return [item.content for item in value.one_or_more()]


def _ports(value: Value) -> list[t.Any]:
    return [ports.long_form(item) for item in value.items()]


def _volumes(value: Value) -> list[t.Any]:
    return [volumes.long_form(item) for item in value.items()]


def _references(value: Value) -> list[t.Any]:
    return [
        dict(item.content) if isinstance(item.content, dict) else {"source": item.text()}
        for item in value.items()
    ]


def _networks(value: Value) -> dict[str, t.Any]:
    if isinstance(value.content, list):
        return {item.text(): None for item in value.items()}
    return dict(value.mapping())


def _dependencies(value: Value) -> dict[str, t.Any]:
    if isinstance(value.content, list):
        return {item.text(): {} for item in value.items()}
    return {name: {} if inner.content is None else inner.content for name, inner in value.fields()}


def _hosts(value: Value) -> dict[str, t.Any]:
    """Names with all of their addresses: a list may have a name several times."""
    if not isinstance(value.content, list):
        return {name: _list(addresses) for name, addresses in value.fields()}
    found: dict[str, list[str | None]] = {}
    for name, address in _pairs(value, ":="):
        found.setdefault(name, []).append(address)
    return found


def _deploy(value: Value) -> dict[str, t.Any]:
    return _fields(value, {"labels": by_name})


def _extends(value: Value) -> dict[str, t.Any]:
    return dict(value.content) if isinstance(value.content, dict) else {"service": value.text()}


def _env_files(value: Value, whole_path: WholePath) -> list[t.Any]:
    files = []
    for item in value.one_or_more():
        if isinstance(item.content, dict):
            files.append({**item.content, "path": whole_path(item.need("path"))})
        else:
            files.append({"path": whole_path(item)})
    return files


_SERVICE: dict[str, _Form] = {
    "configs": _references,
    "depends_on": _dependencies,
    "deploy": _deploy,
    "dns": _list,
    "dns_search": _list,
    "environment": by_name,
    "extends": _extends,
    "extra_hosts": _hosts,
    "labels": by_name,
    "networks": _networks,
    "ports": _ports,
    "secrets": _references,
    "sysctls": by_name,
    "tmpfs": _list,
    "volumes": _volumes,
}
