# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Services that extend others, of their own file or another. PRIVATE to the collection. Pure but for reading."""

from __future__ import annotations

import difflib
import posixpath
import typing as t

from ...module_utils._engine.errors import Refused
from . import forms
from .document import Document
from .files import Files
from .keys import check
from .merge import Part, merged
from .node import Node, Origins


def extend(
    files: Files,
    document: Document,
    name: str,
    path: t.Callable[[Node], str],
    above: tuple[str, ...],
    chain: tuple[tuple[str, str], ...] = (),
) -> None:
    """Put what a service extends below what it says itself.

    Args:
        files: reads other files.
        document: the service is one of it; it is changed.
        name: the service.
        path: makes a path that is written in the document's file absolute.
        above: the files that led here, the document's own last.
        chain: the services that extend this one, each with its file.

    Raises:
        Refused: what it extends is not there, or extends it.
    """
    services = document.value["services"]
    if not isinstance(services[name], dict) or not services[name].get("extends"):
        return
    here = Node(services[name]["extends"], ("services", name, "extends"), document.origins, files.notes)
    check(here, ("service", "file"))
    wanted, file = here.need("service").text(), here.get("file")
    if (above[-1], name) in chain:
        circle = " extends ".join([*(one for _file, one in chain), name])
        raise here.wrong(f"goes in a circle: {circle}")
    chain = (*chain, (above[-1], name))
    if file:
        whole = path(file)
        base = _extended_file(files, whole, file.where, (*above, whole), chain, wanted)
    else:
        base = document
        if wanted in services:
            extend(files, document, wanted, path, above, chain)
    known = base.value["services"]
    if wanted not in known:
        near = difflib.get_close_matches(wanted, known, 1)
        hint = f"; did you mean {near[0]}?" if near else ""
        raise here.wrong(
            f"names the service {wanted}, which {path(file) if file else 'the file'} does not have{hint}"
        )
    own = Part(
        {key: value for key, value in services[name].items() if key != "extends"},
        document.origins,
        ("services", name),
    )
    origins = Origins(here.file)
    origins.adopt(("services", name), base.origins, ("services", wanted))
    lower = {key: value for key, value in known[wanted].items() if key != "extends"}
    services[name] = merged(Part(lower, origins, ("services", name)), own, (name,))
    document.origins.adopt(("services", name), origins, ("services", name))


def _extended_file(
    files: Files,
    path: str,
    wanted_by: str,
    above: tuple[str, ...],
    chain: tuple[tuple[str, str], ...],
    wanted: str,
) -> Document:
    """A file of which one service is extended; what it includes and its other services do not matter."""
    if (path, wanted) in chain:
        circle = " extends ".join([*(f"{one} of {file}" for file, one in chain), f"{wanted} of {path}"])
        raise Refused(f"{wanted_by}: goes in a circle: {circle}.")
    value = files.parsed(path, wanted_by)
    base = posixpath.dirname(path) or "."
    origins = Origins(path)
    services = value.get("services")
    services = services if isinstance(services, dict) else {}

    def absolute(inner: Node) -> str:
        return forms.absolute(inner, base)

    made = dict.fromkeys(services)
    for name in _extending(services, wanted):
        node = Node(services[name], ("services", name), origins, files.notes)
        filled = Node(files.filled(node), node.path, origins, files.notes)
        made[name] = forms.service(filled, absolute)
    found = Document({"services": made}, origins)
    if wanted in made:
        extend(files, found, wanted, absolute, above, chain)
    return found


def _extending(services: dict[str, t.Any], name: str) -> list[str]:
    """A service and those of its file that it extends, one after the other."""
    names: list[str] = []
    while name in services and name not in names and isinstance(services[name], dict):
        names.append(name)
        extends = services[name].get("extends")
        if isinstance(extends, dict):
            if extends.get("file"):
                break
            extends = extends.get("service")
        name = str(extends)
    return names
