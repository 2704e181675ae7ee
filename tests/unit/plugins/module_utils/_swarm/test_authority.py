# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import hashlib
import json
import typing as t
from pathlib import Path

import pytest
from ansible_collections.flotilla.swarm.plugins.module_utils._engine.errors import Refused
from ansible_collections.flotilla.swarm.plugins.module_utils._swarm.authority import (
    Rotation,
    digest_in,
    digest_of,
)
from hypothesis import given
from hypothesis import strategies as st

RECORDED = json.loads((Path(__file__).parents[3] / "fixtures" / "root_certificate.json").read_text())
SECRET = "0123456789abcdefghijklmno"


def token() -> str:
    return f"SWMTKN-1-{RECORDED['digest']}-{SECRET}"


def test_the_digest_of_a_real_root_certificate_is_that_of_its_join_token() -> None:
    assert digest_of(RECORDED["TrustRoot"].encode()) == digest_in(token()) == RECORDED["digest"]


@given(st.binary())
def test_a_digest_is_sha256_in_base_36_filled_up_with_zeros(certificate: bytes) -> None:
    digest = digest_of(certificate)
    assert len(digest) == 50
    assert int(digest, 36) == int(hashlib.sha256(certificate).hexdigest(), 16)


@pytest.mark.parametrize("space", ["", " ", "\n"])
def test_space_around_a_token_does_no_harm(space: str) -> None:
    assert digest_in(space + token() + space) == RECORDED["digest"]


@pytest.mark.parametrize(
    "spoil", [str.upper, lambda text: text[:-1], lambda text: text + "x", lambda text: ""]
)
def test_what_is_no_token_is_refused_without_repeating_it(spoil: t.Callable[[str], str]) -> None:
    with pytest.raises(Refused) as refused:
        digest_in(spoil(token()))
    assert str(refused.value) == (
        "join_token is not a swarm join token (SWMTKN-1-…): read it with swarm_info and tokens=true."
    )


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
