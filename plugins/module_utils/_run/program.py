# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The beginning of a program that a host gets on its standard input. PRIVATE to the collection.

The collection's code comes along as text and is imported from there; nothing is written to the host. A module of Ansible
does the same, but its start alone costs a host several times as much.
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
# Marks the line of the result among whatever else a host prints, and the line before a request that may change something.
_MARK = "flotilla.swarm: "
_WRITES = "flotilla.swarm writes"


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


def run(verb: str, texts: str, options: str) -> None:
    """Do what a verb says and print the result, one line of JSON, after a line for each request that may change something.

    Args:
        verb: where the verb stands, such as ``_node.deploy.VERB``.
        texts: the files by their dotted names, packed as ``plugin_utils/_program`` does it.
        options: the options, packed, ``check_mode`` among them.
    """
    sys.meta_path.insert(0, t.cast(t.Any, _Sources(_unpacked(texts))))
    module, _dot, name = verb.rpartition(".")
    value = getattr(importlib.import_module(f"{_PACKAGE}.{module}"), name)
    given = _unpacked(options)
    connection = importlib.import_module(f"{_PACKAGE}._engine.connection")
    # What a process of its own needs is loaded only where the verb may wait.
    runner = "job" if given.get("_waiting") else "verb"
    perform = importlib.import_module(f"{_PACKAGE}._run.{runner}").perform

    def connect(options: t.Any) -> t.Any:
        client = connection.own_client(options["docker_host"], options["api_version"], options["timeout"])
        client.before_write = _say_that_it_writes
        return client

    # Only the module knows the way to another Engine than the host's own.
    result = None
    if not value.interface.connects or connection.is_own(given["docker_host"]):
        result = perform(value, given, given["check_mode"], connect)
    sys.stdout.write(f"{_MARK}{json.dumps(result)}\n")


def _say_that_it_writes() -> None:
    """Tell the control node in time, or a program that ends without a result would be taken for one that did nothing."""
    sys.stdout.write(f"{_WRITES}\n")
    sys.stdout.flush()


def _unpacked(packed: str) -> t.Any:
    return json.loads(zlib.decompress(a2b_base64(packed)))
