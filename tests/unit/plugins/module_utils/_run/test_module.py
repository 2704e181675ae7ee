# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
import typing as t

import pytest
from ansible.module_utils import basic
from ansible_collections.flotilla.swarm.plugins.module_utils._engine.errors import FlotillaError
from ansible_collections.flotilla.swarm.plugins.module_utils._options.hidden import hide_value
from ansible_collections.flotilla.swarm.plugins.module_utils._run import module
from ansible_collections.flotilla.swarm.plugins.module_utils._run.interface import Interface
from ansible_collections.flotilla.swarm.plugins.module_utils._run.verb import Result, Unfinished, Verb, Work

Ends = t.Callable[..., dict[str, t.Any]]
ARGUMENTS = {
    "name": {"type": "str"},
    "password": {"type": "str", "no_log": True},
    "env": {"type": "dict", "hidden": hide_value},
    "show_values": {"type": "bool", "default": False},
}


class Ended(Exception):
    """A module ended with this result."""


@pytest.fixture
def ended(monkeypatch: pytest.MonkeyPatch) -> Ends:
    """Runs a verb as a module, and returns how it ended, with the arguments that Ansible repeats."""

    journal: list[str] = []
    monkeypatch.setattr(basic.AnsibleModule, "log", lambda _self, msg, **_more: journal.append(msg))

    def end(ansible: basic.AnsibleModule, **result: t.Any) -> t.NoReturn:
        raise Ended({**result, "invocation": ansible.params, "journal": journal})

    monkeypatch.setattr(basic.AnsibleModule, "exit_json", end)
    monkeypatch.setattr(
        basic.AnsibleModule, "fail_json", lambda self, **result: end(self, failed=True, **result)
    )
    monkeypatch.setattr(basic, "_ANSIBLE_PROFILE", "legacy", raising=False)

    def run(work: Work, arguments: dict[str, t.Any] | None = None, **given: t.Any) -> dict[str, t.Any]:
        passed = {"name": "x", "docker_url": "tcp://m1:2375", **given}
        monkeypatch.setattr(basic, "_ANSIBLE_ARGS", json.dumps({"ANSIBLE_MODULE_ARGS": passed}).encode())
        verb = Verb(
            Interface(arguments or ARGUMENTS, waits=True),
            work,
            go_on=lambda _client, left, pause: {"left": left, "pause": pause},
        )
        with pytest.raises(Ended) as result:
            module.run(verb)
        return t.cast("dict[str, t.Any]", result.value.args[0])

    return run


def test_work_gets_its_options_and_its_client(ended: Ends) -> None:
    got: list[t.Any] = []

    def work(options: t.Any, check_mode: bool, client: t.Any) -> Result:
        got.extend([options["name"], options["password"], options["env"], check_mode, client.where])
        return {"changed": False, "said": f"The Engine said: {options['password']} is wrong"}

    result = ended(work, password="secret words", env={"A": "b"})
    assert got == ["x", "secret words", {"A": "b"}, False, "tcp://m1:2375"]
    assert result["said"] == "The Engine said: (hidden) is wrong"


def test_an_error_is_a_failure_with_its_facts_and_warnings(ended: Ends) -> None:
    def work(_options: t.Any, _check_mode: bool, _client: t.Any) -> t.NoReturn:
        raise FlotillaError(
            "It broke in the middle.", {"changed": True, "actions": ["half"], "warnings": ["careful"]}
        )

    found = ended(work)
    assert (found["failed"], found["msg"], found["changed"], found["actions"]) == (
        True,
        "It broke in the middle.",
        True,
        ["half"],
    )
    assert "warnings" not in found, "Ansible shows them in its own way"


def test_arguments_that_may_be_secrets_are_not_repeated(ended: Ends) -> None:
    given: dict[str, t.Any] = {"password": "abc", "env": {"A": "b"}}
    found = ended(lambda _options, _check_mode, _client: {"changed": False}, **given)
    assert found["invocation"]["env"] == {"A": "(hidden)"}
    assert found["invocation"]["password"] == "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER"
    # The second are the words of ansible-core 2.22.
    assert any(f"env={word}" in found["journal"][0] for word in ("NOT_LOGGING_PARAMETER", "$REDACTED$"))
    assert "abc" not in str(found["journal"])
    asked = ended(lambda _options, _check_mode, _client: {"changed": False}, show_values=True, **given)
    assert asked["invocation"]["env"] == {"A": "b"}
    assert asked["invocation"]["password"] == "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER"


def test_options_of_a_wrong_type_are_not_repeated_either(ended: Ends) -> None:
    found = ended(
        lambda *_all: {},
        password="hunter2",
        env={"A": "hunter3"},
        name={"not": ["a text"]},
        show_values="perhaps",
    )
    assert found["failed"]
    assert "hunter" not in str(found)


def test_the_journal_gets_no_secret_of_a_list_either(ended: Ends) -> None:
    """Ansible itself looks for the text, which is another one in Python's form of a list."""
    key = '-----BEGIN KEY-----\nit\'s "hunter2"\n'
    lines = {name: {**argument, "text": "any"} for name, argument in ARGUMENTS.items()}
    many = {"many": {"type": "list", "elements": "dict", "options": lines}, **lines}
    one = {"password": key, "env": {"A": key}, "name": "y"}
    [told] = ended(lambda *_all: {}, many, many=[one], **one)["journal"]
    assert "'name': 'y'" in told
    assert "hunter2" not in told


def test_a_misspelt_option_is_not_repeated(ended: Ends) -> None:
    found = ended(lambda *_all: {}, pasword="hunter2", envv={"A": "hunter3"})
    assert found["invocation"] | {"pasword": "(hidden)", "envv": {"A": "(hidden)"}} == found["invocation"]
    assert "hunter" not in str(found)


def test_private_options_do_not_stand_in_messages(ended: Ends) -> None:
    found = ended(lambda *_all: {}, wrong=1)
    assert "include: api_version," in found["msg"]
    assert "_waiting" not in found["msg"]


def test_a_call_that_goes_on_waiting_does_no_work(ended: Ends) -> None:
    def work(_options: t.Any, _check_mode: bool, _client: t.Any) -> t.NoReturn:
        raise AssertionError("nothing is declared again")

    found = ended(work, _waiting={"left": {"rollouts": [1]}, "pause_after": 10})
    assert (found["left"], found["pause"]) == ({"rollouts": [1]}, 10)


def test_what_has_to_be_waited_for_is_finished(ended: Ends) -> None:
    class Pending(Unfinished):
        result: Result = {"changed": True}  # noqa: RUF012

        def finish(self, client: t.Any, pause_after: float | None) -> Result:
            return {**self.result, "finished": [client.where, pause_after]}

    assert ended(lambda *_all: Pending())["finished"] == ["tcp://m1:2375", None]
    assert ended(lambda *_all: Pending(), _waiting={"pause_after": 5})["finished"] == ["tcp://m1:2375", 5]
