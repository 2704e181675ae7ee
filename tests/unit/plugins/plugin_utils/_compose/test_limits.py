# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Files of a stack that would fill the control node, or keep it busy: each is refused with its name, and soon."""

from __future__ import annotations

import contextlib
import resource
import time
import typing as t

import pytest
from ansible_collections.flotilla.swarm.plugins.module_utils._engine.errors import Refused
from ansible_collections.flotilla.swarm.plugins.module_utils._files.unreadable import Unreadable
from ansible_collections.flotilla.swarm.plugins.plugin_utils._compose.stack import read_stack
from hypothesis import given, settings
from hypothesis import strategies as st

# Seconds of the processor, and MiB, that the reading of a file which is refused may take.
SECONDS, MEMORY = 8.0, 300


def laughs(levels: int, form: str, at: str = "x-a") -> str:
    """Some lines in which each refers ten times to the one above."""
    lines = [f"{at}0: &a0 {form % 'lol'}"]
    for level in range(1, levels):
        inner = ", ".join(form_of(form, level, index) for index in range(10))
        brackets = "[%s]" if form == "[%s]" else "{%s}"
        lines.append(f"{at}{level}: &a{level} {brackets % inner}")
    return "\n".join(lines) + "\n"


def form_of(form: str, level: int, index: int) -> str:
    """A reference to the level above, as an item or as the value of a key."""
    return f"*a{level - 1}" if form == "[%s]" else f"k{index}: *a{level - 1}"


WEB = "services: {web: {image: x, %s}}\n"
MERGED = "x-a0: &a0 {k: v}\n" + "".join(
    f"x-a{level}: &a{level} {{<<: [{', '.join([f'*a{level - 1}'] * 10)}]}}\n" for level in range(1, 10)
)
#: Name to the files; the first is the stack's.
TOO_MUCH: dict[str, dict[str, str]] = {
    "a command of aliases": {"web.yml": laughs(9, "[%s]") + WEB % "command: *a8"},
    "labels of aliases": {"web.yml": laughs(9, "{k: %s}") + WEB % "labels: *a8"},
    "aliases that nothing uses": {"web.yml": laughs(9, "[%s]") + WEB % "user: a"},
    "merge keys": {"web.yml": MERGED + WEB % "labels: *a9"},
    "200,000 brackets": {"web.yml": "a: " + "[" * 200_000},
    "200,000 closed brackets": {"web.yml": "a: " + "[" * 200_000 + "]" * 200_000},
    "5,000 braces": {"web.yml": "a: " + "{a: " * 5000},
    "200,000 dashes": {"web.yml": "a:\n" + "- " * 200_000 + "x"},
    "51 levels": {"web.yml": "x-a: " + "[" * 50 + "]" * 50 + "\n" + WEB % "user: a"},
    "5,000 variables in each other": {"web.yml": WEB % f"user: '{'${B:-' * 5000}{'}' * 5000}'"},
    "a file of 2 MiB": {"web.yml": "# " + "x" * (2 << 20)},
    "300,000 values": {"web.yml": "x-a: [" + "1," * 300_000 + "]\n"},
    "a long text of a short variable": {
        "web.yml": "services: {web: {image: x, user: '" + "$A" * 200_000 + "'}}",
    },
    "an env file that grows with each line": {
        "web.yml": WEB % "env_file: e",
        "e": "".join(f"V{n}={('$V' + str(n - 1)) * 10 if n else '0123456789'}\n" for n in range(12)),
    },
    "an env file of 2 MiB": {"web.yml": WEB % "env_file: e", "e": "A=" + "x" * (2 << 20)},
    "includes of includes": {
        "web.yml": "include: [a0.yml]\n" + WEB % "user: a",
        **{f"a{n}.yml": f"include: [{', '.join([f'a{n + 1}.yml'] * 10)}]\n" for n in range(8)},
        "a8.yml": "services: {}\n",
    },
    "a chain of 2,000 services": {
        "web.yml": "services:\n"
        + "".join(f"  s{n}: {{image: x, extends: s{n + 1}}}\n" for n in range(2000))
        + "  s2000: {image: x}\n"
    },
    "a chain of 900 files": {
        "web.yml": "include: [a0.yml]\n" + WEB % "user: a",
        **{f"a{n}.yml": f"include: [a{n + 1}.yml]\n" for n in range(900)},
    },
    "a secret of 1 MiB": {
        "web.yml": WEB % "secrets: [s]" + "secrets: {s: {file: s}}",
        "s": "x" * (1 << 20),
    },
    "a config of 2 MiB": {
        "web.yml": WEB % "configs: [s]" + "configs: {s: {file: s}}",
        "s": "x" * (2 << 20),
    },
}


def read(files: dict[str, str], **more: t.Any) -> t.Any:
    """Read a stack from files in memory."""

    def content(path: str, most: int) -> bytes:
        return files[path].encode()[: most + 1]

    return read_stack("shop", [next(iter(files))], limited(content), {"A": "x" * 100}, **more)


def limited(content: t.Callable[[str, int], bytes]) -> t.Callable[[str, int], bytes]:
    """Refuse what is too large, as the real readers do."""

    def reader(path: str, most: int) -> bytes:
        found = content(path, most)
        if len(found) > most:
            raise Unreadable(f"has more than {most} bytes, the most that is read")
        return found

    return reader


@pytest.mark.parametrize("name", TOO_MUCH)
def test_what_would_fill_the_control_node_is_refused_soon(name: str) -> None:
    before = resource.getrusage(resource.RUSAGE_SELF)
    began = time.process_time()
    with pytest.raises(Refused) as refused:
        read(TOO_MUCH[name])
    assert time.process_time() - began < SECONDS
    after = resource.getrusage(resource.RUSAGE_SELF)
    assert (after.ru_maxrss - before.ru_maxrss) >> 10 < MEMORY
    sentence = str(refused.value)
    assert any(file in sentence for file in TOO_MUCH[name])
    assert 30 < len(sentence) < 600
    assert sentence.isprintable() and "recursion" not in sentence


#: As large as can be, or nearly so: read or refused, and in some seconds.
LARGE: dict[str, dict[str, str]] = {
    "1,000 services": {
        "web.yml": "services:\n"
        + "".join(f"  s{n}: {{image: x, environment: {{A: $A, B: b}}, labels: [a=b]}}\n" for n in range(1000))
    },
    "a list of 60,000": {"web.yml": WEB % f"cap_add: [{', '.join(f'C{n}' for n in range(60_000))}]"},
    "an environment of 60,000": {
        "web.yml": WEB % f"environment: [{', '.join(f'E{n}=1' for n in range(60_000))}]"
    },
    "60,000 variables that are not set": {
        "web.yml": WEB % f"environment: [{', '.join(f'E{n}=${{U{n}}}' for n in range(40_000))}]"
    },
    "60,000 lines": {"web.yml": WEB % "env_file: e", "e": "".join(f"A{n}=$A\n" for n in range(60_000))},
    "a name of 500,000 characters": {
        "web.yml": f"services: {{web: {{image: x, {'u' * 500_000}: 1}}}}",
    },
    "two similar names of 200,000 characters": {
        "web.yml": f"services: {{{'u' * 200_000}: {{image: x, extends: {'u' * 199_999}v}}}}",
    },
    "a number of 100,000 digits": {"web.yml": WEB % f"user: {'9' * 100_000}"},
    "a number of 100,000 digits in hexadecimal": {"web.yml": WEB % f"user: 0x{'f' * 100_000}"},
}


@pytest.mark.parametrize("name", LARGE)
def test_what_is_large_is_read_or_refused_soon(name: str) -> None:
    began = time.process_time()
    try:
        read(LARGE[name])
    except Refused as refused:
        assert str(refused).isprintable() and "web.yml" in str(refused)
        assert len(str(refused)) < 600
        assert name != "1,000 services"
    assert time.process_time() - began < 20


def test_of_two_files_with_long_lists_both_are_read_soon() -> None:
    files = {
        name: WEB % f"cap_add: [{', '.join(f'{name}{n}' for n in range(20_000))}]"
        for name in ("a.yml", "b.yml")
    }
    began = time.process_time()
    with contextlib.suppress(Refused):
        read_stack("shop", list(files), lambda path, _most: files[path].encode(), {})
    assert time.process_time() - began < 20


def test_an_inline_definition_has_the_same_limits() -> None:
    content: t.Any = ["x"]
    for _level in range(9):
        content = [content] * 10
    nested: t.Any = "x"
    for _level in range(60):
        nested = [nested]
    for one, told in ((content, "more than 200,000 values"), (nested, "more than 50 levels deep")):
        with pytest.raises(Refused, match=f"^the inline definition: .*{told}"):
            read_stack(
                "shop", [{"services": {"web": {"image": "x", "command": one}}}], lambda _path, _most: b"", {}
            )


@settings(max_examples=300)
@given(st.text("[]{}&*a1:- ,\n<!'\"#|>?%@`", max_size=200))
def test_whatever_is_written_is_a_stack_or_refused(text: str) -> None:
    try:
        read({"web.yml": text})
    except Refused as refused:
        assert "web.yml" in str(refused)


@settings(max_examples=300)
@given(st.text("${}AB:-?+x'\" ", max_size=200))
def test_whatever_stands_in_a_text_is_filled_in_or_refused(text: str) -> None:
    quoted = text.replace("'", "''")
    try:
        read({"web.yml": f"services: {{web: {{image: x, user: '{quoted}'}}}}"})
    except Refused as refused:
        assert "web.yml" in str(refused)
