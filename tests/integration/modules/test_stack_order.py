# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Services of a stack that depend on each other, and networks of several stacks, on real Engines of 20.10 and 26.1."""

from __future__ import annotations

import json
import time
import typing as t

import pytest
from ansible_collections.flotilla.swarm.tests.integration.modules.play import Stage
from ansible_collections.flotilla.swarm.tests.integration.modules.test_stack import SECRET, Compose, Shop

# Seconds until the database is healthy: longer than the first part of a wait, whose later parts get all options again.
SLOW = 8


@pytest.fixture
def shop(cluster: Stage) -> t.Iterator[Shop]:
    """No stack yet; none afterwards."""
    found = Shop(cluster)
    yield found
    stacks = [{"name": name, "state": "absent"} for name in ("shop", "blog")]
    gone = cluster.one("m1", "swarm_stack", stacks=stacks, wait_timeout=120)
    assert not gone["failed"], gone["msg"]


def compose(shop: Shop, tag: str = "1", **db: t.Any) -> Compose:
    """A proxy that needs web, which needs a healthy database and a job that is complete; and one that needs nothing."""
    tiny = {
        "image": f"{shop.stage.lab.registry}/tiny:{tag}",
        "stop_grace_period": "1s",
        "deploy": {"update_config": {"monitor": "1s"}},
    }
    job = {"image": tiny["image"], "deploy": {"mode": "replicated-job"}}
    return {
        "services": {
            "proxy": {**tiny, "links": ["web"]},
            "web": {
                **tiny,
                "environment": {"KEY": "${KEY}"},
                "depends_on": {
                    "db": {"condition": "service_healthy"},
                    "move": {"condition": "service_completed_successfully"},
                },
            },
            "move": {**job, "command": "sleep 2", "depends_on": ["db"]},
            "db": {
                **tiny,
                "command": f"sh -c 'sleep {SLOW}; touch /tmp/ready; exec sleep 100000'",
                "healthcheck": {"test": "test -e /tmp/ready", "interval": "1s", "retries": 30},
                **db,
            },
            "cron": tiny,
        },
    }


class Seen(t.NamedTuple):
    """The newest task of a service: when it was made, and when it came to its present state."""

    made: str
    since: str
    state: str


def seen(shop: Shop, name: str) -> Seen:
    # docker service ps sorts the tasks of a job by their nodes.
    tasks = shop.sh(f"docker service ps -q --no-trunc shop_{name}").split()
    raw = max(json.loads(shop.sh(f"docker inspect {' '.join(tasks)}")), key=lambda task: task["CreatedAt"])
    return Seen(raw["CreatedAt"], raw["Status"]["Timestamp"], raw["Status"]["State"])


def check_order(shop: Shop) -> None:
    """Each was sent after what it depends on had come so far, and what depends on nothing was not held back."""
    db, move, web, proxy, cron = (seen(shop, name) for name in ("db", "move", "web", "proxy", "cron"))
    assert (db.state, move.state, web.state, proxy.state) == ("running", "complete", "running", "running")
    assert cron.made < db.since
    assert db.made < move.made < db.since, "the job needs the database's container only"
    assert max(db.since, move.since) < web.made < proxy.made


def test_each_is_sent_once_what_it_depends_on_has_come_so_far(shop: Shop) -> None:
    """K5: at first and at an update, in check mode's order; with nothing to do, nothing is waited for."""
    sent = [f"shop_{name}" for name in ("db", "cron", "move", "web", "proxy")]
    [told] = shop.run(shop.call(compose(shop), check=True))
    assert told["actions"] == ["network shop_default: created", *(f"{name}: created" for name in sent)]
    book = [{"hosts": "m1", "gather_facts": False, "tasks": [shop_task(shop, compose(shop))]}]
    done = shop.stage.play("order.yml", book, "-vvvv")
    assert done.status == 0, done.text
    assert SECRET not in done.text
    assert "shop_web: waits for shop_db, shop_move" in done.text
    check_order(shop)
    begun = time.monotonic()
    again, one = shop.run(shop.call(compose(shop)), shop.call(compose(shop, stop_grace_period="2s")))
    assert (again["failed"], again["changed"]) == (False, False), again
    assert one["actions"] == ["shop_db: updated (stop_grace_period)"]
    assert time.monotonic() - begun < 60
    [updated] = shop.run(shop.call(compose(shop, "2"), wait_timeout=120))
    assert updated["failed"] is False, updated["msg"]
    assert {action.partition(":")[0] for action in updated["actions"]} == set(sent)
    check_order(shop)


def shop_task(shop: Shop, content: Compose) -> dict[str, t.Any]:
    """The task that deploys a stack."""
    return {"flotilla.swarm.swarm_stack": shop.call(content).args}


@pytest.mark.long
def test_what_depends_on_a_failure_is_not_sent_until_it_is_healed(shop: Shop) -> None:
    """K5: the error names what was not sent; the next run goes on; ``ordered`` and ``wait`` say no."""
    bad = compose(shop, command="sh -c 'sleep 7; echo no disk; exit 3'")
    failed, healed = shop.run(shop.call(bad, wait_timeout=60), shop.call(compose(shop)))
    assert failed["failed"] is True
    assert "shop_db: slot 1 on " in failed["msg"]
    assert failed["msg"].endswith("Not sent, since they depend on what failed: shop_web, shop_proxy.")
    assert failed["not_sent"] == ["shop_web", "shop_proxy"]
    assert "shop_web: created" not in failed["actions"]
    assert not [one for one in failed["diff"] if one["after_header"] in failed["not_sent"]]
    assert healed["failed"] is False, healed["msg"]
    assert {"shop_web: created", "shop_proxy: created"} <= set(healed["actions"])
    assert seen(shop, "db").since < seen(shop, "web").made < seen(shop, "proxy").made
    shop.run(shop.call(state="absent", wait_timeout=120))
    for no in ({"ordered": False}, {"wait": False}):
        [at_once] = shop.run(shop.call(compose(shop), **no))
        assert at_once["failed"] is False, at_once["msg"]
        # Without waiting, the swarm makes the tasks after the answer.
        time.sleep(2)
        db, web = seen(shop, "db"), seen(shop, "web")
        assert web.made < db.since or db.state != "running"
        shop.run(shop.call(state="absent", wait_timeout=120))


def test_a_network_of_two_stacks_is_one(shop: Shop) -> None:
    """K5: alike, it is created once and stays as it is; different, it is refused before anything is sent."""
    tiny = {"image": f"{shop.stage.lab.registry}/tiny:1", "networks": ["all"], "stop_grace_period": "1s"}

    def both(**more: t.Any) -> list[dict[str, t.Any]]:
        networks = {"shop": {"name": "all"}, "blog": {"name": "all", **more}}
        return [
            {
                "name": name,
                "remote_src": False,
                "compose": [{"services": {"web": tiny}, "networks": {"all": network}}],
            }
            for name, network in networks.items()
        ]

    stage, writes = shop.stage, shop.stage.writes()
    refused = stage.one("m1", "swarm_stack", stacks=both(internal=True))
    assert (
        "The stacks shop and blog declare the network all with different options (internal)" in refused["msg"]
    )
    assert writes.seen() == []
    made = stage.one("m1", "swarm_stack", stacks=both())
    assert made["actions"] == ["network all: created", "shop_web: created", "blog_web: created"]
    for stacks in (both(), both()[::-1]):
        again = stage.one("m1", "swarm_stack", stacks=stacks)
        assert (again["failed"], again["changed"]) == (False, False), again
    # Declared beside the stacks too, it is the same network, and stays when they leave.
    alike, different = [{"name": "all"}], [{"name": "all", "attachable": True}]
    writes = stage.writes()
    refused = stage.one("m1", "swarm_deploy", networks=different, stacks=both())
    assert refused["msg"].startswith(
        "The list networks and the stack shop declare the network all with different options (attachable)"
    ), refused["msg"]
    same = stage.one("m1", "swarm_deploy", networks=alike, stacks=both())
    assert (same["failed"], same["actions"]) == (False, []), same
    assert writes.seen() == []
    absent = [{"name": name, "state": "absent"} for name in ("shop", "blog")]
    gone = stage.one("m1", "swarm_deploy", networks=alike, stacks=absent)
    assert sorted(gone["actions"]) == ["service blog_web: removed", "service shop_web: removed"]
    assert "all" in shop.sh("docker network ls --format '{{.Name}}'").split()
    shop.sh("docker network rm all")
