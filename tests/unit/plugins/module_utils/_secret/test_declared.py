# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t
from pathlib import Path

import pytest
from ansible_collections.flotilla.swarm.plugins.module_utils._engine.errors import Refused
from ansible_collections.flotilla.swarm.plugins.module_utils._files.read import read_file
from ansible_collections.flotilla.swarm.plugins.module_utils._files.unreadable import Unreadable
from ansible_collections.flotilla.swarm.plugins.module_utils._secret.declared import (
    check_name,
    declared_secret,
)
from ansible_collections.flotilla.swarm.plugins.module_utils._secret.options import CONFIG, SECRET, Family


def lost(_path: str, _most: int) -> bytes:
    raise Unreadable("could not be read: No such file or directory")


@pytest.mark.parametrize(
    ("params", "data"),
    [
        ({"data": "välue"}, "välue".encode()),
        ({"data": "AAEC\n/w==\n", "data_is_b64": True}, b"\x00\x01\x02\xff"),
        ({"data_src": "/file"}, b"of /file"),
        ({"data_src": "/file", "data_is_b64": True}, b"of /file"),
    ],
)
def test_where_the_data_comes_from(params: dict[str, t.Any], data: bytes) -> None:
    declared = declared_secret(SECRET, {"name": "app", **params}, lambda path, _most: f"of {path}".encode())
    assert declared.data == data
    assert "data" not in repr(declared)


@pytest.mark.parametrize(
    ("params", "keep"),
    [
        ({}, 0),
        ({"versions_to_keep": 5}, 0),
        ({"rolling_versions": True}, 5),
        ({"rolling_versions": True, "versions_to_keep": 3}, 3),
        ({"rolling_versions": True, "versions_to_keep": 1}, 0),
        ({"rolling_versions": True, "versions_to_keep": 0}, 0),
        ({"rolling_versions": True, "versions_to_keep": -1}, -1),
    ],
)
def test_how_many_older_versions_stay(params: dict[str, t.Any], keep: int) -> None:
    assert declared_secret(SECRET, {"name": "app", "data": "x", **params}, lost).keep == keep


def test_a_driver_provides_the_data() -> None:
    driver = {"name": "vault", "options": {"path": "a"}}
    declared = declared_secret(SECRET, {"name": "app", "driver": driver}, lost)
    assert declared.data is None
    assert declared.values == {"driver": {"Name": "vault", "Options": {"path": "a"}}}


@pytest.mark.parametrize(
    ("params", "sentence"),
    [
        ({}, "app: data or data_src is missing."),
        (
            {"data": "x", "data_src": "/f"},
            "app: data and data_src exclude each other; leave one of them out.",
        ),
        ({"data": ""}, "app: the data is empty, and a secret has at least one byte."),
        (
            {"data": "hunter2!", "data_is_b64": True},
            "app: the data is not Base64, although data_is_b64 is true.",
        ),
        (
            {"data_src": "/lost"},
            "app: the file /lost of data_src on this host could not be read: No such file or directory.",
        ),
        (
            {"data": "x", "labels": {"a": True}},
            "app: labels: label 'a' is a yes or no, not a string: put it in quotes.",
        ),
        (
            {"data": "x", "labels": {"flotilla.name": "b"}},
            "app: labels: label 'flotilla.name' is reserved for the collection itself: leave it out.",
        ),
        (
            {"data": "x", "driver": {"name": "v"}},
            "app: data and data_src cannot be combined with driver, which provides the data.",
        ),
        (
            {"driver": {"name": "v", "options": {"p": 1}}},
            "app: driver: option 'p' is a number, not a string: put it in quotes.",
        ),
    ],
)
def test_what_cannot_work_is_refused(params: dict[str, t.Any], sentence: str) -> None:
    with pytest.raises(Refused) as error:
        declared_secret(SECRET, {"name": "app", **params}, lost)
    assert str(error.value) == f"{sentence} Nothing was sent."


@pytest.mark.parametrize("name", ["a", "a.b-c_d", "9", "x" * 64])
def test_names_that_the_engine_takes(name: str) -> None:
    assert declared_secret(SECRET, {"name": name, "data": "x"}, lost).name == name


@pytest.mark.parametrize("name", ["", "-a", "a-", "a b", "ä", "a\n", "a/b", "x" * 65])
def test_names_that_the_engine_refuses(name: str) -> None:
    with pytest.raises(Refused, match="Nothing was sent"):
        check_name(SECRET, name)
    with pytest.raises(Refused, match="Nothing was sent"):
        declared_secret(SECRET, {"name": name, "state": "absent"}, lost)


@pytest.mark.parametrize(
    ("family", "size", "fine"),
    [
        (SECRET, 0, False),
        (SECRET, 1, True),
        (SECRET, 511999, True),
        (SECRET, 512000, False),
        (CONFIG, 1023999, True),
        (CONFIG, 1024000, False),
    ],
)
def test_sizes(tmp_path: Path, family: Family, size: int, fine: bool) -> None:
    path = tmp_path / "data"
    path.write_bytes(b"x" * size)
    for options in ({"data_src": str(path)}, {"data": "x" * size}):
        if fine:
            found = declared_secret(family, {"name": "app", **options}, read_file).data
            assert found == b"x" * size
        else:
            with pytest.raises(
                Refused, match=r"the data (is empty|has)|of data_src on this host has more than"
            ):
                declared_secret(family, {"name": "app", **options}, read_file)
