# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import ast
import copy
import importlib
import json
import subprocess
import sys
import typing as t
from pathlib import Path
from types import SimpleNamespace

import pytest
from ansible_collections.flotilla.swarm.plugins.module_utils._engine.connection import OWN_CONNECTION
from ansible_collections.flotilla.swarm.plugins.plugin_utils._program import program as host_program
from ansible_collections.flotilla.swarm.plugins.plugin_utils._program.program import (
    HostProgram,
    ProgramNotUsable,
)

ROOT = Path(__file__).resolve().parents[5]
FOLDER = ROOT / "plugins" / "module_utils"
ACTIONS = [
    importlib.import_module(f"ansible_collections.flotilla.swarm.plugins.action.{path.stem}").ActionModule
    for path in sorted((ROOT / "plugins" / "action").glob("swarm_*.py"))
]
PROGRAMS = {action.program._name: action.program for action in ACTIONS if hasattr(action, "program")}
# Every Python that a host may have and that is found here.
PYTHONS = subprocess.run(
    [ROOT / "tests" / "tools" / "pythons", "3.8", "3.9", "3.11", "3.12", "3.13"],
    capture_output=True,
    text=True,
    check=True,
).stdout.split() or [sys.executable]


def imported(room: str, tree: ast.AST) -> set[str]:
    """What a file of a room imports from ``module_utils`` when it runs, in dotted names."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            node.body = []
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.level:
            other, _dot, leaf = (
                (node.module or "").rpartition(".") if node.level == 2 else (room, ".", node.module)
            )
            if node.level == 2 and not other:
                other, leaf = leaf, None
            found |= {f"{other}.{leaf}"} if leaf else {f"{other}.{alias.name}" for alias in node.names}
    return found


@pytest.mark.parametrize("name", PROGRAMS)
def test_an_action_and_its_verb_have_the_same_interface(name: str) -> None:
    verb = host_program._value(name)
    assert PROGRAMS[name].interface == verb.interface
    assert verb.interface.waits or verb.go_on is None


def test_only_what_runs_on_the_control_node_is_made_without_a_program() -> None:
    assert len(ACTIONS) - len(PROGRAMS) == 3, "the plan, what prints lines, and what writes a report"


@pytest.mark.parametrize("name", PROGRAMS)
def test_all_that_is_imported_is_sent_and_none_of_it_needs_ansible(name: str) -> None:
    sent = host_program.texts(name.rpartition(".")[0])
    assert "_engine.errors" in sent
    for dotted, text in sent.items():
        tree = ast.parse(text)
        assert imported(dotted.partition(".")[0], tree) <= set(sent)
        imports = [node for node in ast.walk(tree) if isinstance(node, (ast.Import, ast.ImportFrom))]
        words = {word for node in imports for word in ast.unparse(node).replace(".", " ").split()}
        assert not words & {"ansible", "ansible_collections"}


@pytest.mark.parametrize(
    "path", sorted(FOLDER.glob("*/*.py")), ids=lambda path: f"{path.parent.name}.{path.stem}"
)
def test_a_text_is_sent_without_its_docstrings_and_otherwise_as_it_is(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        has_docstring = isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef)) and ast.get_docstring(
            node
        )
        if has_docstring and isinstance(node, ast.Module):
            del node.body[0]
        elif has_docstring:
            node.body[0] = ast.Expr(ast.Constant(""))  # type: ignore[attr-defined]
    sent = host_program._text(f"{path.parent.name}.{path.stem}")
    assert ast.unparse(ast.parse(sent)) == ast.unparse(tree)


@pytest.mark.parametrize(
    "path", sorted(FOLDER.glob("*/*.py")), ids=lambda path: f"{path.parent.name}.{path.stem}"
)
def test_imports_are_found_in_whatever_way_they_are_written(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    room = path.parent.name
    assert set(host_program._imports(room, text)) == imported(room, ast.parse(text))


def given(
    program: HostProgram, python: str, options: dict[str, t.Any], **env: str
) -> subprocess.CompletedProcess[str]:
    """Give a program to a Python as a host would."""
    return subprocess.run(
        [python, "-I", "-S"],
        input=program.script(options).decode(),
        env=env,
        capture_output=True,
        text=True,
        check=False,
    )


def told(output: str) -> t.Any:
    """The result in what a program printed."""
    [line] = output.splitlines()
    assert line.startswith(host_program._MARK)
    return json.loads(line[len(host_program._MARK) :])


HOST = {"docker_host": "unix:///nowhere.sock", "api_version": "auto", "timeout": 5, "check_mode": False}


@pytest.mark.parametrize("python", PYTHONS)
def test_a_host_is_read_with_any_python_and_nothing_else(python: str) -> None:
    done = given(
        PROGRAMS["_host.info.VERB"],
        python,
        {**HOST, "wait_for_leader": 0},
        PATH="/usr/sbin:/usr/bin:/sbin:/bin",
    )
    assert done.stderr == ""
    result = told(done.stdout)
    assert result["changed"] is False
    assert result["host"]["swarm"] == {
        "state": "no_engine",
        "why": "No Engine answers at unix:///nowhere.sock (its socket does not exist); start it or set docker_host to where "
        "it listens.",
    }


PEER = {"host": "w1", "address": "127.0.0.1", "ports": [{"protocol": "tcp", "port": 9}]}
PROVEN = {
    "state": "proven",
    "host": "m1",
    "run": "test",
    "ports": [],
    "peers": [PEER],
    "seconds": 60,
    "timeout": 0.5,
}


@pytest.mark.parametrize("python", PYTHONS)
def test_a_host_asks_its_peers_with_any_python_and_nothing_else(python: str) -> None:
    """What was not reached is a failure with the module's sentence, and with the table beside it."""
    options = {**PROVEN, "required": True, "check_mode": False}
    done = given(PROGRAMS["_ports.reach.VERB"], python, options)
    assert done.stderr == ""
    result = told(done.stdout)
    # In a process of its own it comes to the same.
    apart = given(PROGRAMS["_ports.reach.VERB"], python, {**options, "_waiting": {"pause_after": 5}})
    assert apart.stderr == ""
    assert told(apart.stdout)["msg"] == result["msg"]
    assert (result["failed"], result["msg"]) == (
        True,
        "m1 is refused by w1 (127.0.0.1) on 9/tcp: let the firewall of w1 admit 9/tcp from m1.",
    )
    assert [row["problem"] for row in result["reached"]] == ["refused"]
    calm = given(PROGRAMS["_ports.reach.VERB"], python, {**PROVEN, "required": False, "check_mode": True})
    assert told(calm.stdout) == {"changed": False, "reached": [], "failures": []}


def test_an_error_is_a_failure_with_its_sentence() -> None:
    done = given(PROGRAMS["_host.info.VERB"], sys.executable, {**HOST, "api_version": "new"})
    assert told(done.stdout) == {
        "failed": True,
        "changed": False,
        "msg": "api_version 'new' is not a version like 1.41; leave it out to negotiate.",
    }


@pytest.mark.parametrize(
    ("options", "env"),
    [
        ({"docker_host": "tcp://10.0.0.1:2376"}, {}),
        ({}, {"DOCKER_HOST": "tcp://10.0.0.1:2376"}),
        ({}, {"DOCKER_TIMEOUT": "5"}),
        ({}, {"DOCKER_API_VERSION": "1.41"}),
    ],
)
def test_another_way_to_the_engine_is_left_to_the_module(
    options: dict[str, str], env: dict[str, str]
) -> None:
    assert told(given(PROGRAMS["_host.info.VERB"], sys.executable, {**HOST, **options}, **env).stdout) is None


class Action:
    """An action plugin in front of a host that answers what a test says."""

    def __init__(self, answer: str, status: int = 0, **changes: t.Any) -> None:
        become = changes.get("become")
        self._connection = SimpleNamespace(
            has_pipelining=changes.get("has_pipelining", True),
            transport="ssh",
            become=SimpleNamespace(pipelining=become) if become is not None else None,
            _shell=SimpleNamespace(SHELL_FAMILY=changes.get("shell", "sh")),
            _remote_is_local=changes.get("remote_is_local", False),
        )
        self._task = SimpleNamespace(
            async_val=changes.get("async_val", 0),
            args=changes.get("args", {}),
            action="flotilla.swarm.swarm_host_info",
            check_mode=changes.get("check_mode", False),
            delegate_to=changes.get("delegate_to"),
        )
        self._templar = SimpleNamespace(template=lambda text: text.replace("{{ python }}", "/opt/python"))
        self._pipelining = changes.get("pipelining", False)
        self._answer, self._status = answer, status
        self.commands: list[tuple[str, bytes]] = []

    def _is_pipelining_enabled(self, style: str) -> bool:
        assert style == "new"
        return t.cast(bool, self._pipelining)

    def _compute_environment_string(self) -> str:
        return "LANG=C"

    def _low_level_execute_command(self, command: str, in_data: bytes) -> dict[str, t.Any]:
        self.commands.append((command, in_data))
        return {"rc": self._status, "stdout": self._answer, "stderr": "boom\n" if self._status else ""}


def said(result: str) -> str:
    """A program's output on a host that greets whoever logs in."""
    return f"Welcome to m1!\n{host_program._MARK}{result}\n"


DEFAULTS = {
    **{name: argument["default"] for name, argument in OWN_CONNECTION.items()},
    "wait_for_leader": 0,
    "progress": True,
}


def run(action: Action, name: str = "_host.info.VERB", **variables: t.Any) -> dict[str, t.Any]:
    """What a program returns, or that it is left to the module."""
    try:
        return PROGRAMS[name].attempt(t.cast(t.Any, action), variables, action._task.args)
    except ProgramNotUsable:
        return {"module": True}


def test_a_result_is_found_in_whatever_a_host_says() -> None:
    action = Action(said('{"changed": false, "host": {}}') + "{}\nGood bye.\n")
    assert run(action) == {"changed": False, "host": {}, "invocation": {"module_args": DEFAULTS}}
    assert [command for command, _data in action.commands] == ["LANG=C /usr/bin/python3 -I -S"]


@pytest.mark.parametrize(
    ("variables", "delegate", "python"),
    [
        ({"ansible_python_interpreter": "/usr/bin/python3.8"}, None, "/usr/bin/python3.8"),
        ({"ansible_python_interpreter": "{{ python }}"}, None, "/opt/python"),
        ({"ansible_python_interpreter": "auto_silent"}, None, "/usr/bin/python3"),
        (
            {"ansible_facts": {"discovered_interpreter_python": "/usr/bin/python3.13"}},
            None,
            "/usr/bin/python3.13",
        ),
        (
            {
                "ansible_python_interpreter": "/no",
                "ansible_delegated_vars": {"m2": {"ansible_python_interpreter": "/yes"}},
            },
            "m2",
            "/yes",
        ),
    ],
)
def test_the_python_is_the_configured_or_known_one(
    variables: dict[str, t.Any], delegate: str, python: str
) -> None:
    action = Action(said("{}"), delegate_to=delegate)
    run(action, **variables)
    assert action.commands[0][0] == f"LANG=C {python} -I -S"


@pytest.mark.parametrize(
    "changes",
    [
        {"has_pipelining": False},
        {"remote_is_local": True},
        {"shell": "powershell"},
        {"become": True, "pipelining": False},
        {"become": False, "pipelining": True},
        {"async_val": 60},
        {"args": {"docker_host": "tcp://m1:2375", "tls": True}},
        {"args": {"timeout": "soon"}},
    ],
    ids=str,
)
def test_what_is_unusual_is_left_to_the_module_at_once(changes: dict[str, t.Any]) -> None:
    action = Action(said("{}"), **changes)
    assert run(action) == {"module": True}
    assert action.commands == []


@pytest.mark.parametrize(
    ("changes", "advised"),
    [
        ({"become": True, "pipelining": False}, True),
        # A way that pipelining does not change, and an unusual one.
        ({"become": False, "pipelining": False}, False),
        ({"async_val": 60}, False),
    ],
    ids=str,
)
def test_of_what_is_unusual_only_what_pipelining_would_change_is_advised(
    changes: dict[str, t.Any], advised: bool
) -> None:
    with pytest.raises(ProgramNotUsable) as refused:
        PROGRAMS["_host.info.VERB"].attempt(t.cast(t.Any, Action(said("{}"), **changes)), {}, {})
    assert ("set ansible_pipelining to true" in refused.value.advice) is advised
    assert bool(refused.value.advice) is advised


def test_files_that_are_to_be_kept_need_the_module(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(host_program.constants, "DEFAULT_KEEP_REMOTE_FILES", True)
    assert run(Action(said("{}"))) == {"module": True}


@pytest.mark.parametrize(
    ("answer", "status"), [("", 127), ("Traceback: boom", 1), ("flotilla.swarm: null", 0), ("{}", 0)]
)
def test_a_program_without_a_result_is_followed_by_the_module(answer: str, status: int) -> None:
    action = Action(answer, status)
    assert run(action) == {"module": True}
    assert len(action.commands) == 1


def test_becoming_another_user_works_through_pipelining() -> None:
    assert run(Action(said("{}"), become=True, pipelining=True)) == {"invocation": {"module_args": DEFAULTS}}


def test_a_secret_is_neither_in_the_command_nor_in_the_result() -> None:
    token = "SWMTKN-1-what-nobody-may-see"
    action = Action(said("{}"), args={"remote_addrs": ["10.0.0.1"], "join_token": token})
    assert token not in str(run(action, "_swarm.join.VERB"))
    [(command, _script)] = action.commands
    assert token not in command


def test_options_and_check_mode_travel_on_the_standard_input() -> None:
    action = Action(said("{}"), args={"timeout": "7"}, check_mode=True)
    run(action)
    [(command, script)] = action.commands
    assert "7" not in command
    assert script == PROGRAMS["_host.info.VERB"].script(
        {**DEFAULTS, "_salt": None, "_waiting": None, "timeout": 7, "check_mode": True}
    )


@pytest.mark.parametrize(
    ("args", "by_module"),
    [
        ({"name": "a", "data_src": "/srv/a"}, False),
        ({"name": "a", "data_src": "~/a"}, True),
        ({"secrets": [{"name": "a", "data_src": "/srv/a"}, {"name": "b", "data_src": "$HOME/b"}]}, True),
    ],
)
def test_a_path_is_not_taken_for_one_of_the_control_node(args: dict[str, t.Any], by_module: bool) -> None:
    action = Action(said("{}"), args=args)
    found = run(action, "_secret.deploy.SECRET_VERB")
    assert ("module" in found) is by_module
    assert bool(action.commands) is not by_module


def test_lists_of_paths_are_paths() -> None:
    service = {"name": "web", "image": "x", "env_files": ["/srv/a", "~/b"]}
    assert run(Action(said("{}"), args=service), "_service.deploy.VERB") == {"module": True}
    assert "module" not in run(
        Action(said("{}"), args={**service, "env_files": ["/srv/a"]}), "_service.deploy.VERB"
    )


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ({"name": "web", "image": "tiny"}, []),
        ({"name": "web", "force_update": "no"}, []),
        ({"name": "web", "force_update": True}, ["force_update"]),
        ({"services": [{"name": "web"}, {"name": "db", "force_update": "yes"}]}, ["force_update"]),
        ({"services": ["name=web force_update=yes"]}, ["force_update"]),
        ({"services": "text"}, []),
    ],
)
def test_what_is_done_at_every_call_is_found_in_every_form(given: dict[str, t.Any], found: list[str]) -> None:
    assert HostProgram("_service.deploy.VERB", "_service.options.INTERFACE").done_anew(given) == found


class Text(str):
    """A text of which Ansible remembers where it was written."""

    def __str__(self) -> str:
        return copy.copy(self)


class Texts(list[t.Any]):
    """A list of which it does so."""


class Pairs(dict[t.Any, t.Any]):
    """A dictionary of which it does so."""


def test_what_ansible_remembers_of_options_is_not_copied_with_them() -> None:
    given = Pairs({Text("name"): Texts([Text("a"), Pairs(b=Text("c")), 1, True, None])})
    plain = host_program._plain(given)
    assert plain == given
    inner = plain["name"]
    assert [type(one) for one in (plain, *plain, inner, *inner, inner[1]["b"])] == [
        dict,
        str,
        list,
        str,
        dict,
        int,
        bool,
        type(None),
        str,
    ]
