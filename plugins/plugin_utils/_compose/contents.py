# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The secrets and configs of a Compose file. PRIVATE to the collection. Pure but for ``read``."""

from __future__ import annotations

import base64
import typing as t

from .files import Files
from .keys import check
from .labels import labels, options, with_stack
from .names import check_name
from .node import Node
from .volumes import external_name

_KEYS = ("file", "environment", "external", "name", "labels", "template_driver")
_OWN = {"secrets": ("driver", "driver_opts"), "configs": ("content",)}
_REFERENCE = ("source", "target", "uid", "gid", "mode")
_SOURCES = ("file", "environment", "content", "driver")


class Contents:
    """Secrets or configs of a stack.

    Attributes:
        made: those that the stack has itself, as ``swarm_secret`` and ``swarm_config`` take them.
        external: the names of those it uses and that others made.
    """

    def __init__(self, kind: str, stack: str, top: Node | None, files: Files) -> None:
        self.made: list[dict[str, t.Any]] = []
        self.external: list[str] = []
        self._kind = kind
        self._names: dict[str, str] = {}
        self._others: set[str] = set()
        for key, definition in top.fields() if top else []:
            self._define(key, definition, stack, files)

    def _define(self, key: str, definition: Node, stack: str, files: Files) -> None:
        given = check(definition, (*_KEYS, *_OWN[self._kind]))
        name, external = external_name(definition)
        if external:
            others = sorted(given - {"external", "name"})
            if others:
                raise definition.wrong(f"is external, so {', '.join(others)} says nothing; remove it")
            self._names[key] = name or key
            self._others.add(key)
            return
        self._names[key] = name or f"{stack}_{key}"
        check_name(definition, self._names[key], self._kind[:-1])
        if self._names[key] in [other["name"] for other in self.made]:
            raise definition.wrong(
                f"has the name {self._names[key]}, which another of the {self._kind} has too"
            )
        sources = [source for source in _SOURCES if source in given]
        if len(sources) != 1:
            known = [source for source in _SOURCES if source in (*_KEYS, *_OWN[self._kind])]
            said = f"both {' and '.join(sources)}" if sources else "nothing"
            raise definition.wrong(
                f"has {said} to say where its data is; give one of {', '.join(known)}, or external: true"
            )
        made: dict[str, t.Any] = {"name": self._names[key]}
        if sources[0] == "driver":
            driver = {"name": definition.need("driver").text()}
            opts = definition.get("driver_opts")
            made["driver"] = {**driver, **({"options": options(opts)} if opts else {})}
        elif sources[0] == "file" and files.leave_contents:
            made["data_src"] = definition.need("file").text()
        else:
            data = _data(definition.need(sources[0]), sources[0], files)
            made.update({"data": base64.b64encode(data).decode(), "data_is_b64": True})
        made["labels"] = with_stack(labels(definition.get("labels")), stack)
        if "template_driver" in given:
            made["template_driver"] = definition.need("template_driver").choice("golang")
        self.made.append(made)

    def references(self, node: Node) -> list[dict[str, t.Any]]:
        """What a service refers to, as the option of swarm_service has it.

        Raises:
            Refused: it is not defined.
        """
        made: list[dict[str, t.Any]] = []
        for item in node.items():
            reference = self._reference(item)
            if reference["filename"] in [other["filename"] for other in made]:
                raise item.wrong(
                    f"has the file name {reference['filename']}, which another of the service's has too"
                )
            made.append(reference)
        return made

    def name(self, source: Node) -> str:
        """The name on the swarm of what a value refers to."""
        key = source.text()
        if key not in self._names:
            raise source.wrong(
                f"names the {self._kind[:-1]} {key}, which the top-level {self._kind} do not define"
            )
        name = self._names[key]
        if key in self._others and name not in self.external:
            self.external.append(name)
        return name

    def _reference(self, node: Node) -> dict[str, t.Any]:
        given = check(node, _REFERENCE)
        source = node.need("source")
        return {
            f"{self._kind[:-1]}_name": self.name(source),
            "filename": (node.get("target") or source).text(),
            "uid": node.need("uid").text() if "uid" in given else "0",
            "gid": node.need("gid").text() if "gid" in given else "0",
            "mode": node.need("mode").mode() if "mode" in given else "0444",
        }


def _data(node: Node, source: str, files: Files) -> bytes:
    if source == "file":
        return files.content(node.text(), node.where)
    if source == "content":
        return node.text().encode()
    variable = node.text()
    if variable not in files.variables:
        raise node.wrong(
            f"names the variable {variable}, which is not set; give it to swarm_stack in variables"
        )
    return files.variables[variable].encode()
