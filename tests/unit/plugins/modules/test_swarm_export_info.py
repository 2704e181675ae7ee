# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import base64
import json
import zlib

from ansible_collections.flotilla.swarm.tests.unit.support.modules import Module
from ansible_collections.flotilla.swarm.tests.unit.support.rows import MemoryEngine

NETWORK = {"Name": "front", "Scope": "swarm", "Driver": "overlay", "Attachable": True}
OF_STACK = {**NETWORK, "Name": "tower_net", "Labels": {"com.docker.stack.namespace": "tower"}}


def test_a_swarm_is_returned_as_lists(module: Module) -> None:
    engine = MemoryEngine()
    engine._create("networks", NETWORK)
    engine._create("networks", OF_STACK)
    found = module.run(engine)
    assert [one["name"] for one in found["swarm_networks"]] == ["front", "tower_net"]
    skipped = module.run(engine, stacks="skip")
    assert skipped["swarm_networks"] == [{"name": "front", "attachable": True}]
    assert "stack tower: left out; declare its Compose file in swarm_stacks" in skipped["summary"]
    packed = module.run(engine, packed=True)
    assert "swarm_networks" not in packed
    lists = json.loads(zlib.decompress(base64.b64decode(packed["packed"])))
    assert lists["swarm_networks"] == found["swarm_networks"]
    assert engine.writes == []


def test_a_wrong_choice_is_refused(module: Module) -> None:
    assert "stacks" in module.refuses(stacks="perhaps")
