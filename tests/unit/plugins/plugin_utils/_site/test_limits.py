# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Bad values for every variable of the roles, made from their argument specs, and some that were met."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.flotilla.swarm.plugins.module_utils._engine.errors import Refused
from ansible_collections.flotilla.swarm.plugins.module_utils._options.option import argument_spec
from ansible_collections.flotilla.swarm.plugins.module_utils._swarm.options import SETTINGS
from ansible_collections.flotilla.swarm.plugins.plugin_utils._site.limits import limited
from ansible_collections.flotilla.swarm.plugins.plugin_utils._site.plan import build
from ansible_collections.flotilla.swarm.plugins.plugin_utils._site.variables import read_member, specs
from ansible_collections.flotilla.swarm.tests.unit.support.bad_values import Bad, bad_values
from ansible_collections.flotilla.swarm.tests.unit.support.sites import fresh

Raw = dict[str, t.Any]


def tried(bad: Bad) -> str | None:
    """The sentence that refuses a value, by the variables or by the plan; ``None`` where it is taken."""
    try:
        found = read_member("m1", bad.given)
        members = fresh()
        for member in members:
            member.variables, member.labels, member.declared = found.variables, found.labels, found.declared
        build(members, False)
    except Refused as refused:
        return str(refused)
    return None


def check(bad: Bad, name: str) -> None:
    """A value that cannot be is refused with its variable, in one sentence."""
    sentence = tried(bad)
    assert sentence or not bad.must_fail, bad
    if sentence:
        assert len(sentence) < 1000 and sentence.isprintable(), bad
        assert name in sentence or not bad.must_fail, (bad, sentence)


def test_a_bad_value_is_refused_with_its_variable_before_a_host_is_touched(
    record_property: t.Callable[[str, object], None],
) -> None:
    all_bad = list(bad_values(limited(specs())))
    for bad in all_bad:
        # Empty is a choice there: the availability stays as it is.
        if (bad.option, bad.kind) != ("swarm_quorum_availability", "empty"):
            check(bad, bad.option)
    record_property("inputs", len(all_bad))
    assert len(all_bad) > 300


def test_a_bad_setting_is_refused_with_its_name_before_a_host_is_touched(
    record_property: t.Callable[[str, object], None],
) -> None:
    all_bad = list(bad_values(argument_spec(SETTINGS)))
    for bad in all_bad:
        check(bad._replace(given={"swarm_quorum_settings": bad.given}), bad.option)
    record_property("inputs", len(all_bad))
    assert len(all_bad) > 90


def test_a_login_in_the_address_of_a_repository_is_refused_without_it() -> None:
    with pytest.raises(Refused) as refused:
        read_member("m1", {"swarm_engine_repository_url": "https://us:canary3f9a@mirror.example/docker"})
    assert "swarm_engine_repository_url: a login stands in the address" in str(refused.value)
    assert "canary3f9a" not in str(refused.value)


@pytest.mark.parametrize(
    ("variables", "words"),
    [
        ({"swarm_quorum_listen_port": 0}, "swarm_quorum_listen_port: 0 is not from 1 to 65535"),
        ({"swarm_quorum_data_path_port": 80}, "swarm_quorum_data_path_port: 80 is not from 1024 to 49151"),
        ({"swarm_quorum_subnet_size": -3}, "swarm_quorum_subnet_size: -3 is not a prefix length"),
        ({"swarm_quorum_address_pools": ["10.0.0.0"]}, "entry 1: 10.0.0.0 has no prefix length, such as /16"),
        ({"swarm_quorum_address_pools": ["127.0.0.0/8"]}, "entry 1: 127.0.0.0/8 is no network for hosts"),
        (
            {"swarm_quorum_address_pools": ["10.20.0.0/28"]},
            "swarm_quorum_address_pools 10.20.0.0/28 is smaller than one subnet of swarm_quorum_subnet_size 24",
        ),
        (
            {"swarm_quorum_address_pools": ["10.20.0.0/16", "10.20.3.0/24"]},
            "swarm_quorum_address_pools: 10.20.0.0/16 and 10.20.3.0/24 overlap",
        ),
        ({"swarm_quorum_address": "10.0.0"}, "swarm_quorum_address: '10.0.0' is neither an IP address nor"),
        ({"swarm_quorum_address": "0.0.0.0"}, "swarm_quorum_address: '0.0.0.0' is no address of one host"),
        (
            {"swarm_quorum_data_path_address": "224.0.0.1"},
            "swarm_quorum_data_path_address: '224.0.0.1' is no address of one host: it is a multicast address",
        ),
        (
            {"swarm_firewall_extra_members": ["fd00::9", "fe80::1"]},
            "swarm_firewall_extra_members: entry 2: 'fe80::1' cannot be another host's address: it is a link-local",
        ),
        ({"swarm_quorum_wait_timeout": -1}, "swarm_quorum_wait_timeout: -1 is not from 0"),
        ({"swarm_firewall_extra_members": [""]}, "swarm_firewall_extra_members: entry 1: '' is not an IPv4"),
        (
            {"swarm_firewall_extra_members": ["10.0.0.9", "127.0.0.1"]},
            "swarm_firewall_extra_members: entry 2: '127.0.0.1' cannot be another host's address",
        ),
        (
            {"swarm_labels_node": {"disk": "a\0b"}},
            "swarm_labels_node: entry 'disk' holds the control character",
        ),
    ],
)
def test_what_a_host_would_refuse_half_way_is_refused_first(variables: Raw, words: str) -> None:
    """A host would refuse it once its Engine is installed and its firewall is open, or once it has joined."""
    with pytest.raises(Refused) as refused:
        read_member("m1", variables)
    assert str(refused.value).startswith("m1: swarm_")
    assert words in str(refused.value)
