# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import shlex

import pytest
from ansible_collections.flotilla.swarm.plugins.plugin_utils._compose import service_keys
from ansible_collections.flotilla.swarm.tests.unit.support.compose import refusal, service, stack
from hypothesis import given
from hypothesis import strategies as st

SERVICE = "services: {web: {image: x, env_file: %s, environment: {OWN: 1}}}"


@pytest.mark.parametrize(
    "text",
    ["environment: {A: 1, B: 1.10, C: true, D: x, E: ''}", "environment: [A=1, B=1.1, C=true, D=x, E=]"],
)
def test_both_forms_and_what_becomes_of_numbers(text: str) -> None:
    assert service(text)["env"] == {"A": "1", "B": "1.1", "C": "true", "D": "x", "E": ""}


@pytest.mark.parametrize("text", ["environment: {A: null, B: null}", "environment: [A, B]"])
def test_a_variable_without_a_value_takes_the_given_one(text: str) -> None:
    found = stack(f"services: {{web: {{image: x, {text}}}}}", variables={"A": 7})
    assert found.services[0]["env"] == {"A": "7", "B": None}
    [warning] = found.warnings
    assert "has no value for B, and variables has none either, so the service does not get B" in warning


def test_files_come_first_later_files_win_and_what_is_written_wins() -> None:
    files = {
        "web.yml": "services: {web: {image: x, env_file: [a.env, deep/b.env], environment: {C: own}}}",
        "a.env": "A=a\nB='a'\nC=a\n",
        "deep/b.env": 'B="b ${V}"\nONLY\n',
    }
    found = stack(files, "web.yml", variables={"V": "given", "ONLY": "taken"})
    assert found.services[0]["env"] == {"A": "a", "B": "b given", "C": "own", "ONLY": "taken"}


def test_a_variable_without_any_value_is_not_that_of_the_file_either() -> None:
    files = {
        "web.yml": "services: {web: {image: x, env_file: a.env, environment: [A]}}",
        "a.env": "A=file\nB=file\nC",
    }
    assert stack(files, "web.yml").services[0]["env"] == {"A": None, "B": "file"}


@pytest.mark.parametrize(
    ("text", "added", "dropped"),
    [
        ("cap_add: [NET_RAW, CHOWN], cap_drop: [cap_chown, KILL]", ["NET_RAW", "CHOWN"], ["KILL"]),
        ("cap_add: [CHOWN], cap_drop: [CHOWN]", ["CHOWN"], []),
        ("cap_add: [KILL, all], cap_drop: [ALL, CHOWN]", ["ALL"], []),
        ("cap_add: [KILL], cap_drop: [CHOWN, ALL]", ["KILL"], ["ALL"]),
    ],
)
def test_a_capability_is_added_rather_than_dropped_and_all_is_all(
    text: str, added: list[str], dropped: list[str]
) -> None:
    [found] = stack(f"services: {{web: {{image: x, {text}}}}}").services
    assert (found["cap_add"], found["cap_drop"]) == (added, dropped)


def test_a_file_that_need_not_be_there_and_one_that_is_raw() -> None:
    files = {
        "web.yml": SERVICE % "[{path: none.env, required: false}, {path: raw.env, format: raw}]",
        "raw.env": "A='a' # b\n",
    }
    assert stack(files).services[0]["env"] == {"A": "'a' # b", "OWN": "1"}


def test_a_file_that_is_missing_or_wrong() -> None:
    files = {"conf/web.yml": SERVICE % "none.env"}
    assert refusal(files) == (
        "conf/web.yml: services.web.env_file[0]: conf/none.env could not be read: there is no such file."
    )
    files = {"web.yml": SERVICE % "a.env", "a.env": "A=1\n???"}
    assert refusal(files) == "a.env line 2 is not like NAME=value."


def test_a_value_never_reaches_an_error() -> None:
    told = refusal("services: {web: {image: x, environment: {PASSWORD: [geheim]}}}")
    assert told == "web.yml: services.web.environment.PASSWORD is a list, not a text."
    told = refusal("services: {web: {image: x, environment: {PASSWORD: 'geheim$'}}}")
    assert told.startswith("web.yml: services.web.environment.PASSWORD has a $ that begins no variable")
    assert "geheim" not in told


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("serve --a='b c' \"d e\"f g''", ["serve", "--a=b c", "d ef", "g"]),
        # Python's shlex would keep these backslashes.
        (r'sh -c "awk \'{print \$1}\' a\.b \"q\" \\"', ["sh", "-c", "awk '{print $1}' a.b \"q\" \\"]),
        (r"a\ b '\n' \#", ["a b", r"\n", "#"]),
        ("a # the rest # of it\n--b c#d '#e' #", ["a", "--b", "c#d", "#e"]),
        ("'' \"\"", ["", ""]),
        (" \t\r\n", []),
        ("a \\\n  b", ["a", "\n", "b"]),
    ],
)
def test_a_command_is_split_as_docker_stack_deploy_does_it(text: str, words: list[str]) -> None:
    """Else the tasks of a stack that is taken over would be replaced, and run another command."""
    assert service_keys.split(text) == words


@pytest.mark.parametrize(
    ("text", "problem"), [("a 'b", "no closing quotation"), ("a\\", "no escaped character")]
)
def test_a_command_that_cannot_be_split(text: str, problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        service_keys.split(text)


@given(st.lists(st.text(alphabet="ab '\"\\\\#$\\t", max_size=5), max_size=4))
def test_quoted_words_are_split_into_themselves(words: list[str]) -> None:
    assert service_keys.split(" ".join(map(shlex.quote, words))) == words
