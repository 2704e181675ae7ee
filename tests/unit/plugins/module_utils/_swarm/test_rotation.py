# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

from ansible_collections.flotilla.swarm.plugins.module_utils._swarm.rotation import Rotation


def tls(key: str) -> dict[str, t.Any]:
    return {"TrustRoot": "PEM", "CertIssuerSubject": "MBMx", "CertIssuerPublicKey": key}


def said(*old: str, count: int = 5) -> str:
    """What is said where these nodes have the old certificate, of so many."""
    nodes: list[dict[str, t.Any]] = [
        {"Description": {"Hostname": name, "TLSInfo": tls("old")}} for name in old
    ]
    nodes += [{"Description": {"Hostname": "m", "TLSInfo": tls("new")}}] * (count - len(old))
    rotation = Rotation()
    rotation.see({"TLSInfo": tls("new"), "RootRotationInProgress": True}, nodes)
    return rotation.doing


def test_the_nodes_that_have_the_old_certificate_are_named() -> None:
    assert said("w2", "w1") == "rotating the CA: 2 of 5 nodes still have the old certificate (w1, w2)"
    assert said("w1") == "rotating the CA: 1 of 5 nodes still has the old certificate (w1)"
    names = [f"w{number}" for number in range(1, 6)]
    assert said(*names, count=9) == (
        "rotating the CA: 5 of 9 nodes still have the old certificate (w1, w2, w3 and 2 more)"
    )


def test_before_and_after_that_it_is_said_what_is_done() -> None:
    assert Rotation().doing == said() == "rotating the CA"


def test_a_node_that_never_reported_has_no_certificate_of_the_new_root() -> None:
    rotation = Rotation()
    rotation.see({"TLSInfo": tls("new")}, [{"Description": {}}])
    assert rotation.doing == "rotating the CA: 1 of 1 nodes still has the old certificate (a node)"
