# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The secrets, or configs, of a Compose file. PRIVATE to the collection. Pure but for reading files."""

from __future__ import annotations

import base64
import typing as t

from ...module_utils._secret.options import CONFIG, SECRET
from . import checks
from .files import ComposeFiles
from .value import Value

Options = dict[str, t.Any]

_KEYS = ("file", "environment", "content", "external", "name", "labels", "template_driver")
_OWN_KEYS = {"secret": ("driver", "driver_opts"), "config": ()}
_FAMILIES = {"secret": SECRET, "config": CONFIG}
# The keys of which one says where the data is.
_SOURCES = ("file", "environment", "content", "driver")
_REFERENCE = ("source", "target", "uid", "gid", "mode")


class ComposeSecrets:
    """The secrets or the configs of a stack.

    Args:
        word: ``secret`` or ``config``.
        stack: the stack's name.
        top: the top-level ``secrets`` or ``configs``, ``None`` where there are none.
        files: reads their files.

    Attributes:
        declared: those of the stack itself, as the module of their own takes them; ``data`` is in Base64.
        external: the names of the external ones that a service uses.
    """

    def __init__(self, word: str, stack: str, top: Value | None, files: ComposeFiles) -> None:
        self.declared: list[Options] = []
        self.external: list[str] = []
        self._word = word
        self._stack = stack
        self._files = files
        self._names: dict[str, str] = {}
        self._external_keys: set[str] = set()
        for key, definition in top.fields() if top else []:
            self._define(key, definition)

    def references(self, value: Value | None) -> list[Options]:
        """The secrets or configs of a service, as the option of swarm_service has them.

        Raises:
            Refused: one of them is not defined, or two have the same file name.
        """
        references: list[Options] = []
        for item in value.items() if value else ():
            reference = self._reference(item)
            if reference["filename"] in [other["filename"] for other in references]:
                raise item.wrong(
                    f"has the file name {reference['filename']}, as another {self._word} of the service has"
                )
            references.append(reference)
        return references

    def name(self, source: Value) -> str:
        """The name on the swarm of the secret or config that a value refers to.

        Raises:
            Refused: it is not defined.
        """
        key = source.text()
        if key not in self._names:
            raise source.wrong(
                f"names the {self._word} {key}, which the top-level {self._word}s do not define"
            )
        name = self._names[key]
        if key in self._external_keys and name not in self.external:
            self.external.append(name)
        return name

    def _define(self, key: str, definition: Value) -> None:
        keys = (*_KEYS, *_OWN_KEYS[self._word])
        given = definition.check_keys(keys)
        name, is_external = checks.name_of(definition, key, self._stack, given)
        self._names[key] = name
        if is_external:
            self._external_keys.add(key)
            return
        checks.check_name(definition, name, self._word)
        if name in [other["name"] for other in self.declared]:
            raise definition.wrong(f"has the name {name}, as another {self._word} has")
        labels, template_driver = definition.get("labels"), definition.get("template_driver")
        options = {
            "name": name,
            **self._data(definition, self._source(definition, keys, given)),
            "labels": checks.labels_of(labels, self._stack),
        }
        checks.check(labels or definition, "labels", options["labels"], self._word)
        if template_driver:
            options["template_driver"] = checks.read(template_driver, "template_driver", self._word)
        self.declared.append(options)

    def _source(self, definition: Value, keys: t.Collection[str], given: set[str]) -> str:
        """The key that says where the data is."""
        sources = [source for source in _SOURCES if source in given]
        if len(sources) == 1:
            return sources[0]
        problem = f"has both {' and '.join(sources)} for its data" if sources else "has no data"
        known = ", ".join(source for source in _SOURCES if source in keys)
        raise definition.wrong(f"{problem}; set one of {known}, or external: true")

    def _data(self, definition: Value, source: str) -> Options:
        """The options that say what the data is, or where."""
        value = definition.need(source)
        if source == "driver":
            options = definition.get("driver_opts")
            driver = {"name": value.text(), **({"options": options.labels()} if options else {})}
            checks.check(value, "driver", driver, self._word)
            return {"driver": driver}
        if source == "file" and self._files.leave_contents:
            return {"data_src": value.text()}
        data = _read(value, source, self._files, _FAMILIES[self._word].limit - 1)
        return {"data": base64.b64encode(data).decode(), "data_is_b64": True}

    def _reference(self, value: Value) -> Options:
        value.check_keys(_REFERENCE)
        source = value.need("source")
        target, uid, gid, mode = (value.get(key) for key in ("target", "uid", "gid", "mode"))
        reference = {
            f"{self._word}_name": self.name(source),
            "filename": (target or source).text(),
            "uid": uid.text() if uid else "0",
            "gid": gid.text() if gid else "0",
            "mode": mode.file_mode() if mode else "0444",
        }
        checks.check(value, f"{self._word}s", [reference])
        return reference


def _read(value: Value, source: str, files: ComposeFiles, most: int) -> bytes:
    if source == "file":
        return files.content(value.text(), value.where, most)
    if source == "content":
        return value.text().encode()
    variable = value.text()
    if variable not in files.variables:
        raise value.wrong(
            f"names the variable {variable}, which is not set; set it in variables of swarm_stack"
        )
    return files.variables[variable].encode()
