# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import hashlib
import typing as t

import pytest
from ansible_collections.flotilla.swarm.plugins.module_utils._options.fingerprint import (
    SALT,
    fingerprint,
    is_fingerprint,
    matches,
)

ONE, OTHER = b"1" * SALT, b"2" * SALT


def test_it_recognizes_the_data_and_differs_with_the_salt() -> None:
    one, other = fingerprint(b"hunter2", ONE), fingerprint(b"hunter2", OTHER)
    assert one
    assert other
    assert one != other
    assert one == fingerprint(b"hunter2", ONE)
    assert matches(one, b"hunter2") is True
    assert matches(other, b"hunter3") is False


def test_it_is_known_by_its_form() -> None:
    assert is_fingerprint(fingerprint(b"hunter2", ONE))
    assert not any(map(is_fingerprint, ("hunter2", "scrypt$14", "a$b$c$d", None, 7, ["scrypt$14$a$b"])))


@pytest.mark.parametrize(
    "stored",
    [
        "",
        "scrypt",
        "sha224$14$YQ==$YQ==",
        "scrypt$x$YQ==$YQ==",
        "scrypt$14$?$a",
        "scrypt$30$YQ==$YQ==",
        "a$b$c$d$e",
    ],
)
def test_one_of_an_unknown_form_cannot_be_compared(stored: str) -> None:
    assert matches(stored, b"hunter2") is None


def test_a_python_without_scrypt_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    stored = fingerprint(b"hunter2", ONE)
    assert stored

    def refuse(*_args: t.Any, **_how: t.Any) -> bytes:
        raise ValueError("disabled for FIPS")

    monkeypatch.setattr(hashlib, "scrypt", refuse)
    assert (fingerprint(b"hunter2", ONE), matches(stored, b"hunter2")) == (None, None)
    monkeypatch.delattr(hashlib, "scrypt")
    assert (fingerprint(b"hunter2", ONE), matches(stored, b"hunter2")) == (None, None)
