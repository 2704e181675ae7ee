# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible_collections.flotilla.swarm.plugins.module_utils._ports import reach
from ansible_collections.flotilla.swarm.plugins.module_utils._ports.listen import PortState
from ansible_collections.flotilla.swarm.tests.unit.support.modules import Module


def test_no_peers_are_reached_at_once(module: Module) -> None:
    done = module.run(state="proven", host="m1", run="r1", peers=[])
    assert (done["changed"], done["reached"], done["failures"]) == (False, [], [])


def test_each_port_of_a_peer_is_a_row(module: Module) -> None:
    # No program listens on this port of this machine.
    peer = {"host": "w1", "address": "127.0.0.1", "ports": [{"protocol": "tcp", "port": 1}]}
    message = module.refuses(state="proven", host="m1", peers=[peer])
    done = module.run(state="proven", host="m1", peers=[peer], required=False)
    [row] = done["reached"]
    assert (row["host"], row["port"], row["answered_by"]) == ("w1", 1, None)
    assert done["failures"][0] in message


def test_each_port_that_is_listened_on_is_a_row(module: Module, monkeypatch: pytest.MonkeyPatch) -> None:
    state = PortState(protocol="tcp", port=7946, held=False, held_by=None, pid=None)
    monkeypatch.setattr(reach, "start", lambda *_arguments: [state])
    asked = [{"protocol": "tcp", "port": 7946}]
    assert module.run(state="listening", host="m1", ports=asked)["ports"] == [state]
    assert module.run(check_mode=True, state="listening", host="m1", ports=asked)["ports"] == []


def test_options_that_cannot_work_are_refused(module: Module) -> None:
    assert "state" in module.refuses(state="unknown", host="m1", run="r1")


@pytest.mark.parametrize("address", ["0.0.0.0", "224.0.0.1", "fe80::1", ""])
def test_a_peer_without_an_address_of_its_own_is_refused(module: Module, address: str) -> None:
    peer = {"host": "w1", "address": address, "ports": [{"protocol": "tcp", "port": 1}]}
    assert "peers[0].address: " in module.refuses(state="proven", host="m1", peers=[peer])
