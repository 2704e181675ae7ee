# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.flotilla.swarm.plugins.module_utils._engine.errors import Refused
from ansible_collections.flotilla.swarm.plugins.module_utils._options.one_or_many import (
    OneOrMany,
    check_case,
    check_once,
)

ONE: dict[str, t.Any] = {
    "image": {"type": "str"},
    "state": {"type": "str", "default": "present"},
    "data": {"type": "str", "no_log": True},
}
MODULE = OneOrMany(ONE, "services", naming={"aliases": ["service"]})


def test_the_module_takes_the_options_of_one_and_a_list_of_them() -> None:
    arguments = MODULE.arguments
    assert {"name", "image", "state", "data", "services"} == set(arguments)
    inner = arguments["services"]["options"]
    assert inner["name"] == {"type": "str", "aliases": ["service"], "required": True}
    assert {name: inner[name] for name in ONE} == ONE
    assert arguments["services"]["no_log"] is False
    assert MODULE.rules == {"mutually_exclusive": [("name", "services")]}


def test_what_is_declared_is_a_list_either_way() -> None:
    one = {"name": "web", "image": "x", "state": "present", "data": None, "services": None}
    assert MODULE.declared(one) == [one]
    many = {"name": None, "image": None, "state": "present", "data": None, "services": [{"name": "a"}]}
    assert MODULE.declared(many) == [{"name": "a"}]


def test_one_or_a_list_is_required() -> None:
    with pytest.raises(Refused) as refused:
        MODULE.declared({"name": None, "image": "x", "state": "present", "data": None, "services": None})
    assert str(refused.value) == "name is missing: set name or services. Nothing was sent."


@pytest.mark.parametrize(("option", "value"), [("image", "x"), ("state", "absent"), ("data", "x")])
def test_no_option_of_one_stands_beside_the_list(option: str, value: str) -> None:
    given = {"name": None, "image": None, "state": "present", "data": None, "services": [], option: value}
    with pytest.raises(Refused) as refused:
        MODULE.declared(given)
    assert str(refused.value) == (
        f"{option} cannot be combined with services; set it in each entry. Nothing was sent."
    )


def test_everything_is_declared_once() -> None:
    check_once(["a", "b"], "service")
    with pytest.raises(Refused) as refused:
        check_once(["a", "b", "a"], "service")
    assert str(refused.value) == "a is declared 2 times; declare every service once. Nothing was sent."


@pytest.mark.parametrize("name", ["A", "aB"])
def test_a_name_that_differs_from_another_in_case_only_is_refused(name: str) -> None:
    with pytest.raises(Refused) as error:
        check_case(["new", name], ["a", "Ab"], "service")
    other = {"A": "a", "aB": "Ab"}[name]
    assert str(error.value) == (
        f"{name} cannot be created: the swarm has the service {other}, and to it names that differ only in case are the same. "
        f"Choose another name, or declare {other}. Nothing was sent."
    )


def test_other_names_and_the_same_name_are_no_clash() -> None:
    check_case(["a", "b"], ["a", "c"], "service")
