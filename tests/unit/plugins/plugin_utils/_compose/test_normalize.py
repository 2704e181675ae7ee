# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.flotilla.swarm.plugins.module_utils._engine.errors import Refused
from ansible_collections.flotilla.swarm.plugins.plugin_utils._compose import normalize
from ansible_collections.flotilla.swarm.plugins.plugin_utils._compose.unsupported import Notices
from ansible_collections.flotilla.swarm.plugins.plugin_utils._compose.value import Origins, Value
from ansible_collections.flotilla.swarm.plugins.plugin_utils._compose.yaml import Override, Reset


def value(content: t.Any) -> Value:
    return Value(content, ("key",), Origins("web.yml"), Notices())


def whole_path(found: Value) -> str:
    return normalize.absolute(found, "/srv")


FORMS = [
    ("configs", ["a", {"source": "b", "uid": 7}], [{"source": "a"}, {"source": "b", "uid": 7}]),
    ("deploy", {"labels": ["a=b"], "replicas": 2}, {"labels": {"a": "b"}, "replicas": 2}),
    ("dns", "192.0.2.1", ["192.0.2.1"]),
    ("env_file", "a.env", [{"path": "/srv/a.env"}]),
    (
        "env_file",
        ["/a.env", {"path": "b.env", "required": False}],
        [{"path": "/a.env"}, {"path": "/srv/b.env", "required": False}],
    ),
    ("environment", ["A=1=2", "B"], {"A": "1=2", "B": None}),
    ("extends", "base", {"service": "base"}),
    ("extra_hosts", ["a:192.0.2.1", "b=::1"], {"a": ["192.0.2.1"], "b": ["::1"]}),
    ("extra_hosts", ["a:192.0.2.2", "a:192.0.2.1"], {"a": ["192.0.2.2", "192.0.2.1"]}),
    ("extra_hosts", {"a": "192.0.2.1", "b": ["::1"]}, {"a": ["192.0.2.1"], "b": ["::1"]}),
    ("networks", ["a", "b"], {"a": None, "b": None}),
    ("ports", ["80:8080/udp"], [{"target": "8080", "published": "80", "protocol": "udp"}]),
    ("sysctls", ["a=1"], {"a": "1"}),
    ("tmpfs", "/run", ["/run"]),
    ("volumes", ["data:/x:ro"], [{"type": "volume", "source": "data", "target": "/x", "read_only": True}]),
    ("user", "any", "any"),
]


@pytest.mark.parametrize(("key", "written", "form"), FORMS)
def test_a_key_of_a_service(key: str, written: t.Any, form: t.Any) -> None:
    assert normalize.service(value({key: written}), whole_path) == {key: form}
    assert normalize.service(value({key: None}), whole_path) == {key: None}
    # Its one form stays as it is.
    assert normalize.service(value({key: form}), whole_path) == {key: form}
    overriding = normalize.service(value({key: Override(written)}), whole_path)[key]
    assert (type(overriding), overriding.content) == (Override, form)
    assert isinstance(normalize.service(value({key: Reset()}), whole_path)[key], Reset)


@pytest.mark.parametrize(
    ("written", "form"),
    [
        (None, {}),
        (
            {"file": "a", "labels": ["b=c"], "driver_opts": {"d": 1}},
            {"file": "/srv/a", "labels": {"b": "c"}, "driver_opts": {"d": 1}},
        ),
        ({"external": True, "name": "n"}, {"external": True, "name": "n"}),
        ({"external": {"name": "n"}}, {"external": True, "name": "n"}),
        ({"external": {}, "name": "n"}, {"external": True, "name": "n"}),
        ({"external": Override({"name": "n"})}, {"external": True, "name": "n"}),
    ],
)
def test_a_definition(written: t.Any, form: t.Any) -> None:
    assert normalize.definition(value(written), whole_path) == form


def test_a_whole_service_or_definition_with_a_tag() -> None:
    service = normalize.service(value(Override({"dns": "192.0.2.1"})), whole_path)
    assert service.content == {"dns": ["192.0.2.1"]}
    definition = normalize.definition(value(Override({"labels": ["a=b"]})), whole_path)
    assert definition.content == {"labels": {"a": "b"}}
    assert isinstance(normalize.service(value(Reset()), whole_path), Reset)


@pytest.mark.parametrize(
    ("path", "folder", "whole"),
    [("a", "/srv", "/srv/a"), ("../a", "/srv/b", "/srv/a"), ("/a", None, "/a"), ("~/a", None, "~/a")],
)
def test_absolute_paths(path: str, folder: str | None, whole: str) -> None:
    assert normalize.absolute(value(path), folder) == whole


def test_a_relative_path_without_a_folder() -> None:
    with pytest.raises(
        Refused, match=r"web\.yml: key is a, a relative path in no file; write an absolute path"
    ):
        normalize.absolute(value("a"), None)
