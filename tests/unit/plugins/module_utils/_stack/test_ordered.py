# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Services of a stack that are sent after others, in one call and in several."""

from __future__ import annotations

import copy
import json
import typing as t

import pytest
from ansible_collections.flotilla.swarm.plugins.module_utils._deploy.deploy import VERB as WHOLE
from ansible_collections.flotilla.swarm.plugins.module_utils._rollout import waiting
from ansible_collections.flotilla.swarm.plugins.module_utils._run.interface import WAITING
from ansible_collections.flotilla.swarm.plugins.module_utils._run.verb import perform
from ansible_collections.flotilla.swarm.plugins.module_utils._stack import ordered
from ansible_collections.flotilla.swarm.plugins.module_utils._stack.deploy import VERB
from ansible_collections.flotilla.swarm.plugins.module_utils._stack.order import HEALTHY, STARTED
from ansible_collections.flotilla.swarm.tests.unit.support.clock import FakeTime
from ansible_collections.flotilla.swarm.tests.unit.support.lossy import REFUSED, Manager
from ansible_collections.flotilla.swarm.tests.unit.support.nodes import raw_node
from ansible_collections.flotilla.swarm.tests.unit.support.secrets import checked

Raw = dict[str, t.Any]
SECRET = "a-value-nobody-may-see"


class Swarm(Manager):
    """A manager whose services have one task each, which goes from state to state as time goes on.

    Attributes:
        path: seconds after a service was written, and the state of its task then, by the name of the service.
    """

    def __init__(self, clock: FakeTime) -> None:
        super().__init__()
        self.clock = clock
        self.answers["GET /nodes"] = [raw_node("n1")]
        self.path: dict[str, list[tuple[float, str]]] = {}
        self.written: dict[str, float] = {}

    def behave(self, request: str, body: t.Any, query: Raw) -> t.Any:
        """As a manager does, with tasks."""
        if request == "GET /tasks":
            return [self._task(raw) for raw in self.services.values()]
        if body and "TaskTemplate" in body:
            self.written[body["Name"]] = self.clock.now
        return super().behave(request, body, query)

    def sent(self) -> list[tuple[str, float]]:
        """The services in the order in which they were written, with the seconds."""
        return [(name, at - 1000) for name, at in sorted(self.written.items(), key=lambda one: one[1])]

    def _task(self, raw: Raw) -> Raw:
        name = raw["Spec"]["Name"]
        past = self.clock.now - self.written[name]
        state = [state for at, state in self.path.get(name, [(0, "running")]) if at <= past][-1]
        return {
            "ID": f"task-{name}",
            "ServiceID": raw["ID"],
            "NodeID": "n1",
            "Slot": 1,
            "Spec": raw["Spec"]["TaskTemplate"],
            "DesiredState": "shutdown" if state == "failed" else "running",
            "CreatedAt": "2026-11-20T00:00:00.5Z",
            "UpdatedAt": "2026-11-20T00:00:00.5Z",
            "Status": {
                "State": state,
                "ContainerStatus": {"ExitCode": 1},
                "Err": "" if state != "failed" else "x",
            },
        }


def service(name: str, **more: t.Any) -> Raw:
    labels = {"com.docker.stack.namespace": "shop"}
    return {
        "name": f"shop_{name}",
        "image": "tiny:1",
        "labels": labels,
        "update_config": {"monitor": "1s"},
        "restart_config": {"condition": "none"},
        "env": {"KEY": SECRET},
        **more,
    }


def need(condition: str, required: bool = True) -> Raw:
    return {"condition": condition, "required": required}


def declared(condition: str = HEALTHY, required: bool = True, **more: t.Any) -> Raw:
    """A proxy that needs web, which needs db; and one that needs nothing."""
    return {
        "services": [service("db", **more), service("cron"), service("web"), service("proxy")],
        "needs": {
            "shop_web": {"shop_db": need(condition, required)},
            "shop_proxy": {"shop_web": need(STARTED)},
        },
    }


def play(engine: Swarm, parts: Raw, again: Raw | None = None, check: bool = False, **options: t.Any) -> Raw:
    given = {"name": "shop", "compose": [], "_declared": parts, "resolve_image": "never", **options}
    if again is not None:
        given[WAITING] = again
    return perform(VERB, checked(VERB, given), check, lambda _options: engine)


@pytest.fixture
def swarm(fake_time: FakeTime, monkeypatch: pytest.MonkeyPatch) -> Swarm:
    for module in (ordered, waiting):
        monkeypatch.setattr(module, "time", fake_time)
    return Swarm(fake_time)


SLOW = [(0.0, "preparing"), (3.0, "starting"), (6.0, "running")]


@pytest.mark.parametrize(("condition", "earliest"), [(STARTED, 3), (HEALTHY, 6)])
def test_a_service_is_sent_once_what_it_needs_has_come_so_far(
    swarm: Swarm, condition: str, earliest: float
) -> None:
    swarm.path["shop_db"] = SLOW
    done = play(swarm, declared(condition))
    assert not done.get("failed"), done
    sent = dict(swarm.sent())
    assert list(sent) == ["shop_db", "shop_cron", "shop_web", "shop_proxy"]
    assert sent["shop_cron"] < 1
    assert earliest <= sent["shop_web"] < earliest + 1.2
    assert done["actions"] == [f"{name}: created" for name in sent]
    assert {one["name"] for one in done["rollouts"]} == set(sent)
    assert all(one["id"] for one in done["services"])
    assert play(Swarm(swarm.clock), declared(condition), check=True)["actions"] == done["actions"]


def test_a_run_that_changes_nothing_waits_for_nothing(swarm: Swarm, fake_time: FakeTime) -> None:
    play(swarm, declared())
    for raw in swarm.services.values():
        raw["ServiceStatus"] = {"RunningTasks": 1, "DesiredTasks": 1}
    begun, swarm.requests = fake_time.now, []
    done = play(swarm, declared())
    assert (done["changed"], fake_time.now, swarm.writes) == (False, begun, [])
    parts = declared()
    parts["services"][2]["image"] = "tiny:2"
    done = play(swarm, parts)
    assert done["actions"] == ["shop_web: updated (image)"]
    assert swarm.written["shop_web"] == begun


def test_without_waiting_only_the_order_counts(swarm: Swarm) -> None:
    swarm.path["shop_db"] = SLOW
    done = play(swarm, declared(), wait=False)
    assert done["actions"] == [f"shop_{name}: created" for name in ("db", "cron", "web", "proxy")]
    assert swarm.sent()[-1][1] == 0


def test_a_failure_keeps_the_others_from_being_sent(swarm: Swarm) -> None:
    swarm.path["shop_db"] = [(0.0, "starting"), (2.0, "failed")]
    done = play(swarm, declared())
    assert done["failed"]
    assert done["msg"].endswith("Not sent, since they depend on what failed: shop_web, shop_proxy.")
    assert done["not_sent"] == ["shop_web", "shop_proxy"]
    assert [name for name, _at in swarm.sent()] == ["shop_db", "shop_cron"]
    assert done["actions"] == ["shop_db: created", "shop_cron: created"]
    assert {one["name"]: one["action"] for one in done["services"]}["shop_web"] == "none"
    assert [one["after_header"] for one in done["diff"]] == ["shop_db", "shop_cron"]


def test_what_is_not_required_may_fail(swarm: Swarm) -> None:
    swarm.path["shop_db"] = [(0.0, "starting"), (2.0, "failed")]
    done = play(swarm, declared(required=False))
    assert "1 of 4 services failed: shop_db" in done["msg"]
    assert len(swarm.sent()) == 4


def test_the_time_of_all_waiting_together_is_limited(swarm: Swarm, fake_time: FakeTime) -> None:
    for name in ("db", "web", "proxy"):
        swarm.path[f"shop_{name}"] = [(0.0, "preparing"), (8.0, "running")]
    done = play(swarm, declared(), wait_timeout=20)
    assert done["failed"]
    assert fake_time.now - 1000 < 22
    assert "shop_proxy: not converged within 20 s" in done["msg"]


def test_an_error_between_leaves_the_rest_and_says_what_was_done(swarm: Swarm) -> None:
    swarm.path["shop_db"] = SLOW
    swarm.hit(3, REFUSED, carried_out=False)
    done = play(swarm, declared())
    assert done["msg"].startswith("shop_web: ")
    assert (done["failed"], done["changed"]) == (True, True)
    assert done["actions"] == ["shop_db: created", "shop_cron: created"]
    assert [one["action"] for one in done["services"]] == ["create", "create", "none", "none"]


def parts_of(swarm: Swarm, given: Raw) -> list[Raw]:
    """The results of all calls, as an action makes them: each goes on from what the one before has left."""
    results = [play(swarm, given, {"pause_after": 2})]
    while results[-1].get("left"):
        left = json.loads(json.dumps(results[-1]["left"]))
        results.append(play(swarm, given, {"pause_after": 2, "left": left}))
    return results


def test_several_calls_come_to_the_same_and_nothing_declared_comes_back(swarm: Swarm) -> None:
    for name in ("db", "web"):
        swarm.path[f"shop_{name}"] = SLOW
    results = parts_of(swarm, declared())
    assert not any(one.get("failed") for one in results), results
    assert len(results) > 4
    assert SECRET not in json.dumps(results)
    assert results[0]["progress"][-2:] == ["shop_web: waits for shop_db", "shop_proxy: waits for shop_web"]
    assert results[0]["left"]["later"] == ["shop_web", "shop_proxy"]
    last = results[-1]
    assert last["actions"] == [f"shop_{name}: created" for name in ("db", "cron", "web", "proxy")]
    assert all(one["id"] and one["action"] == "create" for one in last["services"])
    assert 6 <= dict(swarm.sent())["shop_web"] < 8
    assert len(swarm.writes) == 4


def test_a_failure_in_a_later_call_says_the_same(swarm: Swarm) -> None:
    swarm.path["shop_db"] = [(0.0, "starting"), (5.0, "failed")]
    last = parts_of(swarm, declared())[-1]
    assert last["failed"]
    assert last["not_sent"] == ["shop_web", "shop_proxy"]
    assert last["actions"] == ["shop_db: created", "shop_cron: created"]
    assert "diff" not in last


def test_a_call_that_goes_on_does_nothing_anew(swarm: Swarm) -> None:
    swarm.path["shop_db"] = SLOW
    secret = {"name": "key", "data": "aaa", "force": True}
    given = {
        "secrets": [secret],
        "stacks": [{"name": "shop", "_declared": declared(), "resolve_image": "never"}],
    }
    results: list[Raw] = []
    while not results or results[-1].get("left"):
        again = {"pause_after": 2, **({"left": results[-1]["left"]} if results else {})}
        options = checked(WHOLE, {**copy.deepcopy(given), WAITING: again})
        results.append(perform(WHOLE, options, False, lambda _options: swarm))
    assert len(results) > 3
    assert not results[-1].get("failed"), results[-1]
    assert results[-1]["actions"][0] == "secret key: created"
    assert swarm.names() == ["key"]
