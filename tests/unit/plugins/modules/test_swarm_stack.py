# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import copy
import typing as t

from ansible_collections.flotilla.swarm.plugins.plugin_utils._compose.stack import FileAccess, read_task
from ansible_collections.flotilla.swarm.tests.unit.support.module_cases import shop
from ansible_collections.flotilla.swarm.tests.unit.support.modules import Module
from ansible_collections.flotilla.swarm.tests.unit.support.rows import MemoryEngine


def test_a_stack_is_deployed_once_and_removed(module: Module) -> None:
    engine = MemoryEngine()
    deployed = module.run(engine, **shop())
    assert deployed["actions"] == [
        "network shop_front: created",
        "secret shop_key: created",
        "config shop_conf: created",
        "shop_web: created",
    ]
    updated = module.run(engine, **shop(image="nginx:2"))
    assert updated["actions"] == ["shop_web: updated (image)"]
    removed = [
        module.run(engine, name="shop", state="absent", wait=False, absent_retries=30) for _time in range(2)
    ]
    assert [one["changed"] for one in removed] == [True, False]
    assert engine.objects["services"] == []


def test_the_labels_of_a_stack_are_shown_where_a_service_of_no_stack_is_taken_over(module: Module) -> None:
    engine = MemoryEngine()
    made = module.run(engine, **shop())
    [new] = made["services"]
    assert not any("com.docker.stack" in name for name in new["changes"])
    assert "com.docker.stack" not in str(made["diff"])
    [raw] = engine.objects["services"]
    raw["Spec"]["Labels"] = {}
    raw["Spec"]["TaskTemplate"]["ContainerSpec"]["Labels"] = {}
    taken = module.run(engine, **shop())
    labels = [
        "container_labels.com.docker.stack.namespace",
        "labels.com.docker.stack.image",
        "labels.com.docker.stack.namespace",
    ]
    assert taken["actions"] == [f"shop_web: updated ({', '.join(labels)})"]
    assert taken["services"][0]["changes"] == labels


def test_a_stack_of_docker_with_words_in_vain_is_taken_over_without_new_tasks(module: Module) -> None:
    engine = MemoryEngine()
    web: dict[str, t.Any] = {"image": "nginx:1", "healthcheck": {"test": ["curl", "x"]}}
    preferences: list[dict[str, str]] = [{"spread": "node.labels.a"}, {}]
    placement = {"constraints": ["zone == a"], "preferences": preferences}
    web["deploy"] = {"placement": placement, "rollback_config": {"failure_action": "rollback"}}
    stack = entry("shop", compose=[{"services": {"web": web}}])
    module.run(engine, **stack, wait=False)
    [raw] = engine.objects["services"]
    task = raw["Spec"]["TaskTemplate"]
    assert task["Placement"]["Constraints"] == ["zone==a"]
    assert task["ContainerSpec"]["Healthcheck"]["Test"] == ["curl", "x"]
    # As docker stack deploy writes them.
    task["Placement"]["Constraints"] = ["zone == a"]
    task["Placement"]["Preferences"].append({"Spread": {"SpreadDescriptor": ""}})
    raw["Spec"]["RollbackConfig"] = {"FailureAction": "rollback", "Parallelism": 1}
    before = copy.deepcopy(task)
    taken = module.run(engine, **stack, wait=False)
    assert taken["actions"] == ["shop_web: updated (rollback_config.failure_action)"]
    assert engine.objects["services"][0]["Spec"]["TaskTemplate"] == before
    assert not module.run(engine, **stack, wait=False)["changed"]


def test_options_that_cannot_work_are_refused(module: Module) -> None:
    assert "compose is missing" in module.refuses(MemoryEngine(), name="shop")
    assert "prune" in module.refuses(MemoryEngine(), **shop(), prune="some")


def entry(name: str, **more: t.Any) -> dict[str, t.Any]:
    """One of several stacks as the action hands it on."""
    compose = {
        "services": {"web": {"image": "nginx:1", "networks": ["front"], "secrets": ["key"]}},
        "networks": {"front": {}},
        "secrets": {"key": {"environment": "KEY"}},
    }
    task = {
        "name": name,
        "compose": [compose],
        "variables": {"KEY": f"{name}-words"},
        "resolve_image": "never",
    }
    return read_task({**task, **more}, FileAccess(False, str, lambda _path, _most: b""))[0]


def test_several_stacks_are_planned_together(module: Module) -> None:
    engine = MemoryEngine()
    done = module.run(engine, stacks=[entry("shop"), entry("blog")], wait=False)
    assert done["actions"] == [
        "network shop_front: created",
        "network blog_front: created",
        "secret shop_key: created",
        "secret blog_key: created",
        "shop_web: created",
        "blog_web: created",
    ]
    assert "shop-words" not in str(done) and "blog-words" not in str(done)
    again = module.run(engine, stacks=[entry("shop"), entry("blog")], wait=False)
    assert not again["changed"]
    left = module.run(engine, stacks=[entry("shop"), {"name": "blog", "state": "absent"}], wait=False)
    assert left["actions"][0] == "service blog_web: removed"
    assert [raw["Spec"]["Name"] for raw in engine.objects["services"]] == ["shop_web"]


def test_what_cannot_work_in_the_last_stack_is_refused_before_the_first_write(module: Module) -> None:
    engine = MemoryEngine()
    wrong = entry("blog")
    wrong["_declared"]["services"][0]["secrets"] = [{"secret_name": "missing"}]
    assert "missing" in module.refuses(engine, stacks=[entry("shop"), wrong])
    assert "declared 2 times" in module.refuses(engine, stacks=[entry("shop"), entry("shop")])
    misspelt = {**entry("blog"), "varaibles": {"TAG": "2"}}
    assert (
        module.refuses(engine, stacks=[entry("shop"), misspelt])
        == "stacks[1] (blog) has no option 'varaibles'; did you mean variables? Nothing was sent."
    )
    assert engine.objects["networks"] == [] or all(
        raw["Name"] != "shop_front" for raw in engine.objects["networks"]
    )


def test_a_network_of_several_stacks_is_planned_once(module: Module) -> None:
    engine = MemoryEngine()

    def both(**more: t.Any) -> list[dict[str, t.Any]]:
        compose = {"services": {"web": {"image": "nginx:1", "networks": ["all"]}}}
        networks = [{"all": {"name": "all"}}, {"all": {"name": "all", **more}}]
        return [
            entry(name, compose=[{**compose, "networks": network}])
            for name, network in zip(("shop", "blog"), networks, strict=True)
        ]

    told = module.refuses(engine, stacks=both(attachable=True), wait=False)
    assert told.startswith(
        "The stacks shop and blog declare the network all with different options (attachable)"
    )
    done = module.run(engine, stacks=both(), wait=False)
    assert done["actions"] == ["network all: created", "shop_web: created", "blog_web: created"]
    assert not module.run(engine, stacks=both()[::-1], wait=False)["changed"]


def test_a_paused_update_of_an_unchanged_stack_is_sent_again(module: Module) -> None:
    """Its cause was outside, such as a registry: docker stack deploy goes on with it in the next run, too."""
    engine = MemoryEngine()
    module.run(engine, **shop())
    [service] = engine.objects["services"]
    message = "update paused due to failure or early termination of task x"
    service["UpdateStatus"] = {"State": "paused", "StartedAt": "2026-01-01T00:00:00Z", "Message": message}
    again = module.run(engine, **shop())
    assert (again["changed"], again["actions"]) == (True, ["shop_web: paused update sent again"])
