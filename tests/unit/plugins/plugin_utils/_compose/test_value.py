# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.flotilla.swarm.plugins.module_utils._engine.errors import Refused
from ansible_collections.flotilla.swarm.plugins.plugin_utils._compose.unsupported import Notices, Unsupported
from ansible_collections.flotilla.swarm.plugins.plugin_utils._compose.value import (
    Origins,
    Value,
    path_text,
    text_of,
)


def value(content: t.Any, notices: Notices | None = None) -> Value:
    return Value(content, ("services", "web"), Origins("web.yml"), notices or Notices())


@pytest.mark.parametrize(
    ("scalar", "text"),
    [
        (True, "true"),
        (False, "false"),
        (1.0, "1"),
        (1.1, "1.1"),
        (1e21, "1e+21"),
        (float("inf"), "+Inf"),
        (float("-inf"), "-Inf"),
        (float("nan"), "NaN"),
        (7, "7"),
        ("x", "x"),
    ],
)
def test_scalars_become_texts_as_in_compose(scalar: t.Any, text: str) -> None:
    assert text_of(scalar) == text


def test_paths_are_shown_as_users_write_them() -> None:
    assert path_text(("services", "web", "ports", 0, "target")) == "services.web.ports[0].target"
    assert value({"a": {"b": [1]}}).where == "web.yml: services.web"


def test_parts_of_a_merged_document_know_their_files() -> None:
    base, over = Origins("a.yml"), Origins("b.yml")
    base.adopt(("services", "web", "user"), over, ("services", "web", "user"))
    assert base.file(("services", "web", "user")) == "b.yml"
    assert base.file(("services", "web", "image")) == "a.yml"
    third = Origins("c.yml")
    third.adopt(("services", "db"), base, ("services", "web"))
    assert third.file(("services", "db", "user")) == "b.yml"
    assert third.file(("services", "db", "image")) == "a.yml"
    # What is replaced as a whole has no parts of an earlier file any longer.
    base.adopt(("services", "web"), third, ())
    assert base.file(("services", "web", "user")) == "c.yml"


def test_values_inside_of_a_value() -> None:
    found = value({"a": {"b": {"c": 1}}, "d": None, "e": [1, 2]})
    inner = found.find("a.b.c")
    assert inner and (inner.content, inner.where) == (1, "web.yml: services.web.a.b.c")
    assert [found.find(path) for path in ("d", "d.x", "a.x", "x.y")] == [None] * 4
    assert [item.where for item in found.need("e").items()] == [
        f"web.yml: services.web.e[{at}]" for at in (0, 1)
    ]
    with pytest.raises(Refused, match=r"services\.web has no d\."):
        found.need("d")
    with pytest.raises(Refused, match=r"services\.web\.e is a list, not a mapping of keys to values\."):
        found.find("e.x")


@pytest.mark.parametrize(
    ("read", "content", "result"),
    [
        (Value.text, 1.0, "1"),
        (Value.whole, "-3", -3),
        (Value.whole, 3.0, 3),
        (Value.number, "0.5", 0.5),
        (Value.flag, "On", True),
        (Value.flag, "n", False),
        (Value.duration, "0", "0"),
        (Value.duration, "1m30s", "1m30s"),
        (Value.file_mode, 0o440, 0o440),
        (Value.file_mode, "0440", "0440"),
        (Value.texts, [1, True], ["1", "true"]),
        (Value.labels, {"a": 1, "b": None}, {"a": "1", "b": ""}),
    ],
)
def test_types(read: t.Callable[[Value], t.Any], content: t.Any, result: t.Any) -> None:
    assert read(value(content)) == result


@pytest.mark.parametrize(
    ("read", "content", "rest"),
    [
        (Value.text, None, "is empty, not a text"),
        (Value.text, {"s3cret": 1}, "is a mapping, not a text"),
        (Value.whole, True, "is True, not a whole number"),
        (Value.whole, 1.5, "is 1.5, not a whole number"),
        (Value.number, "half", "is 'half', not a number"),
        (Value.flag, "maybe", "is 'maybe', neither true nor false"),
        (Value.flag, ["s3cret"], "is a list, neither true nor false"),
        (Value.duration, 5, "is 5, a duration without a unit; write 5s for seconds"),
        (Value.texts, "s3cret", "is a text, not a list"),
        (Value.labels, ["s3cret"], "is a list, not a mapping of keys to values"),
    ],
)
def test_wrong_types_are_refused_without_the_content_of_lists_and_texts(
    read: t.Callable[[Value], t.Any], content: t.Any, rest: str
) -> None:
    with pytest.raises(Refused) as caught:
        read(value(content))
    assert str(caught.value) == f"web.yml: services.web {rest}."


def test_keys() -> None:
    content = {"image": "x", "user": None, "x-own": 1, "build": ".", "links": [], "brand_new": 1}
    notices = Notices(frozenset(["brand_new"]))
    unsupported = {"build": Unsupported("push the image"), "links": Unsupported("use networks")}
    assert value(content, notices).check_keys(("image", "user"), unsupported) == {"image"}
    with pytest.raises(
        Refused, match=r"services\.web\.build \(push the image\): Swarm does not support this"
    ):
        notices.finish()
    assert notices.warnings == ["web.yml: services.web.brand_new is left out, as ignore_unsupported says."]


@pytest.mark.parametrize(
    ("key", "hint"), [("imag", "did you mean image?"), ("zzz", "known keys are image, user.")]
)
def test_unknown_keys(key: str, hint: str) -> None:
    with pytest.raises(Refused) as caught:
        value({key: 1}).check_keys(("user", "image"), {"build": "push"})
    assert str(caught.value) == f"web.yml: services.web.{key} is not a key of Compose; {hint}"
