# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import hashlib
import os
import typing as t

import pytest
from ansible_collections.flotilla.swarm.plugins.module_utils._options.fingerprint import SALT, fingerprint
from ansible_collections.flotilla.swarm.plugins.module_utils._secret.seal import seal, sealed
from ansible_collections.flotilla.swarm.plugins.module_utils._secret.versions import (
    FINGERPRINT,
    SEAL,
    Version,
)

DATA = [b"one", b"two", b"three"]


def fingerprints(data: list[bytes]) -> dict[str, bytes]:
    """The data, by a new fingerprint of each."""
    return {str(fingerprint(one, os.urandom(SALT))): one for one in data}


@pytest.fixture
def hashes(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """What is hashed slowly."""
    made: list[bytes] = []
    slow = hashlib.scrypt

    def noted(data: bytes, **how: t.Any) -> bytes:
        made.append(data)
        return slow(data, **how)

    monkeypatch.setattr(hashlib, "scrypt", noted)
    return made


def version(name: str, **labels: str) -> Version:
    return Version({"ID": name, "Spec": {"Name": name, "Labels": labels}}, 1)


def with_seal(data: list[bytes]) -> list[tuple[Version, bytes]]:
    """Versions with fingerprints of their own, of which the last one has the seal."""
    known = fingerprints(data)
    versions = [version(f"v{at}", **{FINGERPRINT: text}) for at, text in enumerate(known)]
    last = version("last", **{FINGERPRINT: versions[-1].labels[FINGERPRINT]}, **seal(known))
    return list(zip([*versions[:-1], last], data, strict=True))


def test_many_are_recognized_by_the_seal_on_one_of_them_in_the_time_of_one(hashes: list[bytes]) -> None:
    versions = with_seal(DATA)
    hashes.clear()
    assert sealed(versions) == {one.labels[FINGERPRINT] for one, _data in versions}
    assert sealed(versions[::-1]) == sealed(versions)
    assert len(hashes) == 3


@pytest.mark.parametrize(
    "data", [[b"one", b"two", b"3"], [b"two", b"one", b"three"], [b"one,two", b"", b"three"]]
)
def test_other_data_or_the_same_in_other_places_breaks_a_seal(data: list[bytes]) -> None:
    assert sealed([(one, other) for (one, _data), other in zip(with_seal(DATA), data, strict=True)]) == set()


def test_of_other_secrets_a_seal_says_nothing_and_costs_nothing(hashes: list[bytes]) -> None:
    versions, others = with_seal(DATA), with_seal(DATA)
    hashes.clear()
    assert sealed(versions[1:]) == set()
    assert sealed([*versions, *others[:1]]) == set()
    # The same data again, created once more.
    assert sealed([*others[:1], *versions[1:]]) == set()
    assert hashes == []


def test_a_seal_is_never_twice_the_same() -> None:
    one, other = (versions[-1][0].labels[SEAL] for versions in (with_seal(DATA), with_seal(DATA)))
    assert one.split("$")[2:] != other.split("$")[2:]
    assert not set(one.split("$")[2:]) & set(other.split("$")[2:])


def test_one_that_is_alone_or_cannot_be_hashed_has_no_seal(monkeypatch: pytest.MonkeyPatch) -> None:
    known = fingerprints(DATA)
    assert seal(dict([*known.items()][:1])) == seal({}) == {}
    monkeypatch.delattr(hashlib, "scrypt")
    assert seal(known) == {}
