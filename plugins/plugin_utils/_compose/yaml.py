# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The YAML of a Compose file, as Compose reads it. PRIVATE to the collection. Pure.

PyYAML alone follows YAML 1.1, where ``22:22`` is the number 1342 and ``no`` is false; Compose's own parser does not.
Of two equal keys, the last one counts, as with docker stack deploy, and a warning says so. A few lines
can stand for more values than any memory holds, since an alias repeats all that its anchor has: all is counted before anything
is made.
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
_MOST_DIGITS = 100
_MERGE = "tag:yaml.org,2002:merge"
# How deep values may stand in each other; Compose itself has about ten levels.
_DEEPEST = 50
# All that the files of a stack have together, each file as often as it is included or extended.
_MOST = {"files": 1000, "bytes": 8 << 20, "values": 200_000, "characters of filled variables": 32 << 20}


class Budget:
    """What is left for the files of one stack."""

    def __init__(self) -> None:
        self._left = dict(_MOST)

    def take(self, what: str, count: int, file: str) -> None:
        """Take some of it.

        Args:
            what: ``files``, ``bytes``, ``values`` or ``characters of filled variables``.
            file: the file that takes it.

        Raises:
            Refused: nothing is left.
        """
        self._left[what] -= count
        if self._left[what] < 0:
            raise Refused(
                f"{file}: the files of the stack have more than {_MOST[what]:,} {what}, each file counted as often as "
                "others name it, and each alias with all that it repeats; make them smaller, or several stacks of it."
            )

    def take_content(self, content: t.Any, file: str) -> None:
        """Take the values of a definition that is no file.

        Raises:
            Refused: nothing is left, or the definition is too deep.
        """
        level = [content]
        for _depth in range(_DEEPEST):
            inner: list[t.Any] = []
            for value in level:
                inner += (
                    value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
                )
                self.take("values", 1, file)
            level = inner
        if level:
            raise Refused(
                f"{file}: its values stand more than {_DEEPEST} levels deep in each other; flatten them."
            )


class Reset:
    """The tag ``!reset``: the key of an earlier file is removed."""


class Override:
    """The tag ``!override``: the content replaces that of an earlier file instead of being merged with it."""

    def __init__(self, content: t.Any) -> None:
        self.content = content


def without_tags(content: t.Any) -> t.Any:
    """The content of a merged document without the tags ``!reset`` and ``!override``, which merging has obeyed."""
    if isinstance(content, Override):
        return without_tags(content.content)
    if isinstance(content, dict):
        return {key: without_tags(inner) for key, inner in content.items() if not isinstance(inner, Reset)}
    if isinstance(content, list):
        return [without_tags(inner) for inner in content if not isinstance(inner, Reset)]
    return content


def _int(loader: t.Any, node: t.Any) -> int:
    text = loader.construct_scalar(node).replace("_", "")
    if len(text) > _MOST_DIGITS:
        raise ValueError(f"line {node.start_mark.line + 1}: a number has more than {_MOST_DIGITS} digits")
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
    """A loader of PyYAML that reads YAML as Compose does."""

    class Loader(base):
        # A dictionary of its own, so that the resolvers below replace those of YAML 1.1.
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


# The loader on libyaml is about ten times as fast. The other one is always available and has clearer errors.
_PLAIN = _loader(yaml.SafeLoader)
_FAST = _loader(yaml.CSafeLoader) if yaml.__with_libyaml__ else _PLAIN
# Characters of a file that is read once more for a clearer error.
_CLEARLY = 1 << 16


#: Takes a sentence for the user.
Warn = t.Callable[[str], None]


def parse(content: bytes, file: str, budget: Budget, warn: Warn = lambda _sentence: None) -> dict[str, t.Any]:
    """The document in a file.

    Args:
        file: the file's name in errors.
        budget: what is left for the files of the stack.
        warn: is told of a key that is repeated.

    Raises:
        Refused: the content is not YAML, not one document, or holds too much; names the line.
    """
    try:
        text = content.decode("utf-8-sig")
        budget.take("values", _counted(text), file)
        document = _document(text, lambda where: warn(f"{file} {where}"))
    except UnicodeDecodeError:
        raise Refused(f"{file} is not text in UTF-8.") from None
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        at = f" line {mark.line + 1}, column {mark.column + 1}" if mark else ""
        raise Refused(f"{file}{at}: {error.problem or error.context}; correct the YAML there.") from None
    except (yaml.YAMLError, ValueError) as error:
        raise Refused(f"{file}: {' '.join(str(error).split())}; correct the YAML.") from None
    if not isinstance(document, dict):
        problem = "is empty" if document is None else "is not a mapping of keys to values"
        raise Refused(f"{file} {problem}; a Compose file begins with a key such as services.")
    return document


def _counted(text: str) -> int:
    try:
        return _count(yaml.parse(text, Loader=_FAST))
    except yaml.YAMLError:
        if len(text) > _CLEARLY:
            raise
        return _count(yaml.parse(text, Loader=_PLAIN))


def _count(events: t.Iterable[yaml.Event]) -> int:
    """The values of a document, counted while it is parsed and before any of them is made.

    Raises:
        yaml.MarkedYAMLError: there are too many, or they stand too deep in each other.
    """
    # What each anchor stands for, and the open collections with their anchors; the document is the first of them.
    anchored: dict[str, int] = {}
    opened: list[tuple[str | None, int]] = [(None, 0)]
    for event in events:
        if isinstance(event, yaml.CollectionStartEvent):
            if len(opened) > _DEEPEST:
                raise _too(event, f"values stand more than {_DEEPEST} levels deep in each other")
            opened.append((event.anchor, 1))
            continue
        if isinstance(event, yaml.CollectionEndEvent):
            anchor, size = opened.pop()
        elif isinstance(event, yaml.AliasEvent):
            anchor, size = None, anchored.get(str(event.anchor), 1)
        elif isinstance(event, yaml.ScalarEvent):
            anchor, size = event.anchor, 1
        else:
            continue
        if anchor:
            anchored[anchor] = size
        opened[-1] = opened[-1][0], opened[-1][1] + size
        if opened[-1][1] > _MOST["values"]:
            raise _too(event, f"with its aliases, the file has more than {_MOST['values']:,} values")
    return opened[0][1]


def _too(event: yaml.Event, problem: str) -> yaml.MarkedYAMLError:
    return yaml.MarkedYAMLError(problem=problem, problem_mark=t.cast("t.Any", event.start_mark))


def _document(text: str, warn: Warn) -> t.Any:
    try:
        return _read(_FAST(text), warn)
    except yaml.YAMLError:
        if len(text) > _CLEARLY:
            raise
        return _read(_PLAIN(text), warn)


def _read(loader: t.Any, warn: Warn) -> t.Any:
    node = loader.get_single_node()
    _check(node, set(), set(), warn)
    return None if node is None else loader.construct_document(node)


def _check(node: t.Any, above: set[int], done: set[int], warn: Warn) -> None:
    """Refuse what YAML allows and is always a mistake, such as a value that contains itself; tell of repeated keys."""
    if isinstance(node, yaml.ScalarNode):
        _check_text(node, _NUL)
        return
    if node is None or id(node) in done:
        return
    if id(node) in above:
        raise yaml.MarkedYAMLError(
            problem="a value contains itself through its alias", problem_mark=node.start_mark
        )
    above = above | {id(node)}
    if isinstance(node, yaml.SequenceNode):
        for item in node.value:
            _check(item, above, done, warn)
    else:
        _check_keys(node, warn)
        for _key, value in node.value:
            _check(value, above, done, warn)
    done.add(id(node))


# NUL ends a text in the kernel; in a key, no control character has a meaning at all.
_NUL, _CONTROL = re.compile("\x00"), re.compile("[\x00-\x1f\x7f]")


def _check_text(node: yaml.ScalarNode, wrong: re.Pattern[str]) -> None:
    found = wrong.search(node.value)
    if found:
        problem = f"a text holds the control character U+{ord(found.group()):04X}"
        raise yaml.MarkedYAMLError(problem=problem, problem_mark=node.start_mark)


def _check_keys(node: yaml.MappingNode, warn: Warn) -> None:
    lines: dict[str, int] = {}
    for key, _value in node.value:
        if not isinstance(key, yaml.ScalarNode):
            raise yaml.MarkedYAMLError(problem="a key is not a plain text", problem_mark=key.start_mark)
        _check_text(key, _CONTROL)
        if key.value in lines and key.tag != _MERGE:
            mark = key.start_mark
            warn(
                f"line {mark.line + 1}, column {mark.column + 1}: the key {key.value} is in line {lines[key.value]} already; "
                "the last one counts, as with docker stack deploy."
            )
        lines[key.value] = key.start_mark.line + 1
        if key.tag != _MERGE:
            # The text of the key, since Python takes true, 1 and 1.0 for the same key.
            key.tag = "tag:yaml.org,2002:str"
