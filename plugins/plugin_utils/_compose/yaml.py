# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A Compose file's YAML, as Compose reads it. PRIVATE to the collection. Pure.

PyYAML alone follows YAML 1.1, where ``22:22`` is the number 1342 and ``no`` is false, and takes the last one of two
equal keys. Compose's own parser does none of that.
"""

from __future__ import annotations

import re
import typing as t

import yaml

from ...module_utils._engine.errors import Refused

_INT = re.compile(r"[-+]?(?:0b[01_]+|0o[0-7_]+|0x[0-9a-fA-F_]+|[0-9][0-9_]*)\Z")
_FLOAT = re.compile(
    r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?\Z|[-+]?\.(?:inf|Inf|INF)\Z|\.(?:nan|NaN|NAN)\Z"
)
_BOOL = re.compile(r"(?:true|True|TRUE|false|False|FALSE)\Z")
_NULL = re.compile(r"(?:~|null|Null|NULL|)\Z")
_MERGE = "tag:yaml.org,2002:merge"


class Reset:
    """The tag ``!reset``: the key of an earlier file is taken away."""


class Override:
    """The tag ``!override``: the value replaces an earlier file's instead of being merged with it."""

    def __init__(self, value: t.Any) -> None:
        self.value = value


def _int(loader: t.Any, node: t.Any) -> int:
    text = loader.construct_scalar(node).replace("_", "")
    # An octal number may be written without the o, as in the mode 0440.
    legacy = re.fullmatch(r"([-+]?)0([0-7]+)", text)
    if legacy:
        return int(f"{legacy[1]}{legacy[2]}", 8)
    return int(text, 10 if re.fullmatch(r"[-+]?\d+", text) else 0)


def _float(loader: t.Any, node: t.Any) -> float:
    return float(loader.construct_scalar(node).lower().replace(".inf", "inf").replace(".nan", "nan"))


def _reset(_loader: t.Any, _node: t.Any) -> Reset:
    return Reset()


def _override(loader: t.Any, node: t.Any) -> Override:
    if isinstance(node, yaml.MappingNode):
        return Override(loader.construct_mapping(node, deep=True))
    if isinstance(node, yaml.SequenceNode):
        return Override(loader.construct_sequence(node, deep=True))
    return Override(loader.construct_scalar(node))


def _loader(base: t.Any) -> t.Any:
    """A loader of PyYAML's, made to read YAML as Compose does."""

    class Loader(base):
        # Instead of those of YAML 1.1, not beside them.
        yaml_implicit_resolvers: t.ClassVar[dict[str, t.Any]] = {}

    for tag, pattern, first in (
        ("int", _INT, "-+0123456789"),
        ("float", _FLOAT, "-+0123456789."),
        ("bool", _BOOL, "tTfF"),
        ("null", _NULL, ["~", "n", "N", ""]),
        ("merge", re.compile(r"<<\Z"), "<"),
    ):
        Loader.add_implicit_resolver(f"tag:yaml.org,2002:{tag}", pattern, list(first))
    Loader.add_constructor("tag:yaml.org,2002:int", _int)
    Loader.add_constructor("tag:yaml.org,2002:float", _float)
    Loader.add_constructor("!reset", _reset)
    Loader.add_constructor("!override", _override)
    return Loader


# The one on libyaml is some ten times as fast, the other is always there and words its errors better.
_PLAIN = _loader(yaml.SafeLoader)
_FAST = _loader(yaml.CSafeLoader) if yaml.__with_libyaml__ else _PLAIN


def parse(content: bytes, file: str) -> dict[str, t.Any]:
    """The document in a file.

    Args:
        file: how the file is called in errors.

    Raises:
        Refused: it is no YAML, not one document, or a key stands twice; names the line.
    """
    try:
        found = _document(content.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise Refused(f"{file} is not text in UTF-8.") from None
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = f" line {mark.line + 1}, column {mark.column + 1}" if mark else ""
        raise Refused(f"{file}{place}: {error.problem or error.context}; correct the YAML there.") from None
    except (yaml.YAMLError, ValueError) as error:
        raise Refused(f"{file}: {' '.join(str(error).split())}; correct the YAML.") from None
    if not isinstance(found, dict):
        held = "is empty" if found is None else "is no mapping of keys to values"
        raise Refused(f"{file} {held}; a Compose file begins with a key such as services.")
    return found


def _document(text: str) -> t.Any:
    try:
        return _read(_FAST(text))
    except yaml.YAMLError:
        return _read(_PLAIN(text))


def _read(loader: t.Any) -> t.Any:
    node = loader.get_single_node()
    _check(node, set(), set())
    return None if node is None else loader.construct_document(node)


def _check(node: t.Any, above: set[int], done: set[int]) -> None:
    """Refuse what YAML allows and nobody means: a key that stands twice, a value that holds itself."""
    if isinstance(node, yaml.ScalarNode) or node is None or id(node) in done:
        return
    if id(node) in above:
        raise yaml.MarkedYAMLError(problem="a value holds itself by its alias", problem_mark=node.start_mark)
    above = above | {id(node)}
    if isinstance(node, yaml.SequenceNode):
        for item in node.value:
            _check(item, above, done)
    else:
        _check_keys(node)
        for _key, value in node.value:
            _check(value, above, done)
    done.add(id(node))


def _check_keys(node: yaml.MappingNode) -> None:
    lines: dict[str, int] = {}
    for key, _value in node.value:
        if not isinstance(key, yaml.ScalarNode):
            raise yaml.MarkedYAMLError(problem="a key is no plain text", problem_mark=key.start_mark)
        if key.value in lines and key.tag != _MERGE:
            problem = f"the key {key.value} stands twice, first in line {lines[key.value]}"
            raise yaml.MarkedYAMLError(problem=problem, problem_mark=key.start_mark)
        lines[key.value] = key.start_mark.line + 1
        if key.tag != _MERGE:
            # As it is written: Python takes true, 1 and 1.0 for the same key.
            key.tag = "tag:yaml.org,2002:str"
