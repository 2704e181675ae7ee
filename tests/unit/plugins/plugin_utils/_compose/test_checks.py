# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.flotilla.swarm.plugins.module_utils._engine.errors import Refused
from ansible_collections.flotilla.swarm.plugins.module_utils._network.declared import declared_network
from ansible_collections.flotilla.swarm.plugins.module_utils._secret.declared import declared_secret
from ansible_collections.flotilla.swarm.plugins.module_utils._secret.options import CONFIG, SECRET
from ansible_collections.flotilla.swarm.plugins.plugin_utils._compose import checks
from ansible_collections.flotilla.swarm.plugins.plugin_utils._compose.unsupported import Notices
from ansible_collections.flotilla.swarm.plugins.plugin_utils._compose.value import Origins, Value
from ansible_collections.flotilla.swarm.tests.unit.support.compose import refusal, stack
from hypothesis import given
from hypothesis import strategies as st

NAMES = st.text(st.sampled_from("ab1-_. é"), max_size=66)


def value(content: t.Any) -> Value:
    return Value(content, ("services", "web", "key"), Origins("web.yml"), Notices())


def is_refused(call: t.Callable[..., t.Any], *args: t.Any) -> bool:
    try:
        call(*args)
    except Refused:
        return True
    return False


@given(NAMES)
def test_the_rules_for_names_are_those_of_the_resources(name: str) -> None:
    network = is_refused(declared_network, {"name": name})
    assert [bool(checks.name_problem(name, word)) for word in ("network", "service", "stack")] == [
        network
    ] * 3
    for family in (SECRET, CONFIG):
        options = {"name": name, "data": "x"}
        refused = is_refused(declared_secret, family, options, lambda path: b"")
        assert bool(checks.name_problem(name, family.word)) == refused


def test_names_that_the_engine_would_refuse() -> None:
    assert refusal(f"services: {{{59 * 'a'}: {{image: x}}}}") == (
        f"web.yml: services.{59 * 'a'} has the name 'shop_{59 * 'a'}' on the swarm, which has 64 characters, and the name "
        "of a service has at most 63; shorten it."
    )
    assert stack(f"services: {{{58 * 'a'}: {{image: x}}}}").services
    assert refusal("services: {a.b: {image: x}}") == (
        "web.yml: services.a.b has the name 'shop_a.b' on the swarm, which cannot be the name of a service; use letters and "
        "digits, with - and _ between them."
    )


def test_words_are_those_of_the_options() -> None:
    assert checks.choices("update_config.failure_action") == ["continue", "pause", "rollback"]
    assert checks.choices("rollback_config.failure_action") == ["continue", "pause"]
    assert "global-job" in checks.choices("mode")
    assert "rslave" in checks.choices("mounts.propagation")
    assert set(checks.suboptions("restart_config")) == {"condition", "delay", "max_attempts", "window"}
    assert [checks.is_newer(name) for name in ("oom_score_adj", "hostname")] == [True, False]


@pytest.mark.parametrize(
    ("name", "content", "declared", "converted"),
    [
        ("hostname", 7, "7", "7"),
        ("tty", "yes", True, True),
        ("replicas", "3", 3, 3),
        ("limits.cpus", "0.5", 0.5, 500000000),
        ("limits.memory", "8M", "8M", 8388608),
        ("stop_grace_period", "2s", "2s", 2000000000),
        ("cap_add", ["net_admin"], ["net_admin"], ["CAP_NET_ADMIN"]),
        ("sysctls", {"a": 1}, {"a": "1"}, {"a": "1"}),
        ("endpoint_mode", "vip", "vip", "vip"),
    ],
)
def test_a_value_is_read_by_the_row_of_its_option(
    name: str, content: t.Any, declared: t.Any, converted: t.Any
) -> None:
    read = checks.read(value(content), name)
    assert (read, type(read)) == (declared, type(declared))
    assert checks.check(value(content), name, read) == converted


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("endpoint_mode", "vap", " is 'vap', none of vip, dnsrr."),
        ("stop_grace_period", 5, " is 5, a duration without a unit; write 5s for seconds."),
        ("oom_score_adj", 1001, ": 1001 is not from -1000 to 1000."),
        (
            "labels",
            {"flotilla.name": "x"},
            ": label 'flotilla.name' is reserved for the collection itself: leave it out.",
        ),
    ],
)
def test_a_wrong_value_is_one_sentence_with_file_and_path(name: str, content: t.Any, sentence: str) -> None:
    with pytest.raises(Refused) as caught:
        checks.read(value(content), name)
    assert str(caught.value) == f"web.yml: services.web.key{sentence}"


@pytest.mark.parametrize(
    ("definition", "named"),
    [
        ({}, ("shop_key", False)),
        ({"name": "own"}, ("own", False)),
        ({"external": True}, ("key", True)),
        ({"external": "yes", "name": "own"}, ("own", True)),
        ({"external": False, "name": "own"}, ("own", False)),
    ],
)
def test_the_name_of_a_definition(definition: dict[str, t.Any], named: tuple[str, bool]) -> None:
    assert checks.name_of(value(definition), "key", "shop", definition) == named


def test_what_stands_beside_external_has_no_effect() -> None:
    definition = value({"external": True, "labels": {}, "driver": "x"})
    assert checks.name_of(definition, "key", "shop", ("driver", "external", "labels")) == ("key", True)
    definition.notices.finish()
    assert definition.notices.warnings == [
        "web.yml: services.web.key.driver and services.web.key.labels have no effect, as with docker stack deploy."
    ]
