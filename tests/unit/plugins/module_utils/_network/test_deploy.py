# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.flotilla.swarm.plugins.module_utils._engine import errors
from ansible_collections.flotilla.swarm.plugins.module_utils._network.deploy import deploy
from ansible_collections.flotilla.swarm.tests.unit.support.engine import FakeEngine, Sequence

Raw = dict[str, t.Any]
FRONT = {"Name": "front", "Id": "idfront", "Scope": "swarm", "Driver": "overlay"}


def engine(**more: t.Any) -> FakeEngine:
    answers = {"GET /networks": [], "GET /services": [], "POST /networks/create": {"Id": "idfront"}}
    return FakeEngine({**answers, "GET /networks/idfront": FRONT, **more})


def run(client: FakeEngine, *declared: Raw, check_mode: bool = False) -> Raw:
    return deploy(client, list(declared), check_mode, seconds=5, wait=True, pause_after=None)


def test_one_network_is_told_with_what_the_engine_has() -> None:
    result = run(engine(), {"name": "front", "mtu": 1400})
    assert result == {
        "changed": True,
        "actions": ["front: created"],
        "network": FRONT,
        "warnings": [],
        "networks": [
            {"name": "front", "id": "idfront", "action": "create", "changes": ["mtu"], "services": []}
        ],
        "diff": [
            {
                "before_header": "front",
                "after_header": "front",
                "before": {"state": "absent"},
                "after": {"state": "present", "mtu": 1400},
            }
        ],
    }


def test_ipv6_is_warned_of_once() -> None:
    both = {
        "name": "front",
        "enable_ipv6": True,
        "ipam_config": [{"subnet": "10.1.0.0/24"}, {"subnet": "fd00::/64"}],
    }
    [warning] = run(engine(), both, check_mode=True)["warnings"]
    assert warning.startswith("front: do not rely on IPv6 in an overlay.")
    assert (
        run(engine(**{"GET /networks": [{**FRONT, "EnableIPv6": True}]}), {"name": "front"})["warnings"] == []
    )


def test_check_mode_says_the_same_and_sends_nothing() -> None:
    client = engine()
    result = run(client, {"name": "front"}, {"name": "back"}, check_mode=True)
    assert result["actions"] == ["front: created", "back: created"]
    assert "network" not in result
    assert client.writes == []


def test_what_was_done_before_an_error_is_told() -> None:
    client = engine(
        **{
            "POST /networks/create": Sequence(
                {"Id": "idfront"}, errors.EngineError("The Engine said: no", 500)
            )
        }
    )
    with pytest.raises(errors.FlotillaError, match=r"^back: The Engine said: no$") as error:
        run(client, {"name": "front"}, {"name": "back"})
    assert error.value.facts["changed"] is True
    assert error.value.facts["actions"] == ["front: created"]
    with pytest.raises(errors.FlotillaError) as error:
        run(client, {"name": "back"})
    assert error.value.facts["changed"] is False


def test_one_that_was_to_be_made_anew_may_be_half_way() -> None:
    live = {**FRONT, "Internal": False}
    client = engine(
        **{
            "GET /networks": [live],
            "GET /services": [],
            "GET /tasks": [],
            "DELETE /networks/idfront": errors.EngineError("no", 500),
        }
    )
    with pytest.raises(errors.FlotillaError, match=r"^front: no$") as error:
        run(client, {"name": "front", "internal": True, "recreate": True})
    assert error.value.facts["changed"] is True
    assert error.value.facts["actions"] == []
