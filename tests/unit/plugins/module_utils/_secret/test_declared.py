# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.flotilla.swarm.plugins.module_utils._engine.errors import Refused
from ansible_collections.flotilla.swarm.plugins.module_utils._secret.declared import content_order
from ansible_collections.flotilla.swarm.plugins.module_utils._secret.versions import SECRET


def lost(path: str) -> bytes:
    raise FileNotFoundError(2, "No such file or directory", path)


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
    order = content_order(SECRET, {"name": "app", **params}, lambda path: f"of {path}".encode())
    assert order.data == data
    assert "data" not in repr(order)


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
    assert content_order(SECRET, {"name": "app", "data": "x", **params}).keep == keep


def test_a_driver_brings_the_data() -> None:
    order = content_order(SECRET, {"name": "app", "driver": {"name": "vault", "options": {"path": "a"}}})
    assert (order.data, order.about) == (None, {"Driver": {"Name": "vault", "Options": {"path": "a"}}})


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
            "app: the data is no Base64, though data_is_b64 says so.",
        ),
        (
            {"data_src": "/lost"},
            "app: the file /lost of data_src could not be read on this host: No such file or directory.",
        ),
        (
            {"data": "x", "labels": {"a": True}},
            "app: labels: label 'a' is True, a yes or no, not a string: put it in quotes.",
        ),
        (
            {"data": "x", "labels": {"flotilla.name": "b"}},
            "app: the label flotilla.name is the collection's own; leave it out.",
        ),
        (
            {"data": "x", "driver": {"name": "v"}},
            "app: a driver brings the data, so leave data and data_src out.",
        ),
    ],
)
def test_what_cannot_work_is_refused(params: dict[str, t.Any], sentence: str) -> None:
    with pytest.raises(Refused) as error:
        content_order(SECRET, {"name": "app", **params}, lost)
    assert str(error.value) == f"{sentence} Nothing was sent."
