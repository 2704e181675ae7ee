# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Load Compose files and inline definitions as one document. PRIVATE to the collection. Pure but for reading.

Variables are filled in file by file, before anything is merged. ``include`` and ``extends`` bring in other files.
"""

from __future__ import annotations

import difflib
import posixpath
import typing as t
from dataclasses import dataclass, replace

from ...module_utils._engine.errors import Refused
from . import normalize, unsupported
from .files import ComposeFiles
from .merge import DEFINITIONS, Document, Part, merge, merge_documents
from .value import Origins, Value, text_of
from .yaml import Override, without_tags

Source = str | dict[str, t.Any]
#: Services that extend each other, each with its file, as ``(file, service)``.
_Chain = tuple[tuple[str, str], ...]

# Files that include each other, or services that extend each other, one after the other.
_LONGEST_CHAIN = 50
_TOP = ("name", "version", "services", "networks", "volumes", "secrets", "configs", "include")


def load(files: ComposeFiles, sources: t.Sequence[Source]) -> Document:
    """All sources as one document.

    Args:
        files: reads files and fills variables in.
        sources: paths of files and inline definitions; later ones take precedence.

    Raises:
        Refused: a source cannot be read, or is not a Compose file.
    """
    merged = None
    for number, source in enumerate(sources, start=1):
        if isinstance(source, str):
            document = _load_file(files, source, "the stack's files", ())
        elif not isinstance(source, dict):
            raise Refused("compose has an entry that is neither a path nor a dictionary.")
        else:
            label = "the inline definition" if len(sources) == 1 else f"inline definition {number}"
            files.budget.take_content(source, label)
            document = _load_content(_Opened(files, files.project_dir, (label,)), source)
        merged = document if merged is None else merge_documents(merged, document)
    if merged is None:
        raise Refused("No Compose file was given; name one in compose.")
    return Document(without_tags(merged.content), merged.origins)


@dataclass(frozen=True)
class _Opened:
    """A file or an inline definition that is being loaded.

    Attributes:
        files: reads other files, and fills in the variables of this one.
        folder: the folder of its relative paths.
        above: the files that include and extend each other down to this one, this one last.
    """

    files: ComposeFiles
    folder: str | None
    above: tuple[str, ...]

    @property
    def file(self) -> str:
        """The file's own name."""
        return self.above[-1]

    def whole_path(self, value: Value) -> str:
        """The absolute path of a file that a value names."""
        return normalize.absolute(value, self.folder)


def _load_file(files: ComposeFiles, path: str, named_by: str, above: tuple[str, ...]) -> Document:
    path = posixpath.normpath(path)
    if path in above:
        circle = " includes ".join([*above[above.index(path) :], path])
        raise Refused(f"{named_by}: the files include each other in a circle: {circle}.")
    if len(above) > _LONGEST_CHAIN:
        raise Refused(
            f"{named_by}: more than {_LONGEST_CHAIN} files include each other one after the other; include {path} directly."
        )
    content = files.parsed(path, named_by)
    return _load_content(_Opened(files, posixpath.dirname(path) or ".", (*above, path)), content)


def _load_content(opened: _Opened, content: dict[str, t.Any]) -> Document:
    """The document of one source, with the files that it includes and extends."""
    files, origins = opened.files, Origins(opened.file)
    top = Value({text_of(key): part for key, part in content.items()}, (), origins, files.notices)
    given = top.check_keys(_TOP, unsupported.TOP)
    filled = {key: files.filled(part) for key, part in top.fields() if key in given}
    top = top.with_content(filled)
    sections = {
        **{section: _normalized(opened, top, section, normalize.definition) for section in DEFINITIONS},
        "services": _normalized(opened, top, "services", normalize.service),
    }
    rest = {key: part for key, part in filled.items() if key not in ("include", *sections)}
    document = Document({**rest, **sections}, origins)
    for name in sections["services"]:
        _extend(opened, document, name)
    include = top.get("include")
    for entry in include.one_or_more() if include else ():
        document = _include(opened, document, entry)
    return document


def _normalized(
    opened: _Opened, top: Value, section: str, form: t.Callable[[Value, normalize.WholePath], t.Any]
) -> dict[str, t.Any]:
    """All that one section declares, each in the form that can be merged."""
    value = top.get(section)
    return {name: form(inner, opened.whole_path) for name, inner in (value.fields() if value else ())}


def _include(opened: _Opened, document: Document, entry: Value) -> Document:
    """The document with the files that an entry of ``include`` names.

    Raises:
        Refused: an included file cannot be loaded, or declares what the document declares differently.
    """
    files = opened.files
    paths, project, env_files = [entry], None, None
    if isinstance(entry.content, dict):
        entry.check_keys(("path", "env_file", "project_directory"))
        paths, project = entry.need("path").one_or_more(), entry.get("project_directory")
        env_files = entry.get("env_file")
    if project:
        project.unsupported("project_directory", unsupported.PROJECT_DIRECTORY)
    variables = dict(files.variables)
    for value in env_files.one_or_more() if env_files else ():
        of_file = files.env_file(opened.whole_path(value), value.where, variables)
        variables = {**variables, **of_file, **files.variables}
    included = None
    for value in paths:
        other = _load_file(
            replace(files, variables=variables), opened.whole_path(value), value.where, opened.above
        )
        included = other if included is None else merge_documents(included, other)
    if included is None:
        return document
    _set_environment(included, variables)
    _check_declared_once(document, included, entry)
    return merge_documents(included, document)


def _check_declared_once(document: Document, included: Document, entry: Value) -> None:
    for section in ("services", *DEFINITIONS):
        known = included.section(section).content
        for name, content in document.section(section).content.items():
            if name in known and known[name] != content:
                other = document.origins.file((section, name))
                raise entry.wrong(
                    f"brings in {section}.{name}, which {other} declares too; give both files to swarm_stack, which "
                    "merges them"
                )


def _set_environment(document: Document, variables: t.Mapping[str, str]) -> None:
    """Set the environment variables without a value, since the variables of an included file are known only here."""
    for service in document.content["services"].values():
        environment = service.get("environment") if isinstance(service, dict) else None
        if isinstance(environment, dict):
            for name in [name for name, value in environment.items() if value is None and name in variables]:
                environment[name] = variables[name]


def _extend(opened: _Opened, document: Document, name: str, chain: _Chain = ()) -> None:
    """Replace a service that extends another by what both declare.

    Args:
        opened: the document's file.
        document: has the service, and is changed.
        name: the service.
        chain: the services that extend this one.

    Raises:
        Refused: the extended service does not exist, or extends this one.
    """
    services = document.content["services"]
    own = services[name]
    if not isinstance(own, dict) or not own.get("extends"):
        return
    path = ("services", name)
    extends = Value(own["extends"], (*path, "extends"), document.origins, opened.files.notices)
    extends.check_keys(("service", "file"))
    extended, file = extends.need("service").text(), extends.get("file")
    if (opened.file, name) in chain:
        raise extends.wrong(f"goes in a circle: {' extends '.join([*(one for _file, one in chain), name])}")
    if len(chain) > _LONGEST_CHAIN:
        raise extends.wrong(
            f"is one of more than {_LONGEST_CHAIN} services that extend each other one after the other"
        )
    chain = (*chain, (opened.file, name))
    base = _extended_file(opened, file, extended, chain) if file else document
    if not file and extended in services:
        _extend(opened, document, extended, chain)
    known = base.content["services"]
    if extended not in known:
        raise extends.wrong(
            f"names the service {extended}, which {opened.whole_path(file) if file else 'the file'} does not have"
            f"{_hint(extended, known)}"
        )
    origins = Origins(extends.file)
    origins.adopt(path, base.origins, ("services", extended))
    lower = Part(_without_extends(known[extended]), origins, path)
    services[name] = merge(lower, Part(_without_extends(own), document.origins, path), (name,))
    document.origins.adopt(path, origins, path)


def _without_extends(service: t.Any) -> dict[str, t.Any]:
    content = service.content if isinstance(service, Override) else service
    return (
        {key: inner for key, inner in content.items() if key != "extends"}
        if isinstance(content, dict)
        else {}
    )


def _hint(name: str, known: t.Iterable[str]) -> str:
    similar = difflib.get_close_matches(name, list(known), 1)
    return f"; did you mean {similar[0]}?" if similar else ""


def _extended_file(opened: _Opened, file: Value, extended: str, chain: _Chain) -> Document:
    """A file of which one service is extended; what it includes and its other services do not matter."""
    files, path = opened.files, opened.whole_path(file)
    if (path, extended) in chain:
        circle = " extends ".join([*(f"{one} of {other}" for other, one in chain), f"{extended} of {path}"])
        raise file.refused(f"goes in a circle: {circle}")
    content = files.parsed(path, file.where)
    other = _Opened(files, posixpath.dirname(path) or ".", (*opened.above, path))
    origins = Origins(path)
    services = content.get("services")
    services = services if isinstance(services, dict) else {}
    known = dict.fromkeys(services)
    # Only these are filled in and normalized: another service may need variables that are not set here.
    for name in _extending(services, extended):
        value = Value(services[name], ("services", name), origins, files.notices)
        known[name] = normalize.service(value.with_content(files.filled(value)), other.whole_path)
    document = Document({"services": known}, origins)
    if extended in known:
        _extend(other, document, extended, chain)
    return document


def _extending(services: dict[str, t.Any], name: str) -> list[str]:
    """A service and those of its file that it extends, one after the other."""
    names: list[str] = []
    while name in services and name not in names:
        names.append(name)
        extends = services[name].get("extends") if isinstance(services[name], dict) else None
        if isinstance(extends, dict):
            extends = None if extends.get("file") else extends.get("service")
        if extends is None:
            break
        name = str(extends)
    return names
