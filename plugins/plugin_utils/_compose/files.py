# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reading the files of a stack, and filling variables in. PRIVATE to the collection. Pure but for ``reader``."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ...module_utils._engine.errors import Refused
from .env_file import env_file
from .interpolate import Malformed, Missing, interpolate
from .node import Node, text_of
from .notes import Notes
from .yaml import Override, parse

Read = t.Callable[[str], bytes]


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

    def parsed(self, path: str, wanted_by: str) -> dict[str, t.Any]:
        """The YAML in a file.

        Raises:
            Refused: it cannot be read, or is no YAML.
        """
        return parse(self.content(path, wanted_by), path)

    def filled(self, node: Node) -> t.Any:
        """A value with its variables, in a copy.

        Raises:
            Refused: a variable has to be set and is not, or is malformed.
        """
        value = node.value
        if isinstance(value, dict):
            return {text_of(key): self.filled(node.at(text_of(key), inner)) for key, inner in value.items()}
        if isinstance(value, list):
            return [self.filled(item) for item in node.items()]
        if isinstance(value, Override):
            return Override(self.filled(Node(value.value, node.path, node.origins, node.notes)))
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
