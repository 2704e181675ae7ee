# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Short forms of a service's options, as Compose files have them, in their long forms. PRIVATE to the collection. Pure.

Ansible wants dictionaries in ``publish`` and ``mounts``, and a dictionary of labels, before a module sees them; so the forms are
translated on the control node. What is written in the long form, or is no form at all, is left as it is.
"""

from __future__ import annotations

import re
import typing as t

from ...module_utils._engine.errors import FlotillaError, Refused

if t.TYPE_CHECKING:
    from .._compose.value import Value

Options = dict[str, t.Any]

_LABELS = ("labels", "container_labels")
# A text of which Ansible makes a dictionary: JSON, or NAME=value.
_DICTIONARY = re.compile(r"\s*(\{|\w+=)")


def long_forms(args: Options) -> tuple[Options, list[str]]:
    """The options of a task that declares one service, or many, without short forms.

    Args:
        args: the task's options, not yet checked.

    Returns:
        The options, and warnings.

    Raises:
        Refused: a short form cannot be read; names the service, the option and the entry.
    """
    warnings: list[str] = []
    try:
        made = _long(args, str(args.get("name") or "the service"), warnings)
        services = args.get("services")
        if isinstance(services, (list, tuple)):
            made["services"] = [
                _long(entry, str(entry.get("name") or f"services[{number}]"), warnings)
                if isinstance(entry, dict)
                else entry
                for number, entry in enumerate(services)
            ]
    except FlotillaError as error:
        raise Refused(f"{error} Nothing was sent.") from None
    return made, warnings


def _long(args: Options, where: str, warnings: list[str]) -> Options:
    made = dict(args)
    for name, read in (("publish", _publish), ("mounts", _mounts)):
        given = made.get(name)
        entries = [given] if isinstance(given, str) else given
        if isinstance(entries, (list, tuple)) and any(_is_short(entry) for entry in entries):
            made[name] = read(_value(list(entries), where, name, warnings))
    for name in _LABELS:
        if isinstance(made.get(name), (list, tuple)):
            made[name] = _labels(_value(list(made[name]), where, name, warnings))
    return made


def _is_short(entry: t.Any) -> bool:
    is_number = isinstance(entry, int) and not isinstance(entry, bool)
    return is_number or (isinstance(entry, str) and not _DICTIONARY.match(entry))


def _value(content: t.Any, where: str, name: str, warnings: list[str]) -> Value:
    """A value that knows where it stands, as the reader of Compose files wants it.

    What reads these is imported here: Ansible compiles what is imported in every run, and most tasks have no short form.
    """
    from .._compose.unsupported import OTHER_MOUNT_WORD, Kind, Notices, Unsupported
    from .._compose.value import Origins, Value

    class Told(Notices):
        """There is no file in which a key could be left out: a word has no effect, or it is refused."""

        def unsupported(self, file: str, path: str, key: str, unsupported: Unsupported) -> None:
            if unsupported.kind is not Kind.HARMLESS or unsupported is OTHER_MOUNT_WORD:
                raise Refused(f"{file}: {path} has no such form for services: {unsupported.why}.")
            self.warn(f"{file}: {path.removesuffix(f'.{key}')}: {key} has no effect: {unsupported.why}.")

    return Value(content, (name,), Origins(where), Told(warnings=warnings))


def _publish(value: Value) -> list[t.Any]:
    from .._compose.ports import ComposePorts, long_form

    ports, made = ComposePorts(), []
    for item in value.items():
        if not _is_short(item.content):
            made.append(item.content)
            continue
        if not isinstance(item.content, str):
            raise item.wrong(
                f'is the number {item.content}; write a port in quotes, such as "8080:80", since YAML reads 22:22 as 1342'
            )
        made += ports.options(value.file, item.with_content(long_form(item)))
    return made


def _mounts(value: Value) -> list[t.Any]:
    from .._compose.volumes import long_form

    made = []
    for item in value.items():
        if not _is_short(item.content):
            made.append(item.content)
            continue
        mount = long_form(item)
        if mount["type"] == "bind" and mount["source"].startswith((".", "~")):
            raise item.wrong(f"begins with {mount['source']}, which no node knows; write an absolute path")
        volume, bind = mount.pop("volume", {}), mount.pop("bind", {})
        if "read_only" in mount:
            mount["readonly"] = mount.pop("read_only")
        made.append({**mount, **({"no_copy": True} if volume else {}), **bind})
    return made


def _labels(value: Value) -> dict[str, str]:
    made: dict[str, str] = {}
    for item in value.items():
        if not isinstance(item.content, str):
            raise item.wrong("is not a text like name=value")
        name, _equals, text = item.content.partition("=")
        if name in made:
            raise item.wrong(f"declares the label {name} a second time")
        made[name] = text
    return made
