# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Options are data, true to the letter: a row in a table, and nothing else, makes an option.

Each table gets a made-up row. It has to be announced, checked against the API version, sent, compared, shown and, where it is
hidden, seen nowhere but in the request.
"""

from __future__ import annotations

import json
import typing as t

import pytest
from ansible_collections.flotilla.swarm.tests.unit.support.rows import Code, MemoryEngine

Raw = dict[str, t.Any]
CANARY = "canary-3f9a"


class Case(t.NamedTuple):
    """One table.

    Attributes:
        table: its file, and the text that begins it.
        path: where the made-up option stands in the Engine's JSON.
        verb: what takes it.
        info: what shows it; empty where an info module shows no options.
        given: the other options that a task needs.
        many: the list of the module that takes many, empty where there is none.
    """

    table: tuple[str, str]
    path: tuple[str, ...]
    verb: str
    info: str
    given: Raw
    many: str

    def code(self, hidden: bool, lowest_api: str = "1.41") -> Code:
        """The collection with the row."""
        row = f'Option("made_up", {self.path!r}, TEXT, "", {lowest_api!r}, hidden={hidden})'
        imported = "__import__(__package__.partition('.')[0] + '._options.option', fromlist=['TEXT'])"
        row = row.replace("TEXT", f"{imported}.TEXT")
        return Code([verb for verb in (self.verb, self.info) if verb], self.table, row)

    def leaf(self, body: t.Any) -> t.Any:
        """The value in a request."""
        for step in self.path:
            body = (body or {}).get(step)
        return body


SERVICE = {"name": "web", "image": "tiny:1", "resolve_image": "never", "wait": False}
CASES = {
    "nodes": Case(
        ("_node.options", "NODE: Table = ("),
        ("MadeUp",),
        "_node.deploy.VERB",
        "",
        {"hostname": "m1"},
        "nodes",
    ),
    "swarm": Case(
        ("_swarm.options", "SETTINGS: Table = ("),
        ("Raft", "MadeUp"),
        "_swarm.init.VERB",
        "_host.swarm_info.VERB",
        {},
        "",
    ),
    "secrets": Case(
        ("_secret.options", "_CONFIG: Table = ("),
        ("MadeUp",),
        "_secret.deploy.SECRET_VERB",
        "_secret.info.SECRET_INFO",
        {"name": "key", "data": "one and two", "wait": False},
        "secrets",
    ),
    "configs": Case(
        ("_secret.options", "_CONFIG: Table = ("),
        ("MadeUp",),
        "_secret.deploy.CONFIG_VERB",
        "_secret.info.CONFIG_INFO",
        {"name": "conf", "data": "one and two", "wait": False},
        "configs",
    ),
    "networks": Case(
        ("_network.options", "NETWORK: Table = ("),
        ("MadeUp",),
        "_network.deploy.VERB",
        "_network.info.VERB",
        {"name": "front", "wait": False},
        "networks",
    ),
    "services": Case(
        ("_service.options", "SERVICE: Table = ("),
        ("TaskTemplate", "ContainerSpec", "MadeUp"),
        "_service.deploy.VERB",
        "_service.info.VERB",
        SERVICE,
        "services",
    ),
}
EACH = pytest.mark.parametrize("case", CASES.values(), ids=CASES)
HIDDEN = pytest.mark.parametrize("hidden", [False, True], ids=["visible", "hidden"])


@EACH
def test_it_is_announced(case: Case) -> None:
    with case.code(hidden=True) as code:
        arguments = code.of(case.verb).interface.arguments
        assert arguments["made_up"]["type"] == "str"
        assert arguments["made_up"]["hidden"]
        if case.many:
            assert arguments[case.many]["options"]["made_up"] == arguments["made_up"]


@EACH
def test_it_is_checked_against_the_api_version_before_anything_is_sent(case: Case) -> None:
    with case.code(hidden=False, lowest_api="1.43") as code:
        engine = MemoryEngine("1.42")
        found = code.perform(case.verb, {**case.given, "made_up": "new"}, engine)
        assert found["failed"] is True
        assert "made_up needs API 1.43" in found["msg"]
        assert engine.writes == []
        assert "failed" not in code.perform(case.verb, {**case.given, "made_up": "new"}, MemoryEngine("1.43"))


@EACH
@HIDDEN
def test_it_is_sent_once_and_compared(case: Case, hidden: bool) -> None:
    with case.code(hidden) as code:
        engine, given = MemoryEngine(), {**case.given, "made_up": CANARY}
        foreseen = code.perform(case.verb, given, engine, check_mode=True)
        assert (foreseen["changed"], engine.writes) == (True, [])
        assert code.perform(case.verb, given, engine)["changed"] is True
        assert [case.leaf(body) for _method, _path, body in engine.writes][-1:] == [CANARY]
        count = len(engine.writes)
        again = code.perform(case.verb, given, engine)
        assert (again["changed"], len(engine.writes)) == (False, count), "a second run changes nothing"


@EACH
@HIDDEN
def test_it_is_shown_or_seen_nowhere(case: Case, hidden: bool) -> None:
    with case.code(hidden) as code:
        engine, given = MemoryEngine(), {**case.given, "made_up": CANARY}
        results = [
            code.perform(case.verb, given, engine, check_mode=True),
            code.perform(case.verb, given, engine),
            code.perform(case.verb, given, engine),
            # Another value: what there was is a part of the diff, or of a refusal.
            code.perform(case.verb, {**given, "made_up": f"{CANARY} changed"}, engine, check_mode=True),
        ]
        assert (CANARY in json.dumps(results[0]["diff"])) is not hidden
        assert (CANARY in json.dumps(results[1]["diff"])) is not hidden
        if case.info:
            shown = {"raw": True} if "raw" in code.of(case.info).interface.arguments else {}
            results.append(code.perform(case.info, shown, engine))
            assert "made_up" in json.dumps(results[-1])
            assert (CANARY in json.dumps(results[-1])) is not hidden
        if hidden:
            assert CANARY not in json.dumps(results)


@EACH
def test_an_argument_that_is_repeated_is_hidden_too(case: Case) -> None:
    with case.code(hidden=True) as code:
        hide = code.of("_options.arguments.hide_arguments")
        arguments = code.of(case.verb).interface.arguments
        assert CANARY not in json.dumps(hide(arguments, {"made_up": CANARY}))
        if case.many:
            assert CANARY not in json.dumps(hide(arguments, {case.many: [{"made_up": CANARY}]}))
