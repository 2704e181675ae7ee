# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Read the files of a stack and fill their variables in. PRIVATE to the collection. Pure but for ``reader``."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from ...module_utils._engine.errors import Refused
from ...module_utils._files.unreadable import NoSuchFile, Unreadable
from .unsupported import Notices
from .value import Value, text_of
from .variables import EnvFile, Malformed, Missing, fill, read_env_file, read_raw_env_file
from .yaml import Budget, Override, parse

#: Reads a file of at most so many bytes; raises ``Unreadable`` with a text that goes on after the file's name.
Read = t.Callable[[str, int], bytes]

# Bytes of one Compose file or env file.
_LARGEST_FILE = 1 << 20


class _Missing(Refused):
    """A file is not there."""


@dataclass(frozen=True)
class ComposeFiles:
    """Reads the files of a stack.

    Attributes:
        reader: reads one file.
        variables: the variables that are filled in.
        notices: where warnings are collected.
        project_dir: the folder of relative paths in inline definitions.
        leave_contents: the module reads the files of secrets and configs on the host.
        budget: what is left for the files.
    """

    reader: Read
    variables: dict[str, str]
    notices: Notices
    project_dir: str | None = None
    leave_contents: bool = False
    budget: Budget = field(default_factory=Budget)

    def content(self, path: str, named_by: str, most: int) -> bytes:
        """The content of a file.

        Args:
            named_by: what names the file, for the error.
            most: bytes that it may have.

        Raises:
            Refused: the file cannot be read.
        """
        try:
            return self.reader(path, most)
        except NoSuchFile as reason:
            raise _Missing(f"{named_by}: {path} {reason}.") from None
        except Unreadable as reason:
            raise Refused(f"{named_by}: {path} {reason}.") from None

    def _declared(self, path: str, named_by: str) -> bytes:
        """The content of a Compose file or an env file."""
        content = self.content(path, named_by, _LARGEST_FILE)
        self.budget.take("files", 1, path)
        self.budget.take("bytes", len(content), path)
        return content

    def parsed(self, path: str, named_by: str) -> dict[str, t.Any]:
        """The YAML of a file.

        Raises:
            Refused: the file cannot be read, or is not YAML.
        """
        return parse(self._declared(path, named_by), path, self.budget, self.notices.warn)

    def env_file(self, path: str, named_by: str, known: t.Mapping[str, str]) -> dict[str, str]:
        """The variables that an env file sets; a name without a value sets none.

        Args:
            known: variables that values may use.

        Raises:
            Refused: the file cannot be read, or is not an env file.
        """
        variables = read_env_file(self._declared(path, named_by), path, known, self._unset(path))
        for name in [name for name, value in variables.items() if value is None]:
            self.notices.warn(f"{path}: {name} has no value and sets nothing.")
        return {name: value for name, value in variables.items() if value is not None}

    def env_file_of_service(self, value: Value) -> EnvFile:
        """The variables of one entry of a service's ``env_file``.

        Raises:
            Refused: the file cannot be read, or is not an env file.
        """
        given = value.check_keys(("path", "required", "format"))
        path = value.need("path").text()
        is_raw = "format" in given and value.need("format").choice("raw") == "raw"
        is_optional = "required" in given and not value.need("required").flag()
        try:
            content = self._declared(path, value.where)
        except _Missing:
            if is_optional:
                return {}
            raise
        if is_raw:
            return read_raw_env_file(content, path)
        return read_env_file(content, path, self.variables, self._unset(path))

    def filled(self, value: Value) -> t.Any:
        """The content of a value with its variables filled in, as a copy.

        Raises:
            Refused: a required variable is not set, or a variable is malformed.
        """
        content = value.content
        if isinstance(content, dict):
            return {
                text_of(key): self.filled(value.at(text_of(key), inner)) for key, inner in content.items()
            }
        if isinstance(content, list):
            return [self.filled(item) for item in value.items()]
        if isinstance(content, Override):
            return Override(self.filled(value.with_content(content.content)))
        if not isinstance(content, str) or "$" not in content:
            return content
        try:
            text = fill(content, self.variables, self._unset(value.file))
            self.budget.take("characters of filled variables", len(text), value.file)
            return text
        except (Malformed, Missing) as error:
            raise value.wrong(str(error).rstrip(".")) from None

    def _unset(self, file: str) -> t.Callable[[str], None]:
        return lambda name: self.notices.warn(
            f"{file}: the variable {name} is not set and is replaced by the empty text."
        )
