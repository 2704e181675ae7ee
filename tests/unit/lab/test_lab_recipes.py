# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Images: the tag follows the recipe, and the machine's settings are read as they are written."""

from __future__ import annotations

import pytest
from lab import recipes
from lab.machine import undo


def test_layers() -> None:
    assert recipes.layers(None, "none") == ["base"]
    assert recipes.layers("docker", "none") == ["base", "docker"]
    assert recipes.layers("docker-next", "ufw") == ["base", "docker-next", "ufw"]
    assert recipes.layers(None, "firewalld") == ["base", "firewalld"]


def test_the_tag_carries_a_hash_of_every_layer_below(monkeypatch: pytest.MonkeyPatch) -> None:
    everything = [recipes.tag("bookworm", ["base", "docker", "ufw"][:count]) for count in range(4)]
    before = [*everything, recipes.tag("trixie", ["base"])]
    assert len(set(before)) == 5
    monkeypatch.setattr(recipes, "_DOCKER", recipes._DOCKER + "true\n")
    after = [recipes.tag("bookworm", ["base", "docker", "ufw"][:count]) for count in range(4)]
    assert [old == new for old, new in zip(everything, after, strict=True)] == [True, True, False, False]


@pytest.mark.parametrize(
    "layer", ["base", "docker", "docker-next", "ufw", "firewalld", "nftables", "registry"]
)
def test_scripts_are_complete(layer: str) -> None:
    script = recipes.script(layer)
    assert script.startswith("set -eu\n")
    assert "@PACKAGES@" not in script
    assert "@INIT@" not in script
    # A host key or an engine's identity in the image would be the same on every host.
    assert "rm -f /usr/sbin/policy-rc.d /etc/ssh/ssh_host_*" in script


@pytest.mark.parametrize(
    ("sources", "expected"),
    [
        ("deb http://mirror.example/debian bookworm main\n", "http://mirror.example/debian"),
        (
            "deb [signed-by=/x] https://mirror.example/debian/ bookworm main\n",
            "https://mirror.example/debian",
        ),
        (
            "Types: deb\nURIs: http://mirror.example/debian\nSuites: bookworm\n",
            "http://mirror.example/debian",
        ),
        ("# deb http://old.example/debian bookworm main\n", None),
        ("deb http://security.example/debian-security bookworm-security main\n", None),
        ("deb http://mirror.example/ubuntu jammy main\n", None),
        ("", None),
    ],
)
def test_the_machines_own_mirror(sources: str, expected: str | None) -> None:
    assert recipes.mirror(sources) == expected


def test_only_name_servers_a_host_can_reach() -> None:
    loopback = "search example\nnameserver 127.0.0.53\nnameserver ::1\nnameserver\n"
    assert recipes.resolvers(loopback) == []
    assert recipes.resolvers(loopback + "nameserver 192.0.2.53\n# nameserver 9\n") == ["192.0.2.53"]


def test_dockers_chains_are_taken_out_and_no_others() -> None:
    rules = """\
-P FORWARD ACCEPT
-N DOCKER
-N DOCKER-USER
-N MINE
-A FORWARD -j DOCKER-USER
-A FORWARD -j MINE
-A FORWARD ! -d 127.0.0.0/8 -m addrtype --dst-type LOCAL -j DOCKER
-A DOCKER-USER -j RETURN
"""
    assert undo(rules) == [
        ["-D", "FORWARD", "-j", "DOCKER-USER"],
        ["-D", "FORWARD", "!", "-d", "127.0.0.0/8", "-m", "addrtype", "--dst-type", "LOCAL", "-j", "DOCKER"],
        ["-F", "DOCKER"],
        ["-F", "DOCKER-USER"],
        ["-X", "DOCKER"],
        ["-X", "DOCKER-USER"],
    ]
