# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""From Compose files and inline definitions to one document. PRIVATE to the collection. Pure but for reading.

Variables are filled in file by file, before anything is merged. ``include`` and ``extends`` bring in other files.
"""

from __future__ import annotations

import posixpath
import typing as t
from dataclasses import replace

from ...module_utils._engine.errors import Refused
from . import forms
from .document import DEFINITIONS, Document, both
from .extends import extend
from .files import Files
from .keys import TOP, UNSUPPORTED_TOP, check
from .merge import settled
from .node import Node, Origins, text_of
from .yaml import Override, Reset

Source = str | dict[str, t.Any]


def read_document(files: Files, sources: t.Sequence[Source]) -> Document:
    """All sources as one document.

    Raises:
        Refused: one cannot be read, or is not what a Compose file is.
    """
    one = None
    for number, source in enumerate(sources, start=1):
        if isinstance(source, str):
            found = _file(files, source, "the stack's files", ())
        else:
            label = "the inline definition" if len(sources) == 1 else f"inline definition {number}"
            found = _said(files, source, label, files.project_dir, ())
        one = found if one is None else both(one, found)
    if one is None:
        raise Refused("No Compose file was given.")
    return Document(settled(one.value), one.origins)


def _file(files: Files, path: str, wanted_by: str, above: tuple[str, ...]) -> Document:
    path = posixpath.normpath(path)
    if path in above:
        chain = " includes ".join([*above[above.index(path) :], path])
        raise Refused(f"{wanted_by}: the files include each other in a circle: {chain}.")
    value = files.parsed(path, wanted_by)
    return _said(files, value, path, posixpath.dirname(path) or ".", (*above, path))


def _said(
    files: Files, value: dict[str, t.Any], file: str, base: str | None, above: tuple[str, ...]
) -> Document:
    """The document of one source, with what it includes and extends."""
    origins = Origins(file)
    top = Node({text_of(key): part for key, part in value.items()}, (), origins, files.notes)
    check(top, TOP, UNSUPPORTED_TOP)
    filled = {key: files.filled(part) for key, part in top.fields() if key in TOP and part.value is not None}
    top = Node(filled, (), origins, files.notes)

    def path(node: Node) -> str:
        return forms.absolute(node, base)

    sections = {
        **{section: _in_one_form(top.get(section), forms.definition, path) for section in DEFINITIONS},
        "services": _in_one_form(top.get("services"), forms.service, path),
    }
    rest = {key: value for key, value in filled.items() if key not in ("include", *sections)}
    found = Document({**rest, **sections}, origins)
    for name in list(sections["services"]):
        extend(files, found, name, path, above or (file,))
    include = top.get("include")
    for entry in include.one_or_more() if include else ():
        found = _with_included(files, found, entry, path, above)
    return found


def _in_one_form(node: Node | None, form: t.Callable[[Node, t.Any], t.Any], path: t.Any) -> dict[str, t.Any]:
    """Everything that one section declares, each in the form that can be merged."""
    return {
        name: inner.value if isinstance(inner.value, (Reset, Override)) else form(inner, path)
        for name, inner in (node.fields() if node else ())
    }


def _with_included(
    files: Files, document: Document, entry: Node, path: t.Callable[[Node], str], above: tuple[str, ...]
) -> Document:
    if isinstance(entry.value, dict):
        check(entry, ("path", "env_file", "project_directory"))
        paths, project = entry.need("path").one_or_more(), entry.get("project_directory")
        env_files = entry.get("env_file")
    else:
        paths, project, env_files = [entry], None, None
    if project:
        project.unable("project_directory", "move the file, or write its paths relative to it")
    variables = dict(files.variables)
    for node in env_files.one_or_more() if env_files else ():
        found = files.env_file(path(node), node.where, variables)
        variables = {**variables, **found, **files.variables}
    inner = replace(files, variables=variables)
    included = None
    for node in paths:
        found_document = _file(inner, path(node), node.where, above)
        included = found_document if included is None else both(included, found_document)
    if included is None:
        return document
    _give_values(included, variables)
    for section in ("services", *DEFINITIONS):
        for name, value in document.section(section).value.items():
            known = included.section(section).value
            if name in known and known[name] != value:
                raise entry.wrong(
                    f"brings in {section}.{name}, which {document.origins.file((section, name))} defines too; "
                    "give swarm_stack both files instead, which merges them"
                )
    return both(included, document)


def _give_values(document: Document, variables: t.Mapping[str, str]) -> None:
    """Give the environment's names without a value theirs: nobody else knows the variables of an included file."""
    for service in document.value["services"].values():
        environment = service.get("environment") if isinstance(service, dict) else None
        if isinstance(environment, dict):
            for name in [name for name, value in environment.items() if value is None and name in variables]:
                environment[name] = variables[name]
