# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What holds for every module. Each run compares the result with the documented one, too (``support/modules.py``)."""

from __future__ import annotations

import json
import re
import typing as t

import pytest
from ansible.module_utils.basic import AnsibleModule
from ansible_collections.flotilla.swarm.plugins.module_utils._options.arguments import (
    all_arguments,
    given_arguments,
)
from ansible_collections.flotilla.swarm.plugins.module_utils._options.value_types import NAME, NAMES
from ansible_collections.flotilla.swarm.tests.unit.support.bad_values import bad_values
from ansible_collections.flotilla.swarm.tests.unit.support.canaries import NUMBER
from ansible_collections.flotilla.swarm.tests.unit.support.module_cases import CANARY, CASES, Case
from ansible_collections.flotilla.swarm.tests.unit.support.modules import (
    AbsentEngine,
    Module,
    differences,
    refusal,
    unseen,
)
from ansible_collections.flotilla.swarm.tests.unit.support.rows import MemoryEngine

Raw = dict[str, t.Any]
# These modules are documentation only: their actions do all the work (see test_swarm_plan.py, test_swarm_report.py, ...).
ACTIONS = {"swarm_plan", "swarm_report", "swarm_show"}
# Each run of these makes or needs another archive: what they do is tested by name.
ANEW = {"swarm_backup", "swarm_restore"}
RUN = sorted(set(CASES) - ACTIONS)
CONNECTING = [name for name in RUN if CASES[name].engine]
HIDING = [name for name in RUN if CASES[name].hidden and name not in ANEW]
# These find objects by their names, or act on some of them.
NAMING = {
    *(
        "swarm_config_info",
        "swarm_network_info",
        "swarm_node_info",
        "swarm_secret_info",
        "swarm_service_info",
    ),
    *("swarm_service_log_info", "swarm_stack_info", "swarm_stack_task_info", "swarm_task_info"),
    *("swarm_maintenance", "swarm_operation", "swarm_reach", "swarm_prune", "swarm_rebalance"),
    *("swarm_backup", "swarm_restore"),
}
READING = [name for name in RUN if CASES[name].reads]


def each(names: t.Iterable[str]) -> pytest.MarkDecorator:
    """A test for each of these modules."""
    return pytest.mark.parametrize("module", list(names), indirect=True)


def engine_of(case: Case) -> t.Any:
    """A new Engine of a case."""
    return case.engine() if case.engine else None


def writes(engine: t.Any) -> list[t.Any]:
    """The requests that change something."""
    return list(engine.writes) if engine else []


@each(RUN)
def test_its_options_are_the_documented_ones(module: Module) -> None:
    case = CASES[module.name]
    assert "no_such_option" in module.refuses(**case.given, no_such_option=1)
    assert differences(module.options, module.ended.argument_spec) == []
    assert module.ended.supports_check_mode


@each([name for name in RUN if name not in ANEW])
def test_check_mode_sends_nothing_and_a_second_run_changes_nothing(module: Module) -> None:
    case = CASES[module.name]
    engine = engine_of(case)
    planned = module.run(engine, check_mode=True, **case.given)
    assert (planned["changed"], writes(engine)) == (case.changes, [])
    engine = engine_of(case)
    done = module.run(engine, **case.given)
    assert (done["changed"], bool(writes(engine))) == (case.changes, case.changes)
    assert done.get("actions") == planned.get("actions")
    sent = writes(engine)
    again = module.run(engine, **case.given)
    assert (again["changed"], writes(engine)) == (False, sent)
    # All keys that are documented were there to be compared.
    assert set(unseen(module.documented, [done])) == case.unseen


@each([name for name in CONNECTING if name not in READING])
def test_an_engine_that_does_not_answer_is_one_sentence(module: Module) -> None:
    message = module.refuses(AbsentEngine(), **CASES[module.name].given)
    assert message == "No Engine answers at unix:///absent.sock."


@each(READING)
def test_a_host_without_an_engine_is_a_state(module: Module) -> None:
    result = module.run(AbsentEngine(), **CASES[module.name].given)
    assert (result.get("failed"), result["changed"]) == (None, False)
    assert result.get("host", {}).get("swarm", result)["state"] == "no_engine"
    lists = [
        key for key, about in module.documented.items() if about.get("contains") and about["type"] == "list"
    ]
    assert all(result.get(key, []) == [] for key in lists)


@each(RUN)
def test_a_bad_value_is_refused_with_its_option_and_nothing_is_sent(
    module: Module, record_property: t.Callable[[str, object], None]
) -> None:
    """Wrong types, empty texts, control characters, endless, negative and huge values for every option at any depth."""
    case = CASES[module.name]
    module.refuses(no_such_option=1)
    exclusive = module.ended.mutually_exclusive or ()
    tried = 0
    for bad in bad_values(module.ended._arguments):
        tried += 1
        # One of two options that exclude each other stands for all that the other takes.
        is_alone = any({*group} & {*bad.given} for group in exclusive)
        engine = engine_of(case)
        result = module.run(engine, check_mode=True, **{**({} if is_alone else case.given), **bad.given})
        assert writes(engine) == [], bad
        assert result.get("failed") or not bad.must_fail, bad
        if result.get("failed"):
            message = refusal(result)
            assert not re.match("Module failed", message), bad
            assert len(message) < 1000, bad
            assert bad.option in message or not bad.must_fail, (bad.option, bad.kind, message)
            assert "\0" not in message and "\x1b" not in message, bad
    record_property("inputs", tried)
    assert tried >= 9


def names_in(spec: Raw) -> t.Iterator[tuple[str, Raw]]:
    """Every option that names objects, as a task gives it with an empty name."""
    for name, argument in spec.items():
        if argument.get("limits") is NAME["limits"]:
            yield name, {name: ""}
        elif argument.get("limits") is NAMES["limits"]:
            yield name, {name: ["good", ""]}


@each(RUN)
def test_an_empty_name_is_refused_wherever_objects_are_named(module: Module) -> None:
    """It is mostly a variable that is not set: no object is found by it, and every image that was to be kept would go."""
    module.refuses(no_such_option=1)
    found = list(names_in(module.ended._arguments))
    assert bool(found) == (module.name in NAMING)
    for name, given in found:
        case = CASES[module.name]
        engine = engine_of(case)
        message = module.refuses(engine, **{**case.given, **given})
        assert message.startswith(f"{name}: ") and "'' is empty" in message, message
        assert writes(engine) == []


@each(("swarm_config", "swarm_network", "swarm_secret", "swarm_service", "swarm_stack"))
def test_an_action_that_waits_in_parts_needs_a_name_too(module: Module) -> None:
    """A network without a name would be called None."""
    engine = MemoryEngine()
    assert "_waiting" not in module.refuses(engine)
    message = module.refuses(engine, _waiting={"pause_after": 10})
    assert "name" in message
    assert (engine.writes, "None" in message) == ([], False)


@each(RUN)
def test_every_option_that_may_hold_a_secret_is_in_the_table(module: Module) -> None:
    case = CASES[module.name]
    module.refuses(no_such_option=1)
    spec = module.ended._arguments
    given = [argument for more in case.hidden for *_place, argument in given_arguments(spec, more)]
    hiding = [one for one in all_arguments(spec) if one.get("no_log") or one.get("hidden")]
    assert [one for one in hiding if not any(one is other for other in given)] == []


@each(HIDING)
def test_a_value_that_may_be_a_secret_is_returned_nowhere(module: Module) -> None:
    case = CASES[module.name]
    for hidden in case.hidden:
        engine = engine_of(case)
        for check_mode in (True, False, False):
            result = module.run(engine, check_mode=check_mode, **{**case.given, **hidden})
            assert "failed" not in result, result
            assert CANARY not in json.dumps([result, module.ended.params])


@each(HIDING)
@pytest.mark.parametrize("wrong", [[CANARY], {"KEY": CANARY}, NUMBER], ids=["list", "dictionary", "number"])
def test_a_value_of_a_wrong_type_that_may_be_a_secret_is_in_no_message(module: Module, wrong: t.Any) -> None:
    case = CASES[module.name]
    for hidden in case.hidden:
        # What an action hands on is text already.
        spoiled = {name: put(value, wrong) for name, value in hidden.items() if not name.startswith("_")}
        shown = json.dumps([module.run(engine_of(case), **{**case.given, **spoiled}), module.ended.params])
        assert CANARY not in shown and str(NUMBER) not in shown


def put(value: t.Any, wrong: t.Any) -> t.Any:
    """The value with another one wherever ``CANARY`` stands in it."""
    if isinstance(value, dict):
        return {name: put(inner, wrong) for name, inner in value.items()}
    if isinstance(value, list):
        return [put(inner, wrong) for inner in value]
    return wrong if value == CANARY else value


@each(HIDING)
def test_a_text_in_place_of_a_dictionary_is_repeated_nowhere(
    module: Module, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ansible makes a dictionary of NAME=value, and names are shown."""
    logged: list[str] = []
    monkeypatch.setattr(AnsibleModule, "log", lambda _self, msg, **_more: logged.append(str(msg)))
    case = CASES[module.name]
    for name in {name for hidden in case.hidden for name, value in hidden.items() if isinstance(value, dict)}:
        engine = engine_of(case)
        result = module.run(engine, **{**case.given, name: f"{CANARY}=1"})
        # The environment of a service may be a list of NAME=value.
        if name not in ("env", "_declared", "_declared_data"):
            assert f"{name} is a text, not a dictionary" in refusal(result)
            assert writes(engine) == []
            assert CANARY not in json.dumps([result, module.ended.params, logged])
