# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Read Compose files and merge them to one document. PRIVATE to the collection. Pure but for ``read``.

Variables are filled in file by file, before anything is merged. ``include`` and ``extends`` bring in other files.
"""

from __future__ import annotations

import difflib
import posixpath
import typing as t
from dataclasses import dataclass

from ..module_utils._errors import Refused
from . import _compose_forms as forms
from ._compose_env import env_file
from ._compose_interpolate import Malformed, Missing, interpolate
from ._compose_keys import TOP, UNSUPPORTED_TOP, check
from ._compose_merge import Part, merged, merged_services, settled
from ._compose_node import Node, Origins, text_of
from ._compose_notes import Notes
from ._compose_yaml import Override, Reset, parse

Read = t.Callable[[str], bytes]
Source = str | dict[str, t.Any]
_DEFINITIONS = ("networks", "volumes", "secrets", "configs")


@dataclass
class Document:
    """What one file says, or several that were merged."""

    value: dict[str, t.Any]
    origins: Origins

    def section(self, name: str) -> Part:
        """The services, networks, volumes, secrets or configs."""
        return Part(self.value.get(name) or {}, self.origins, (name,))


@dataclass(frozen=True)
class Files:
    """Reads files.

    Attributes:
        reader: reads one file; raises ``LookupError`` with a plain reason.
        variables: what is filled in.
        notes: where warnings go.
        project_dir: where relative paths of inline definitions begin.
        leave_contents: the files of secrets and configs are read by somebody else.
    """

    reader: Read
    variables: dict[str, str]
    notes: Notes
    project_dir: str | None = None
    leave_contents: bool = False

    def content(self, path: str, wanted_by: str) -> bytes:
        """What is in a file.

        Args:
            wanted_by: where it is named, for the error.

        Raises:
            Refused: it cannot be read.
        """
        try:
            return self.reader(path)
        except LookupError as error:
            reason = str(error.args[0]) if error.args else "it is not there"
            raise Refused(f"{wanted_by}: {path} cannot be read: {reason.rstrip('.')}.") from None

    def env_file(self, path: str, wanted_by: str, known: t.Mapping[str, str]) -> dict[str, str]:
        """The variables that a file sets; one without a value sets nothing."""
        found = env_file(self.content(path, wanted_by), path, known, self._unset(path))
        for name in [name for name, value in found.items() if value is None]:
            self.notes.warn(f"{path}: {name} has no value there, so it sets nothing.")
        return {name: value for name, value in found.items() if value is not None}

    def document(self, sources: t.Sequence[Source]) -> Document:
        """All sources as one document.

        Raises:
            Refused: one cannot be read, or is not what a Compose file is.
        """
        one = None
        for number, source in enumerate(sources, start=1):
            if isinstance(source, str):
                found = self._file(source, "the stack's files", ())
            else:
                label = "the inline definition" if len(sources) == 1 else f"inline definition {number}"
                found = self._said(source, label, self.project_dir, ())
            one = found if one is None else _both(one, found)
        if one is None:
            raise Refused("No Compose file was given.")
        return Document(settled(one.value), one.origins)

    def _file(self, path: str, wanted_by: str, above: tuple[str, ...]) -> Document:
        path = posixpath.normpath(path)
        if path in above:
            chain = " includes ".join([*above[above.index(path) :], path])
            raise Refused(f"{wanted_by}: the files include each other in a circle: {chain}.")
        value = parse(self.content(path, wanted_by), path)
        return self._said(value, path, posixpath.dirname(path) or ".", (*above, path))

    def _said(self, value: dict[str, t.Any], file: str, base: str | None, above: tuple[str, ...]) -> Document:
        """The document of one source, with what it includes and extends."""
        origins = Origins(file)
        top = Node({text_of(key): part for key, part in value.items()}, (), origins, self.notes)
        check(top, TOP, UNSUPPORTED_TOP)
        filled = {
            key: self._filled(part) for key, part in top.fields() if key in TOP and part.value is not None
        }
        top = Node(filled, (), origins, self.notes)

        def path(node: Node) -> str:
            return forms.absolute(node, base)

        made: dict[str, t.Any] = {
            key: value for key, value in filled.items() if key not in ("include", "services")
        }
        for section in _DEFINITIONS:
            node = top.get(section)
            if node:
                made[section] = {
                    name: forms.definition(inner, path)
                    if not isinstance(inner.value, (Reset, Override))
                    else inner.value
                    for name, inner in node.fields()
                }
        services = top.get("services")
        made["services"] = {
            name: inner.value if isinstance(inner.value, (Reset, Override)) else forms.service(inner, path)
            for name, inner in (services.fields() if services else [])
        }
        found = Document(made, origins)
        for name in list(made["services"]):
            self._extend(found, name, path, above or (file,), ())
        include = top.get("include")
        for entry in include.one_or_more() if include else ():
            found = self._with_included(found, entry, path, above)
        return found

    # Variables

    def _filled(self, node: Node) -> t.Any:
        """The value with its variables, in a copy."""
        value = node.value
        if isinstance(value, dict):
            return {text_of(key): self._filled(node.at(text_of(key), inner)) for key, inner in value.items()}
        if isinstance(value, list):
            return [self._filled(item) for item in node.items()]
        if isinstance(value, Override):
            return Override(self._filled(Node(value.value, node.path, node.origins, node.notes)))
        if not isinstance(value, str) or "$" not in value:
            return value
        try:
            return interpolate(value, self.variables, self._unset(node.file))
        except (Malformed, Missing) as error:
            raise node.wrong(str(error).rstrip(".")) from None

    def _unset(self, file: str) -> t.Callable[[str], None]:
        return lambda name: self.notes.warn(
            f"{file}: the variable {name} is not set, so it is empty text there."
        )

    # Other files

    def _with_included(
        self, document: Document, entry: Node, path: t.Callable[[Node], str], above: tuple[str, ...]
    ) -> Document:
        if isinstance(entry.value, dict):
            check(entry, ("path", "env_file", "project_directory"))
            paths, project = entry.need("path").one_or_more(), entry.get("project_directory")
            env_files = entry.get("env_file")
        else:
            paths, project, env_files = [entry], None, None
        if project:
            project.unable("project_directory", "move the file, or write its paths relative to it")
        variables = dict(self.variables)
        for node in env_files.one_or_more() if env_files else ():
            found = self.env_file(path(node), node.where, variables)
            variables = {**variables, **found, **self.variables}
        inner = Files(self.reader, variables, self.notes, self.project_dir)
        included = None
        for node in paths:
            found_document = inner._file(path(node), node.where, above)
            included = found_document if included is None else _both(included, found_document)
        if included is None:
            return document
        for section in ("services", *_DEFINITIONS):
            for name, value in document.section(section).value.items():
                known = included.section(section).value
                if name in known and known[name] != value:
                    raise entry.wrong(
                        f"brings in {section}.{name}, which {document.origins.file((section, name))} defines too; "
                        "give swarm_stack both files instead, which merges them"
                    )
        return _both(included, document)

    def _extend(
        self,
        document: Document,
        name: str,
        path: t.Callable[[Node], str],
        above: tuple[str, ...],
        chain: tuple[tuple[str, str], ...],
    ) -> None:
        """Put what a service extends below what it says itself."""
        services = document.value["services"]
        if not isinstance(services[name], dict) or not services[name].get("extends"):
            return
        here = Node(services[name]["extends"], ("services", name, "extends"), document.origins, self.notes)
        check(here, ("service", "file"))
        wanted, file = here.need("service").text(), here.get("file")
        if (above[-1], name) in chain:
            circle = " extends ".join([*(one for _file, one in chain), name])
            raise here.wrong(f"goes in a circle: {circle}")
        chain = (*chain, (above[-1], name))
        if file:
            whole = path(file)
            base = self._extended_file(whole, file.where, (*above, whole), chain, wanted)
        else:
            base = document
            if wanted in services:
                self._extend(document, wanted, path, above, chain)
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
        self,
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
        value = parse(self.content(path, wanted_by), path)
        base = posixpath.dirname(path) or "."
        origins = Origins(path)
        services = value.get("services")
        services = services if isinstance(services, dict) else {}

        def absolute(inner: Node) -> str:
            return forms.absolute(inner, base)

        made = dict.fromkeys(services)
        for name in _extending(services, wanted):
            node = Node(services[name], ("services", name), origins, self.notes)
            filled = Node(self._filled(node), node.path, origins, self.notes)
            made[name] = forms.service(filled, absolute)
        found = Document({"services": made}, origins)
        if wanted in made:
            self._extend(found, wanted, absolute, above, chain)
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


def _both(base: Document, over: Document) -> Document:
    made = {**base.value, **{key: value for key, value in over.value.items() if key in ("name", "version")}}
    made["services"] = merged_services(base.section("services"), over.section("services"))
    for section in _DEFINITIONS:
        if over.section(section).value:
            made[section] = merged(base.section(section), over.section(section))
    return Document(made, base.origins)
