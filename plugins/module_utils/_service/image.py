# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Image references: when two mean the same image, and how a digest is pinned. PRIVATE to the collection. Pure."""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass

from .._options import convert
from .._options.option import ValueType


class Pinned(t.NamedTuple):
    """An image as its registry has it now: with its digest, and the platforms it is made for."""

    image: str
    platforms: list[dict[str, str]]


_HUB = ("docker.io/library/", "index.docker.io/library/", "docker.io/", "index.docker.io/")


@dataclass(frozen=True)
class Reference:
    """An image as people write it: ``nginx:1.27``, with or without a digest."""

    name: str
    tag: str
    digest: str = ""

    @property
    def tagged(self) -> str:
        """Without the digest."""
        return f"{self.name}:{self.tag}" if self.tag else self.name

    def pinned(self, digest: str) -> str:
        """With a digest, in the form that Docker's own command line stores."""
        return f"{self.tagged}@{digest}"


def reference(text: str) -> Reference:
    """Take an image reference apart; a missing tag is ``latest`` unless there is a digest."""
    rest, _at, digest = text.partition("@")
    folder, slash, last = rest.rpartition("/")
    last, _colon, tag = last.partition(":")
    name = folder + slash + last
    for prefix in _HUB:
        if name.startswith(prefix):
            name = name[len(prefix) :]
            break
    return Reference(name, tag or ("" if digest else "latest"), digest)


# The grammar of Docker's distribution/reference. The first part of a name is a registry where it has a dot, a port or a capital.
_COMPONENT = r"[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*"
_NAME = re.compile(rf"{_COMPONENT}(?:/{_COMPONENT})*\Z")
_LABEL = r"(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])"
_REGISTRY = re.compile(rf"(?:{_LABEL}(?:\.{_LABEL})*|\[[a-fA-F0-9:]+\])(?::[0-9]+)?\Z")
_TAG = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}\Z")
_DIGEST = re.compile(r"sha256:[a-f0-9]{64}\Z|sha512:[a-f0-9]{128}\Z")
_LONGEST_NAME = 255


def _checked(text: str) -> str:
    """An image reference that the Engine can read.

    Raises:
        ValueError: it cannot; says which part is wrong.
    """
    problem = _problem(text)
    if problem:
        raise ValueError(f"{convert.quoted(text)} is not an image like nginx:1.27: {problem}")
    return text


def _problem(text: str) -> str | None:
    rest, at, digest = text.partition("@")
    folder, slash, last = rest.rpartition("/")
    last, colon, tag = last.partition(":")
    registry, _slash, path = (folder + slash + last).partition("/")
    if not path or not (re.search("[.:A-Z]", registry) or registry == "localhost"):
        registry, path = "", folder + slash + last
    checks = (
        (bool(path), "it has no name"),
        ("://" not in text, "leave the scheme out"),
        (not registry or _REGISTRY.match(registry), "the part before the first / is no registry"),
        (path == path.lower(), "write its name in lower case"),
        (_NAME.match(path), "its name has letters and digits, with . _ - / between them"),
        (len(path) <= _LONGEST_NAME, f"its name has more than {_LONGEST_NAME} characters"),
        (tag or not colon, "the tag behind the colon is empty, mostly from a variable that is not set"),
        (not tag or _TAG.match(tag), "the tag has letters, digits and _ . - in it, 128 at most"),
        (
            not at or _DIGEST.match(digest),
            "the digest behind the @ is not like sha256: and 64 hexadecimal digits",
        ),
        (not re.fullmatch("[a-f0-9]{64}", rest), "64 hexadecimal digits are the ID of an image on one host"),
    )
    return next((problem for holds, problem in checks if not holds), None)


IMAGE = ValueType({"type": "str"}, _checked)


def same_image(declared: str, live: str) -> bool:
    """Whether a live image is what was declared.

    An image that is declared by its tag may have any digest; ``resolve_image`` decides on the digest.
    """
    wanted, there = reference(declared), reference(live)
    if wanted.digest:
        return (wanted.name, wanted.digest) == (there.name, there.digest)
    return (wanted.name, wanted.tag) == (there.name, there.tag)


def platforms(distribution: dict[str, t.Any]) -> list[dict[str, str]]:
    """The platforms of an image for its service's placement, as Docker's own command line writes them.

    Args:
        distribution: the Engine's answer at ``/distribution/{image}/json``.
    """
    found = []
    for platform in distribution.get("Platforms") or []:
        architecture, system = platform.get("architecture", ""), platform.get("os", "")
        if "unknown" in (architecture, system):
            continue
        # Every ARM variant calls itself arm, so the word does not say where the image runs.
        entry = {"Architecture": "" if architecture == "arm" else architecture, "OS": system}
        if entry not in found:
            found.append(entry)
    return found
