# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import copy
import typing as t

import pytest
from ansible_collections.flotilla.swarm.plugins.module_utils._options.arguments import (
    depends_on_host,
    for_ansible,
    hidden_texts,
    hide_arguments,
    hides_anything,
    secret_texts,
    without_paths,
)
from ansible_collections.flotilla.swarm.plugins.module_utils._options.driver_options import hide_options
from ansible_collections.flotilla.swarm.plugins.module_utils._options.hidden import (
    HIDDEN,
    hide_changes,
    hide_spec,
    hide_texts,
    hide_value,
)
from ansible_collections.flotilla.swarm.plugins.module_utils._options.option import (
    TEXT,
    Option,
    ValueType,
    argument_spec,
)
from hypothesis import given
from hypothesis import strategies as st

CANARY = "canary-7c1e"
DICT = ValueType({"type": "dict"}, parts=dict)
TABLE = (
    Option("visible", ("Visible",), TEXT, ""),
    Option("secret", ("Deep", "Secret"), TEXT, "", hidden=True),
    Option("group.pairs", ("Pairs",), DICT, {}, hidden=True),
)
values = st.recursive(
    st.just(CANARY), lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner)
)


@given(values)
def test_no_value_of_any_form_is_seen(value: t.Any) -> None:
    assert CANARY not in str(hide_value(value))


def test_keys_and_what_is_not_set_stay_visible() -> None:
    assert hide_value({"a": "x", "b": None, "c": "", "d": ["x", "y"]}) == {
        "a": HIDDEN,
        "b": None,
        "c": "",
        "d": [HIDDEN, HIDDEN],
    }


@given(values, values)
def test_changes_of_hidden_options_show_no_value(before: t.Any, after: t.Any) -> None:
    shown = hide_changes(
        TABLE, {"secret": (before, after), "group.pairs.a": (before, after), "group.pairs": (None, after)}
    )
    assert CANARY not in str(shown)
    assert shown.keys() == {"secret", "group.pairs.a", "group.pairs"}


def test_that_a_hidden_value_changed_is_seen_and_other_options_are_shown() -> None:
    changes = {
        "secret": ("one", "two"),
        "group.pairs.a": (None, "x"),
        "group.pairs.b": ("x", None),
        "visible": ("a", "b"),
        "secretly": ("a", "b"),
    }
    assert hide_changes(TABLE, changes) == {
        "secret": (HIDDEN, f"{HIDDEN}, changed"),
        "group.pairs.a": (None, HIDDEN),
        "group.pairs.b": (HIDDEN, None),
        "visible": ("a", "b"),
        "secretly": ("a", "b"),
    }


def test_a_spec_is_shown_without_hidden_values_and_is_not_changed() -> None:
    spec = {"Visible": "a", "Deep": {"Secret": CANARY, "Other": 1}, "Pairs": {"k": CANARY}}
    before = copy.deepcopy(spec)
    assert hide_spec(TABLE, spec) == {
        "Visible": "a",
        "Deep": {"Secret": HIDDEN, "Other": 1},
        "Pairs": {"k": HIDDEN},
    }
    assert spec == before
    assert hide_spec(TABLE, {"Visible": "a"}) == {"Visible": "a"}, "nothing is added"


ARGUMENTS = {
    **argument_spec(TABLE),
    "password": {"type": "str", "no_log": True},
    "many": {
        "type": "list",
        "elements": "dict",
        "options": {**argument_spec(TABLE), "key": {"type": "str", "no_log": True}},
    },
    "path": {"type": "path"},
}
GIVEN = {
    "visible": "a",
    "secret": CANARY,
    "group": {"pairs": {"k": CANARY}},
    "password": CANARY,
    "many": [
        {"visible": "b", "secret": CANARY, "group": {"pairs": {"k": CANARY}}, "key": CANARY},
        "no dictionary",
    ],
}


def test_arguments_are_repeated_without_what_may_be_secret_at_any_depth() -> None:
    shown = hide_arguments(ARGUMENTS, GIVEN)
    assert CANARY not in str(shown)
    assert shown["many"][0] == {
        "visible": "b",
        "secret": HIDDEN,
        "group": {"pairs": {"k": HIDDEN}},
        "key": "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER",
    }
    assert GIVEN["secret"] == CANARY, "what was given is not changed"


def test_options_between_an_action_and_its_module_are_not_repeated() -> None:
    arguments = {"_waiting": {"type": "dict"}, "name": {"type": "str"}}
    assert hide_arguments(arguments, {"_waiting": {"left": 1}, "name": "a"}) == {"name": "a"}


def test_values_that_are_asked_for_are_repeated_but_never_what_ansible_hides() -> None:
    shown = hide_arguments(ARGUMENTS, GIVEN, show_values=True)
    assert shown["secret"] == shown["group"]["pairs"]["k"] == CANARY
    assert shown["password"] == shown["many"][0]["key"] == "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER"


def test_ansible_gets_an_argument_spec_that_it_knows() -> None:
    made = for_ansible(ARGUMENTS)
    assert "hidden" not in str(made)
    assert made["secret"]["no_log"] is made["many"]["options"]["group"]["options"]["pairs"]["no_log"] is True
    assert ARGUMENTS["secret"]["hidden"], "ours is not changed"


@pytest.mark.parametrize(
    ("arguments", "hides"),
    [
        ({"a": {"type": "str"}}, False),
        ({"a": {"type": "str", "no_log": False}}, False),
        ({"a": {"type": "str", "no_log": True}}, True),
        ({"a": {"type": "dict", "options": {"b": {"type": "str", "hidden": hide_value}}}}, True),
    ],
)
def test_options_that_may_hold_a_secret_are_known(arguments: dict[str, t.Any], hides: bool) -> None:
    assert hides_anything(arguments) is hides


def test_a_secret_so_short_that_it_occurs_everywhere_is_hidden_only_where_it_was_given() -> None:
    assert secret_texts(ARGUMENTS, {"password": "abc", "many": [{"key": "abcd"}]}) == {"abcd"}
    assert (
        secret_texts(ARGUMENTS, {"visible": "what is shown", "secret": "what is hidden where it is"}) == set()
    )


@given(st.sampled_from(["secret", "password", "secrt", "group", "many", "path"]), values)
def test_a_wrong_name_or_form_shows_no_value_that_may_be_secret(name: str, value: t.Any) -> None:
    wrong = {"group": {"pair": value}, "many": [{"kee": value, "group": value}, value], "path": None}
    options = {name: wrong.get(name, value)}
    assert CANARY not in str(hide_arguments(ARGUMENTS, options))
    said = f"the value {CANARY} is wrong"
    if CANARY in str(options):
        assert CANARY not in hide_texts(said, hidden_texts(ARGUMENTS, options))


@pytest.mark.parametrize(
    ("name", "value", "shown"),
    [
        ("max-size", "10m", True),
        ("com.docker.network.driver.mtu", "1400", True),
        ("syslog-address", "udp://10.0.0.1:514", True),
        ("gelf-address", "https://user:hunter2@logs", False),
        ("max-size", {"token": "hunter2"}, False),
        ("splunk-token", "hunter2", False),
        ("o", "username=u,password=hunter2", False),
        ("whatever", "hunter2", False),
    ],
)
def test_options_of_drivers_are_shown_where_they_are_known_to_hold_no_credential(
    name: str, value: t.Any, shown: bool
) -> None:
    assert (hide_options({name: value}) == {name: value}) is shown
    assert "hunter2" not in str(hide_options({name: value}))


def test_paths_are_plain_text_for_a_program_unless_they_depend_on_the_host() -> None:
    spec = {
        "path": {"type": "path"},
        "paths": {"type": "list", "elements": "path"},
        "many": {"type": "list", "elements": "dict", "options": {"src": {"type": "path"}}},
    }
    assert "path'" not in str([inner["type"] for inner in without_paths(spec).values()])
    assert without_paths(spec)["many"]["options"]["src"]["type"] == "str"
    for options, depends in (
        ({"path": "/srv/a"}, False),
        ({"path": "~/a"}, True),
        ({"paths": ["/a", "$HOME/b"]}, True),
        ({"many": [{"src": "/a"}, {"src": "~root/b"}]}, True),
        ({"other": "~"}, False),
    ):
        assert depends_on_host(spec, options) is depends, options


def test_a_short_word_is_hidden_as_a_word_only() -> None:
    assert hide_texts("conf: port_conflicts is conf", {"conf"}) == "(hidden): port_conflicts is (hidden)"
    assert hide_texts("xhunter2-2x", {"hunter2-2"}) == "x(hidden)x"
    assert hide_texts("a=s3cretword2b", {"s3cretword2"}) == "a=(hidden)b"
