# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Image references: when two mean the same image, and how a digest is pinned. PRIVATE to the collection. Pure."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass


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
