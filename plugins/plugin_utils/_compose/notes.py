# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a Compose file's reader has to tell beside its result. PRIVATE to the collection. Pure."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from ...module_utils._engine.errors import Refused


@dataclass
class Notes:
    """Warnings, and the keys that Swarm cannot honour.

    Attributes:
        ignored: keys that are left out where Swarm cannot honour them.
        warnings: sentences, each once.
    """

    ignored: frozenset[str] = frozenset()
    warnings: list[str] = field(default_factory=list)
    _dropped: list[tuple[str, str]] = field(default_factory=list)
    _unable: list[tuple[str, str, str, str]] = field(default_factory=list)

    def warn(self, sentence: str) -> None:
        """Remember a sentence for the user."""
        if sentence not in self.warnings:
            self.warnings.append(sentence)

    def drop(self, file: str, path: str, key: str) -> bool:
        """Whether a key is to be left out; that it was is told later."""
        if key in self.ignored:
            self._dropped.append((file, path))
            return True
        return False

    def unable(self, file: str, path: str, key: str, instead: str) -> None:
        """A key that Swarm cannot honour was found: it is left out where the user says so, refused otherwise."""
        if not self.drop(file, path, key):
            self._unable.append((file, path, key, instead))

    def check(self) -> None:
        """Tell what is left out, and refuse what Swarm cannot honour, all of it in one sentence.

        Raises:
            Refused: there is such a key.
        """
        for file, found in _by_file(self._dropped).items():
            verb = "are" if len(found) > 1 else "is"
            self.warn(f"{file}: {_listed(found)} {verb} left out, as ignore_unsupported says.")
        if not self._unable:
            return
        told = [(file, f"{path} ({instead})") for file, path, _key, instead in self._unable]
        sentence = "; ".join(f"{file}: {_listed(found)}" for file, found in _by_file(told).items())
        keys = ", ".join(sorted({key for _file, _path, key, _instead in self._unable}))
        raise Refused(
            f"{sentence}: Swarm cannot honour that; change it, or leave it out with ignore_unsupported: [{keys}]."
        )


def _by_file(found: t.Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    files: dict[str, list[str]] = {}
    for file, text in found:
        files.setdefault(file, []).append(text)
    return files


def _listed(words: list[str]) -> str:
    return " and ".join([", ".join(words[:-1]), words[-1]]) if len(words) > 1 else words[0]
