# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What of a host's images and containers goes, and how many bytes that frees. PRIVATE to the collection. Pure."""

from __future__ import annotations

import hashlib
import typing as t

from .used import Kept


class Image(t.NamedTuple):
    """An image of a host.

    Attributes:
        id: its ID.
        tags, digests: its names, those with a tag and those with a digest.
        layers: the chain IDs of its layers, from the lowest up.
        since: the time at which it came to the host; ``None`` where nobody knows.
        own_size: bytes that no other image shares, as the Engine says.
    """

    id: str
    tags: t.Sequence[str]
    digests: t.Sequence[str]
    layers: t.Sequence[str]
    since: float | None
    own_size: int = 0


class Container(t.NamedTuple):
    """A container of a host.

    Attributes:
        id: its ID.
        image: the ID of its image.
        ended: the time at which it ended; ``None`` where it has not.
        of_task: whether it is that of a service's task.
    """

    id: str
    image: str
    ended: float | None = None
    of_task: bool = False


class Gone(t.NamedTuple):
    """What goes."""

    containers: list[Container]
    images: list[Image]


def plan_prune(
    images: t.Sequence[Image],
    containers: t.Sequence[Container],
    kept: Kept,
    before: float,
    which_images: str = "unused",
    which_containers: str = "tasks",
) -> Gone:
    """Say what goes.

    Args:
        images, containers: all that the host has.
        kept: what is kept whatever its age.
        before: what came or ended later than this stays.
        which_images: ``unused``, ``dangling`` (without a tag) or ``none``.
        which_containers: ``tasks``, ``all`` or ``none``.
    """
    ending = [
        one
        for one in containers
        if one.ended is not None
        and one.ended <= before
        and (which_containers == "all" or (which_containers == "tasks" and one.of_task))
    ]
    in_use = {one.image for one in containers if one not in ending}
    going = [
        one
        for one in images
        if (which_images == "unused" or (which_images == "dangling" and not one.tags))
        and one.id not in in_use
        and not kept.has([*one.tags, *one.digests])
        and one.since is not None
        and one.since <= before
    ]
    return Gone(ending, going)


def freed_layers(images: t.Sequence[Image], going: t.Sequence[Image]) -> set[str]:
    """The layers that no image has any longer once some have gone."""
    gone = {one.id for one in going}
    staying = {layer for one in images if one.id not in gone for layer in one.layers}
    return {layer for one in going for layer in one.layers} - staying


def chain(diffs: t.Sequence[str]) -> list[str]:
    """The chain IDs of an image's layers, by which an Engine stores them (OCI image specification, "Layer ChainID")."""
    found: list[str] = []
    for diff in diffs:
        digest = hashlib.sha256(f"{found[-1]} {diff}".encode()).hexdigest() if found else ""
        found.append(f"sha256:{digest}" if digest else diff)
    return found
