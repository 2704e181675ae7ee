# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
import typing as t

from ansible_collections.flotilla.swarm.plugins.module_utils._network.options import (
    ARGUMENTS,
    ASSIGNED,
    MTU,
    NETWORK,
    create_request,
)
from ansible_collections.flotilla.swarm.plugins.module_utils._options.arguments import hide_arguments
from ansible_collections.flotilla.swarm.tests.unit.support.rows import Code, MemoryEngine

Raw = dict[str, t.Any]
VERB, INFO = "_network.deploy.VERB", "_network.info.VERB"


def code(row: str) -> Code:
    """The collection with one row more in the table."""
    return Code([VERB, INFO], ("_network.options", "NETWORK: Table = ("), row)


def test_a_row_alone_is_sent_compared_shown_and_checked_against_the_api_version() -> None:
    row = 'Option("enable_ipv4", ("EnableIPv4",), BOOL, True, lowest_api="1.48")'
    declared = {"name": "front", "enable_ipv4": False, "wait": False}
    with code(row) as changed:
        old, engine = MemoryEngine("1.47"), MemoryEngine("1.48")
        refused = changed.perform(VERB, declared, old)
        assert refused["msg"].startswith("front: enable_ipv4 needs API 1.48, but the Engine at ")
        assert old.writes == []
        done = changed.perform(VERB, declared, engine)
        [(_method, path, body)] = engine.writes
        assert (path, body["EnableIPv4"]) == ("networks/create", False)
        assert done["diff"][0]["after"] == {"state": "present", "enable_ipv4": False}
        assert changed.perform(VERB, declared, engine)["changed"] is False
        [shown] = changed.perform(INFO, {}, engine)["networks"]
        assert shown["enable_ipv4"] is False
        differs = changed.perform(VERB, {**declared, "enable_ipv4": True}, engine)
        assert "enable_ipv4 is false on the swarm and true declared" in differs["msg"]
        assert len(engine.writes) == 1


def test_a_row_at_its_default_is_not_sent() -> None:
    row = 'Option("enable_ipv4", ("EnableIPv4",), BOOL, True, lowest_api="1.48")'
    with code(row) as changed:
        engine = MemoryEngine("1.48")
        changed.perform(VERB, {"name": "front", "enable_ipv4": True, "wait": False}, engine)
        assert "EnableIPv4" not in engine.writes[0][2]


def test_what_is_sent_for_a_name_alone() -> None:
    assert create_request({"Name": "front"}) == {
        "Name": "front",
        "CheckDuplicate": True,
        "Scope": "swarm",
        "Driver": "overlay",
        "Labels": {},
        "Options": {},
        "IPAM": {"Driver": "default", "Options": {}, "Config": []},
    }


def test_every_option_is_sent() -> None:
    wanted = {
        "Name": "front",
        "Id": "idfront",
        "Created": "2026",
        "Driver": "theirs",
        "Attachable": True,
        "Internal": True,
        "Ingress": True,
        "EnableIPv6": True,
        "Labels": {"a": "b"},
        "Options": {"encrypted": "", MTU: "1400", "x": "y", ASSIGNED: "4097"},
        "IPAM": {
            "Driver": "ours",
            "Options": {"pool": "1"},
            "Config": [{"Subnet": "10.9.0.5/24", "IPRange": "", "Gateway": "10.9.0.1"}],
        },
        "Peers": None,
    }
    assert create_request(wanted) == {
        "Name": "front",
        "CheckDuplicate": True,
        "Scope": "swarm",
        "Driver": "theirs",
        "Attachable": True,
        "Internal": True,
        "Ingress": True,
        "EnableIPv6": True,
        "Labels": {"a": "b"},
        "Options": {"encrypted": "", MTU: "1400", "x": "y", ASSIGNED: "4097"},
        "IPAM": {
            "Driver": "ours",
            "Options": {"pool": "1"},
            "Config": [{"Subnet": "10.9.0.0/24", "Gateway": "10.9.0.1"}],
        },
    }


def test_what_a_network_without_addresses_reports_is_not_sent() -> None:
    ipam = {"Driver": "", "Options": None, "Config": None}
    body = create_request({"Name": "front", "Driver": "", "Options": None, "IPAM": ipam})
    assert (body["Driver"], body["IPAM"]) == ("overlay", {"Driver": "default", "Options": {}, "Config": []})


def test_only_options_of_drivers_may_be_secrets() -> None:
    assert [option.name for option in NETWORK if option.hidden] == ["driver_options", "ipam_driver_options"]
    harmless = {"com.docker.network.bridge.name": "b"}
    one = {"ipam_driver_options": {"token": "canary"}, "driver_options": {"key": "canary", **harmless}}
    for given in (one, {"networks": [one]}):
        shown = hide_arguments(ARGUMENTS, given)
        assert "canary" not in json.dumps(shown)
        assert "(hidden)" in json.dumps(shown)
        assert json.dumps(harmless)[1:-1] in json.dumps(shown)
