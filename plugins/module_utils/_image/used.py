# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which images the services of a swarm use, now and after a rollback. PRIVATE to the collection. Pure."""

from __future__ import annotations

import typing as t

from .._rollout.references import container_of
from .._service.image import reference

Raw = t.Dict[str, t.Any]


def used_images(services: t.Sequence[Raw]) -> list[dict[str, t.Any]]:
    """The images of services: ``image``, ``services`` that use it now, and ``rollback``, those that would after a rollback."""
    found: dict[str, dict[str, t.Any]] = {}
    for key, word in (("Spec", "services"), ("PreviousSpec", "rollback")):
        for raw in services:
            image = container_of(raw.get(key) or {}).get("Image")
            if image:
                empty: dict[str, t.Any] = {"image": image, "services": [], "rollback": []}
                found.setdefault(image, empty)[word].append(raw["Spec"]["Name"])
    return [found[image] for image in sorted(found)]


class Kept:
    """Images that are kept, by whatever name a host has for them.

    Args:
        images: references, with a tag, a digest or both.
    """

    def __init__(self, images: t.Iterable[str]) -> None:
        wanted = [reference(image) for image in images]
        # What has a digest is that image alone, whatever its tag stands for on a host.
        self._digests = {(one.name, one.digest) for one in wanted if one.digest}
        self._tags = {(one.name, one.tag) for one in wanted if not one.digest}

    def has(self, names: t.Iterable[str]) -> bool:
        """Whether an image with these names on a host is kept."""
        there = [reference(name) for name in names]
        return any(
            (one.name, one.digest) in self._digests if one.digest else (one.name, one.tag) in self._tags
            for one in there
        )
