# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Modules as Ansible runs them, with an Engine in memory, and their results beside what their documentation says."""

from __future__ import annotations

import importlib
import json
import typing as t

import pytest
import yaml
from ansible.module_utils import basic
from ansible_collections.flotilla.swarm.plugins.module_utils._engine.client import Client
from ansible_collections.flotilla.swarm.plugins.module_utils._run import module as runner
from ansible_collections.flotilla.swarm.tests.unit.support.rows import MemoryEngine

Raw = dict[str, t.Any]

#: What Ansible documents for every module.
COMMON = {"changed", "diff", "failed", "msg", "warnings"}
_TYPES: dict[str, tuple[type, ...]] = {
    "str": (str,),
    "bool": (bool,),
    "int": (int,),
    "float": (float, int),
    "list": (list,),
    "dict": (dict,),
    "raw": (object,),
}


class _Ended(Exception):
    """A module ended with this result."""


class Module:
    """One module of the collection.

    Args:
        name: its name, such as ``swarm_node``.
        patch: what a test replaces for its time.
    """

    def __init__(self, name: str, patch: pytest.MonkeyPatch) -> None:
        self.name = name
        self._code = importlib.import_module(f"ansible_collections.flotilla.swarm.plugins.modules.{name}")
        self._patch = patch
        #: ``RETURN`` of the module.
        self.documented: Raw = yaml.safe_load(self._code.RETURN)

    def run(
        self, engine: MemoryEngine | Client | None = None, check_mode: bool = False, **given: t.Any
    ) -> Raw:
        """How the module ends: its result, which has to be what its documentation says.

        Args:
            engine: the Engine; without one, asking it fails the test.
            check_mode: run it in check mode.
            given: the options of the task.
        """
        passed = {**given, "_ansible_check_mode": check_mode}
        self._patch.setattr(basic, "_ANSIBLE_ARGS", json.dumps({"ANSIBLE_MODULE_ARGS": passed}).encode())
        self._patch.setattr(basic, "_ANSIBLE_PROFILE", "legacy", raising=False)
        self._patch.setattr(basic.AnsibleModule, "exit_json", _end)
        self._patch.setattr(basic.AnsibleModule, "fail_json", _fail)
        client = Client(t.cast(t.Any, engine)) if isinstance(engine, MemoryEngine) else engine
        self._patch.setattr(
            runner,
            "connect",
            lambda _options: client or pytest.fail("the Engine is not expected to be asked"),
        )
        with pytest.raises(_Ended) as ended:
            self._code.main()
        result: Raw = ended.value.args[0]
        wrong = mismatches(self.documented, result)
        assert not wrong, f"{self.name}: {'; '.join(wrong)}"
        return result

    def refuses(self, engine: MemoryEngine | Client | None = None, **given: t.Any) -> str:
        """The message with which the module refuses options."""
        result = self.run(engine, **given)
        assert result.get("failed"), result
        assert not result.get("changed"), result
        return str(result["msg"])


def _end(_module: basic.AnsibleModule, **result: t.Any) -> t.NoReturn:
    # As Ansible does: what is no JSON fails.
    raise _Ended(json.loads(json.dumps(result)))


def _fail(module: basic.AnsibleModule, **result: t.Any) -> t.NoReturn:
    _end(module, failed=True, **result)


def mismatches(documented: Raw, result: Raw) -> list[str]:
    """Where a result differs from what a module documents: missing and unknown keys, and wrong types.

    Args:
        documented: ``RETURN`` of the module.
        result: how it ended.
    """
    found = [f"{key} is not documented" for key in result if key not in {*documented, *COMMON}]
    for key, about in documented.items():
        if key in result:
            found += _of_value(key, about, result[key])
        elif about["returned"] == "always" and not result.get("failed"):
            found.append(f"{key} is missing")
    return found


def _of_value(where: str, about: Raw, value: t.Any) -> list[str]:
    if value is None:
        return []
    if not isinstance(value, _TYPES[about["type"]]) or (about["type"] == "int" and isinstance(value, bool)):
        return [f"{where} is {value!r} and not of the type {about['type']}"]
    found: list[str] = []
    if about["type"] == "list":
        for at, one in enumerate(value):
            entry = {**about, "type": about.get("elements", "raw")}
            found += _of_value(f"{where}[{at}]", entry, one)
    elif about.get("contains"):
        found += [f"{where}.{key} is not documented" for key in value if key not in about["contains"]]
        for key, part in about["contains"].items():
            if key in value:
                found += _of_value(f"{where}.{key}", part, value[key])
            elif part.get("returned") in ("always", "success", None):
                found.append(f"{where}.{key} is missing")
    return found
