# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The beginning of a program that a host gets on its standard input. PRIVATE to the collection.

The collection's pure code comes along as text and is imported from there; nothing is written to the host. A module of
Ansible does the same work, but its start alone costs a host several times as much.
"""

from __future__ import annotations

import importlib
import json
import sys
import typing as t
import zlib
from binascii import a2b_base64
from importlib.machinery import ModuleSpec

_PACKAGE = "flotilla_program"
# Tells the result from what else a host may say.
_MARK = "flotilla.swarm: "


class _Sources:
    """Imports modules, and the packages they are in, from the modules' texts."""

    def __init__(self, texts: dict[str, str]) -> None:
        self._texts = {f"{_PACKAGE}.{name}": text for name, text in texts.items()}
        self._packages = {name.rpartition(".")[0] for name in self._texts} | {_PACKAGE}
        self._texts.update(dict.fromkeys(self._packages, ""))

    def find_spec(self, name: str, _path: t.Any = None, _target: t.Any = None) -> ModuleSpec | None:
        if name not in self._texts:
            return None
        return ModuleSpec(name, t.cast(t.Any, self), is_package=name in self._packages)

    def create_module(self, _spec: ModuleSpec) -> None:
        return None

    def exec_module(self, module: t.Any) -> None:
        exec(compile(self._texts[module.__name__], module.__name__, "exec"), module.__dict__)


def run(name: str, texts: str, options: str) -> None:
    """Do what was sent and print the result, one line of JSON.

    Args:
        name: the file that has the function ``program``, which takes the options and returns the result.
        texts: the files by their names, packed as ``plugin_utils/_host_program.py`` does it.
        options: the options, packed.
    """
    sys.meta_path.insert(0, t.cast(t.Any, _Sources(_unpacked(texts))))
    known = importlib.import_module(f"{_PACKAGE}._engine.errors").FlotillaError
    program = importlib.import_module(f"{_PACKAGE}.{name}").program
    try:
        result = program(_unpacked(options))
    except known as error:
        result = {"failed": True, "msg": str(error), **error.facts}
    sys.stdout.write(f"{_MARK}{json.dumps(result)}\n")


def _unpacked(packed: str) -> t.Any:
    return json.loads(zlib.decompress(a2b_base64(packed)))
