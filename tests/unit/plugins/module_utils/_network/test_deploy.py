# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.flotilla.swarm.plugins.module_utils._engine import errors
from ansible_collections.flotilla.swarm.plugins.module_utils._network import apply as network_apply
from ansible_collections.flotilla.swarm.plugins.module_utils._network.attachments import detached
from ansible_collections.flotilla.swarm.plugins.module_utils._network.deploy import VERB, work
from ansible_collections.flotilla.swarm.plugins.module_utils._rollout.waiting import Waiting
from ansible_collections.flotilla.swarm.tests.unit.support.engine import FakeEngine, Sequence
from ansible_collections.flotilla.swarm.tests.unit.support.rows import defaults

Raw = dict[str, t.Any]
FRONT: Raw = {"Name": "front", "Id": "idfront", "Scope": "swarm", "Driver": "overlay"}


def engine(**more: t.Any) -> FakeEngine:
    answers = {"GET /networks": [], "GET /services": [], "POST /networks/create": {"Id": "idfront"}}
    return FakeEngine({**answers, "GET /networks/idfront": FRONT, **more})


def run(client: FakeEngine, *declared: Raw, check_mode: bool = False) -> Raw:
    one, many = ({}, list(declared)) if len(declared) > 1 else (declared[0], None)
    options = {**defaults(VERB.interface.arguments), **one, "networks": many, "wait_timeout": 5}
    done = work(options, check_mode, client)
    assert isinstance(done, dict)
    return done


def test_of_one_network_the_result_has_what_the_engine_has() -> None:
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


def test_an_error_says_what_was_done_before() -> None:
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
    assert error.value.facts["actions"] == []


def recreated(**more: t.Any) -> errors.FlotillaError:
    """The error of a network that cannot be recreated."""
    client = engine(
        **{"GET /networks": [{**FRONT, "Internal": False}], "GET /services": [], "GET /tasks": [], **more}
    )
    with pytest.raises(errors.FlotillaError) as error:
        run(client, {"name": "front", "internal": True, "recreate": True})
    return error.value


def test_a_recreation_that_failed_says_how_far_it_got() -> None:
    error = recreated(**{"DELETE /networks/idfront": errors.EngineError("no", 500)})
    assert (str(error), error.facts["changed"], error.facts["actions"]) == ("front: no", False, [])
    error = recreated(
        **{
            "GET /networks": Sequence([{**FRONT, "Internal": False}], []),
            "DELETE /networks/idfront": None,
            "GET /networks/idfront": errors.NotFound("gone", 404),
            "POST /networks/create": errors.EngineError("no", 500),
        }
    )
    assert str(error) == "front: no; the network could not be brought back and is gone (no)"
    assert (error.facts["changed"], error.facts["actions"]) == (True, ["front: removed"])


def test_a_network_that_got_no_addresses_was_created_and_removed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(network_apply, "ALLOCATION", 0)
    client = engine(
        **{"GET /networks/idfront": {**FRONT, "Driver": ""}, "DELETE /networks/idfront": None},
    )
    with pytest.raises(errors.FlotillaError, match=r"^front: .* so it was removed again") as error:
        run(client, {"name": "front"})
    assert error.value.facts["actions"] == [
        "front: created",
        "front: removed again, since it got no addresses",
    ]
    assert error.value.facts["changed"] is True


def service(name: str, *networks: Raw) -> Raw:
    """A service that an earlier run detached from networks."""
    spec: Raw = {"Name": name, "TaskTemplate": {"Networks": [{"Target": one["Id"]} for one in networks]}}
    for one in networks:
        spec = detached(spec, one, one["Name"])
    return {"ID": f"id{name}", "Version": {"Index": 7}, "Spec": spec}


def test_a_service_on_two_networks_is_waited_for_once() -> None:
    back = {**FRONT, "Name": "back", "Id": "idback"}
    kept = {"web": service("web", FRONT, back), "api": service("api", FRONT)}

    def write(name: str) -> t.Callable[[Raw, Raw], None]:
        return lambda sent, _query: kept.update({name: {**kept[name], "Spec": sent}})

    client = engine(
        **{
            "GET /networks": [FRONT, back],
            "GET /networks/idback": back,
            "GET /services": lambda _body, _query: list(kept.values()),
            "POST /services/idweb/update": write("web"),
            "POST /services/idapi/update": write("api"),
        }
    )
    options = {
        **defaults(VERB.interface.arguments),
        "networks": [{"name": "front"}, {"name": "back"}],
        "wait_timeout": 5,
    }
    waiting = work(options, False, client)
    assert isinstance(waiting, Waiting)
    assert [one.name for one in waiting.rollouts] == ["web", "api"]
    assert waiting.result["actions"] == [
        "front: already recreated; api, web reattached",
        "back: already recreated; web reattached",
    ]
    assert not any("flotilla.moving" in one["Spec"]["Labels"] for one in kept.values())
    assert [len(one["Spec"]["TaskTemplate"]["Networks"]) for one in kept.values()] == [2, 1]


def test_without_waiting_the_result_is_there_at_once() -> None:
    client = engine(
        **{
            "GET /networks": [FRONT],
            "GET /services": [service("web", FRONT)],
            "POST /services/idweb/update": None,
        }
    )
    done = work({**defaults(VERB.interface.arguments), "name": "front", "wait": False}, False, client)
    assert isinstance(done, dict)
    assert (done["changed"], done["network"]) == (True, FRONT)


def test_the_result_hides_what_may_be_a_secret() -> None:
    live = {**FRONT, "IPAM": {"Driver": "theirs", "Options": {"token": "canary"}}}
    for check_mode in (False, True):
        result = run(engine(**{"GET /networks": [live]}), {"name": "front"}, check_mode=check_mode)
        assert result["network"]["IPAM"]["Options"] == {"token": "(hidden)"}
    given = {"name": "front", "ipam_driver": "theirs", "ipam_driver_options": {"token": "canary"}}
    result = run(engine(**{"GET /networks/idfront": live}), given)
    assert result["changed"] is True
    assert "canary" not in str(result)
