# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Modules as Ansible runs them, with an Engine in memory, and their results beside what their documentation says."""

from __future__ import annotations

import importlib
import json
import re
import typing as t

import pytest
import yaml
from ansible.module_utils import basic
from ansible_collections.flotilla.swarm.plugins.module_utils._engine.client import Client
from ansible_collections.flotilla.swarm.plugins.module_utils._engine.errors import EngineAbsent
from ansible_collections.flotilla.swarm.plugins.module_utils._run import module as runner
from ansible_collections.flotilla.swarm.tests.unit.support.rows import MemoryEngine

Raw = dict[str, t.Any]

_PLUGINS = "ansible_collections.flotilla.swarm.plugins"
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


class AbsentEngine:
    """A transport to where no Engine listens."""

    where = "unix:///absent.sock"

    def send(self, *_request: t.Any) -> tuple[int, bytes]:
        """Fail, as the real transports do."""
        raise EngineAbsent(f"No Engine answers at {self.where}.")


class Module:
    """One module of the collection.

    Args:
        name: its name, such as ``swarm_node``.
        patch: what a test replaces for its time.
    """

    def __init__(self, name: str, patch: pytest.MonkeyPatch) -> None:
        self.name = name
        self._code = importlib.import_module(f"{_PLUGINS}.modules.{name}")
        self._patch = patch
        #: The options of ``DOCUMENTATION``, those of its fragments too.
        self.options = documented_options(self._code.DOCUMENTATION)
        #: ``RETURN`` of the module.
        self.documented: Raw = yaml.safe_load(self._code.RETURN)
        #: What Ansible made of the module in the last run.
        self.ended: t.Any = None

    def run(
        self,
        engine: MemoryEngine | AbsentEngine | Client | None = None,
        /,
        check_mode: bool = False,
        **given: t.Any,
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
        self._patch.setattr(basic.AnsibleModule, "exit_json", self._end)
        self._patch.setattr(basic.AnsibleModule, "fail_json", self._fail)
        client = engine if isinstance(engine, Client) or not engine else Client(t.cast(t.Any, engine))
        self._patch.setattr(
            runner,
            "connect",
            lambda _options: client or pytest.fail("the Engine is not expected to be asked"),
        )
        with pytest.raises(_Ended) as ended:
            self._code.main()
        result: Raw = ended.value.args[0]
        wrong = mismatches(self.documented, result, {**defaults(self.options), **given})
        assert not wrong, f"{self.name}: {'; '.join(wrong)}"
        return result

    def refuses(self, engine: MemoryEngine | AbsentEngine | Client | None = None, /, **given: t.Any) -> str:
        """The message with which the module refuses options."""
        return refusal(self.run(engine, **given))

    @property
    def _end(self) -> t.Callable[..., t.NoReturn]:
        def end(module: basic.AnsibleModule, **result: t.Any) -> t.NoReturn:
            self.ended = module
            # As Ansible does: what is no JSON fails.
            raise _Ended(json.loads(json.dumps(result)))

        return end

    @property
    def _fail(self) -> t.Callable[..., t.NoReturn]:
        return lambda module, **result: self._end(module, failed=True, **result)


def refusal(result: Raw) -> str:
    """The one sentence of a result that has to be a failure which changed nothing."""
    assert result.get("failed"), result
    assert not result.get("changed"), result
    message = str(result["msg"])
    assert message and not re.search(r"\n|Traceback| object at 0x", message), message
    return message


def documented_options(text: str) -> Raw:
    """The options of a DOCUMENTATION, with those of the fragments that it names.

    Args:
        text: the DOCUMENTATION.
    """
    documentation: Raw = yaml.safe_load(text)
    options: Raw = {}
    for fragment in documentation.get("extends_documentation_fragment", []):
        file, _dot, part = fragment.replace("flotilla.swarm.", "", 1).partition(".")
        code = importlib.import_module(f"{_PLUGINS}.doc_fragments.{file}").ModuleDocFragment
        options.update(yaml.safe_load(getattr(code, (part or "documentation").upper())).get("options") or {})
    return {**options, **(documentation.get("options") or {})}


def defaults(options: Raw) -> Raw:
    """The value of each option of a task that does not name it."""
    return {name: about.get("default") for name, about in options.items()}


def differences(documented: Raw, spec: Raw, where: str = "") -> list[str]:
    """Where an argument spec is not what the documentation says.

    Args:
        documented: the documented options.
        spec: what ``AnsibleModule`` gets.
        where: the option that they belong to, with a dot at its end.
    """
    names = {name for name in {*documented, *spec} if not name.startswith("_")}
    found = [
        f"{where}{name} is in one of both only"
        for name in names
        if name not in documented or name not in spec
    ]
    for name in names & set(documented) & set(spec):
        said, real = _facts(documented[name]), _facts(spec[name])
        found += [
            f"{where}{name}: {fact} is documented as {said[fact]!r} and is {real[fact]!r}"
            for fact in said
            if said[fact] != real[fact]
        ]
        inner = documented[name].get("suboptions") or {}, spec[name].get("options") or {}
        found += differences(*inner, f"{where}{name}.")
    return found


def _facts(option: Raw) -> Raw:
    return {
        "type": option.get("type", "str"),
        "elements": option.get("elements"),
        "required": bool(option.get("required")),
        "default": option.get("default"),
        "choices": sorted(option.get("choices") or []),
        "aliases": sorted(option.get("aliases") or []),
    }


def mismatches(documented: Raw, result: Raw, options: Raw) -> list[str]:
    """Where a result differs from what a module documents: missing and unknown keys, and wrong types.

    Args:
        documented: ``RETURN`` of the module.
        result: how it ended.
        options: the options of the task.
    """
    found = [f"{key} is not documented" for key in result if key not in {*documented, *COMMON}]
    for key, about in documented.items():
        expected = _is_returned(about["returned"], result, options)
        if key in result:
            found += _of_value(key, about, result[key], options)
        elif expected and not result.get("failed"):
            found.append(f"{key} is missing")
        if key in result and expected is False:
            found.append(f"{key} is there and not documented for this run")
    return found


def _is_returned(returned: str, result: Raw, options: Raw) -> bool | None:
    """Whether a key has to be there; ``None`` where its condition is more than options and the state of the host."""
    holds: list[bool] = []
    for clause in returned.split(", "):
        option = re.fullmatch(r"(?:when )?O\((\w+)=(\w+)\)", clause)
        if clause in ("always", "success"):
            holds.append(True)
        elif option:
            holds.append(str(options.get(option[1])).lower() == option[2])
        elif clause == "on a manager with a quorum":
            holds.append(result.get("state") == "manager")
        else:
            return None
    return all(holds)


def _of_value(where: str, about: Raw, value: t.Any, options: Raw) -> list[str]:
    if value is None:
        return []
    if not isinstance(value, _TYPES[about["type"]]) or (about["type"] == "int" and isinstance(value, bool)):
        return [f"{where} is {value!r} and not of the type {about['type']}"]
    found: list[str] = []
    if about["type"] == "list":
        entry = {**about, "type": about.get("elements", "raw")}
        for at, one in enumerate(value):
            found += _of_value(f"{where}[{at}]", entry, one, options)
    elif about.get("contains"):
        found += [f"{where}.{key} is not documented" for key in value if key not in about["contains"]]
        for key, part in about["contains"].items():
            if key in value:
                found += _of_value(f"{where}.{key}", part, value[key], options)
            elif _is_returned(part.get("returned", "always"), {}, options):
                found.append(f"{where}.{key} is missing")
    return found


def unseen(documented: Raw, values: list[Raw], where: str = "") -> t.Iterator[str]:
    """The documented dictionaries of which some values have none.

    Args:
        documented: the keys of a dictionary, as ``RETURN`` has them.
        values: dictionaries with these keys.
        where: what they belong to, with a dot at its end.
    """
    for key, about in documented.items():
        found = [value[key] for value in values if value.get(key) is not None]
        if about["type"] == "list":
            found = [one for each in found for one in each]
        if not about.get("contains"):
            continue
        if not found:
            yield f"{where}{key}"
        yield from unseen(about["contains"], found, f"{where}{key}.")
