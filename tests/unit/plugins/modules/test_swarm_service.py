# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

from ansible_collections.flotilla.swarm.tests.unit.support.module_cases import WEB
from ansible_collections.flotilla.swarm.tests.unit.support.modules import Module
from ansible_collections.flotilla.swarm.tests.unit.support.rows import MemoryEngine


def test_a_service_is_created_once_and_removed(module: Module) -> None:
    engine = MemoryEngine()
    planned = module.run(engine, check_mode=True, wait=False, **WEB)
    assert engine.writes == []
    created = module.run(engine, wait=False, **WEB)
    assert (created["changed"], created["actions"]) == (True, planned["actions"])
    assert module.run(engine, wait=False, **WEB)["changed"] is False
    removed = module.run(engine, name="web", state="absent", wait=False)
    assert (removed["changed"], engine.objects["services"]) == (True, [])


def test_options_that_cannot_work_are_refused(module: Module) -> None:
    assert "services" in module.refuses(MemoryEngine())
    assert "replicas" in module.refuses(MemoryEngine(), wait=False, **WEB, replicas=-2)


def test_a_mode_that_is_a_dictionary_is_refused(module: Module) -> None:
    secret = {"secret_name": "key", "mode": {"no": "mode"}}
    assert "mode" in module.refuses(MemoryEngine(), **WEB, secrets=[secret])


def test_an_ingress_port_of_a_service_without_virtual_address_is_refused_with_the_way_out(
    module: Module,
) -> None:
    """In check mode too: the Engine says so only when it is sent."""
    engine = MemoryEngine()
    port = {"target_port": 80, "published_port": 8899}
    told = module.refuses(engine, check_mode=True, **WEB, endpoint_mode="dnsrr", publish=[port])
    assert "which endpoint_mode dnsrr does not have: set mode to host for the port" in told
    assert engine.writes == []
    in_host_mode = module.run(
        engine, wait=False, **WEB, endpoint_mode="dnsrr", publish=[{**port, "mode": "host"}]
    )
    assert in_host_mode["actions"] == ["web: created"]


def test_two_services_with_one_ingress_port_are_refused_before_the_first_is_sent(module: Module) -> None:
    def services(mode: str) -> list[dict[str, t.Any]]:
        port = {"target_port": 80, "published_port": 8899}
        first = {"name": "a", "image": "nginx", "resolve_image": "never", "publish": [{**port, "mode": mode}]}
        return [first, {**first, "name": "b"}]

    engine = MemoryEngine()
    for check_mode in (True, False):
        told = module.refuses(engine, check_mode=check_mode, services=services("ingress"))
        assert told.startswith("a and b both publish the port 8899/tcp on every node: ")
    assert engine.writes == []
    assert module.run(engine, wait=False, services=services("host"))["actions"] == [
        "a: created",
        "b: created",
    ]


def test_words_that_yaml_has_changed_are_refused(module: Module) -> None:
    """In args as in command: they became the word True, or the text of a list."""
    for wrong in ([True], [["a"]], [{"a": 1}]):
        for option in ("args", "command"):
            assert "not a text" in module.refuses(MemoryEngine(), **WEB, **{option: wrong})
    assert "hostname is a yes or no" in module.refuses(MemoryEngine(), **WEB, hostname=True)
