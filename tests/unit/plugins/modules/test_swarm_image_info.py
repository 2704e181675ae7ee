# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from ansible_collections.flotilla.swarm.tests.unit.support.module_cases import ImagesEngine
from ansible_collections.flotilla.swarm.tests.unit.support.modules import Module


def test_declared_services_need_their_images_on_the_nodes_that_can_run_them(module: Module) -> None:
    web = {"name": "api", "image": "api:1", "resolve_image": "never"}
    there = {**web, "placement": {"constraints": ["node.role==manager"]}}
    nowhere = {**web, "name": "far", "image": "far:1", "placement": {"constraints": ["node.role==worker"]}}
    found = module.run(ImagesEngine(), services=[there, nowhere])
    assert found["used"] == [{"image": "web:2", "services": ["web"], "rollback": []}]
    assert found["needed"] == [
        {"image": "api:1", "services": ["api"], "nodes": ["node-of-its-own"]},
        {"image": "far:1", "services": ["far"], "nodes": []},
    ]
