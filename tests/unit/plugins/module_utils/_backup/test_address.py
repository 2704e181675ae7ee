# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A manager is restored only where its address is."""

from __future__ import annotations

import json
import typing as t

import pytest
from ansible_collections.flotilla.swarm.plugins.module_utils._backup import address, manifest

if t.TYPE_CHECKING:
    from pathlib import Path


def _content(of: str, own: bool = True) -> manifest.Manifest:
    nodes = [{"id": "n", "manager": {"address": of}}]
    swarm = {"swarm_id": "c", "node_id": "n", "nodes": nodes, "quorum": {"managers": 1}, "settings": {}}
    return {**manifest.manifest(swarm, {}, ""), "address_is_own": own}


@pytest.mark.parametrize(
    ("of", "own", "refused"),
    [
        ("127.0.0.1:2377", True, False),
        ("192.0.2.1:2377", True, True),
        ("[2001:db8::1]:2377", True, True),
        ("192.0.2.1:2377", False, False),
    ],
)
def test_an_address_of_another_host_is_refused_unless_addresses_are_translated(
    of: str, own: bool, refused: bool
) -> None:
    assert bool(address.refusal(_content(of, own))) is refused


def test_a_refusal_says_what_works() -> None:
    assert "(ip address add 192.0.2.1/32 dev ...) until another manager has joined" in str(
        address.refusal(_content("192.0.2.1:2377"))
    )


def test_a_restored_manager_keeps_its_addresses(tmp_path: Path) -> None:
    saved = {"ListenAddr": "0.0.0.0:2399", "AdvertiseAddr": "", "DataPathAddr": "192.0.2.9"}
    (tmp_path / "docker-state.json").write_text(json.dumps(saved))
    assert address.given(str(tmp_path), _content("192.0.2.1:2399")) == {
        "advertise_addr": "192.0.2.1:2399",
        "listen_addr": "0.0.0.0:2399",
        "data_path_addr": "192.0.2.9",
    }
