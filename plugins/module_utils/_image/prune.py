# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Removing what no service of a swarm needs from a host: the verb of ``swarm_prune``. PRIVATE to the collection."""

from __future__ import annotations

import math
import re
import time
import typing as t

from .._engine.client import Client
from .._engine.errors import EngineError, NotFound, Refused
from .._engine.wait import Deadline, Wait, waiting_for
from .._options.convert import nanoseconds
from .._rollout.snapshot import seconds
from .._run.verb import Options, Result, Verb
from .amounts import amount
from .disk import disk_usage
from .options import PRUNE
from .plan import Container, Gone, Image, chain, freed_layers, plan_prune
from .store import Store, store_of
from .used import Kept

# Seconds that the removal of one image or container, or of the build cache, may take.
_PATIENCE = 600.0
_ZONE = re.compile(r"(.*[\d])([+-])(\d\d):(\d\d)")
_TASK = "com.docker.swarm.task.id"
_KINDS = ("images", "containers", "build_cache")


def work(options: Options, check_mode: bool, client: Client) -> Result:
    """Remove what no service needs, and is old enough.

    Raises:
        Refused: an option that cannot work.
    """
    age = _age(options["older_than"])
    store = store_of(client)
    before = time.time() - age
    images, containers = _images(client, store), _containers(client)
    kept = Kept(options["keep"])
    gone = plan_prune(images, containers, kept, before, options["images"], options["containers"])
    pruning = _Pruning(client, store, images)
    if check_mode:
        pruning.foresee(gone)
        if options["build_cache"]:
            pruning.foresee_build_cache(before)
    else:
        with waiting_for("removing what no service uses", Deadline(math.inf)) as wait:
            pruning.prune(gone, wait)
            if options["build_cache"]:
                wait.doing = "removing the build cache"
                pruning.prune_build_cache(age)
    return pruning.result()


VERB = Verb(PRUNE, work)


class _Pruning:
    """What is removed, and how many bytes that freed.

    Args:
        client: the host's Engine.
        store: its directory.
        images: all of its images.
    """

    def __init__(self, client: Client, store: Store, images: list[Image]) -> None:
        self._client = client
        self._store = store
        self._images = images
        self._layers = store.layers()
        self._freed = dict.fromkeys(_KINDS, 0)
        self._removed: dict[str, list[str]] = {"images": [], "containers": []}
        self._problems: list[str] = []

    def foresee(self, gone: Gone) -> None:
        """Count what would go."""
        for container in gone.containers:
            self._removed["containers"].append(container.id[:12])
            self._freed["containers"] += self._size(container)
        self._removed["images"] = [_name(image) for image in gone.images]
        if self._layers is None:
            self._freed["images"] = sum(image.own_size for image in gone.images)
        else:
            free = freed_layers(self._images, gone.images)
            self._freed["images"] = sum(self._layers.get(layer, 0) for layer in free)

    def prune(self, gone: Gone, wait: Wait) -> None:
        """Remove containers, and then images, since some of them are used by these containers only."""
        for at, container in enumerate(gone.containers, 1):
            wait.doing = f"removing stopped containers, {at} of {len(gone.containers)}"
            size = self._size(container)
            if self._remove(f"/containers/{container.id}", f"container {container.id[:12]}") is not None:
                self._removed["containers"].append(container.id[:12])
                self._freed["containers"] += size
        used = self._used_by_images() if self._layers is None and gone.images else 0
        for at, image in enumerate(gone.images, 1):
            wait.doing = f"removing images, {at} of {len(gone.images)}"
            self._remove_image(image)
        if self._layers is None and gone.images:
            self._freed["images"] = max(0, used - self._used_by_images())

    def _remove_image(self, image: Image) -> None:
        """Remove an image by each of its names: by its ID, one with several names is refused."""
        went: list[dict[str, str]] = []
        for name in [*image.tags, *image.digests] or [image.id]:
            went += self._remove(f"/images/{name}", f"image {name}") or []
        deleted = {one["Deleted"] for one in went if one.get("Deleted")}
        if image.id in deleted:
            self._removed["images"].append(_name(image))
        # The answer names the layers that nothing needs any longer, too.
        self._freed["images"] += sum(size for layer, size in (self._layers or {}).items() if layer in deleted)

    def _remove(self, path: str, what: str) -> list[dict[str, str]] | None:
        """Remove an object; ``None`` where it is in use by now, or was removed by somebody else."""
        try:
            return self._client.delete(path, timeout=_PATIENCE) or []
        except NotFound:
            return None
        except EngineError as error:
            # Somebody has begun to use it since it was looked at: then it stays.
            if error.status != 409:
                self._problems.append(f"{what} was not removed: {error}")
            return None

    def _size(self, container: Container) -> int:
        """The bytes of a container's own files, and of its log."""
        try:
            own = self._client.get(f"/containers/{container.id}/json", timeout=_PATIENCE, size=True)
        except NotFound:
            return 0
        return (own.get("SizeRw") or 0) + (self._store.logs(container.id) or 0)

    def _used_by_images(self) -> int:
        return disk_usage(self._client, "image").get("LayersSize") or 0

    def foresee_build_cache(self, before: float) -> None:
        """Count the build cache that would go."""
        for one in disk_usage(self._client, "build-cache").get("BuildCache") or []:
            used = _moment(one.get("LastUsedAt")) or _moment(one.get("CreatedAt")) or 0
            if not one.get("InUse") and not one.get("Shared") and used <= before:
                self._freed["build_cache"] += one.get("Size") or 0

    def prune_build_cache(self, age: float) -> None:
        """Remove the build cache that was not used for so many seconds."""
        filters = {"until": [f"{age:.0f}s"]} if age else {}
        answer = self._client.post("/build/prune", timeout=_PATIENCE, all=True, filters=filters)
        self._freed["build_cache"] = (answer or {}).get("SpaceReclaimed") or 0

    def result(self) -> Result:
        """What the module returns."""
        actions = [f"remove image {name}" for name in self._removed["images"]]
        actions += [f"remove container {name}" for name in self._removed["containers"]]
        if self._freed["build_cache"]:
            actions.append(f"remove {amount(self._freed['build_cache'])} of build cache")
        freed = {**self._freed, "all": sum(self._freed.values())}
        return {
            "changed": bool(actions),
            "actions": actions,
            "removed": self._removed,
            "freed": freed,
            "warnings": self._problems,
            "row": {
                "IMAGES": f"{len(self._removed['images'])}, {amount(freed['images'])}",
                "CONTAINERS": f"{len(self._removed['containers'])}, {amount(freed['containers'])}",
                "BUILD CACHE": amount(freed["build_cache"]),
                "FREED": amount(freed["all"]),
            },
        }


def _age(text: str) -> float:
    try:
        return nanoseconds(text) / 1e9
    except ValueError as error:
        raise Refused(f"older_than: {error}. Nothing was sent.") from None


def _images(client: Client, store: Store) -> list[Image]:
    found = []
    sharing: dict[str, t.Any] = {"shared-size": True} if store.layers() is None else {}
    for raw in client.get("/images/json", timeout=_PATIENCE, **sharing):
        try:
            own = client.get(f"/images/{raw['Id']}/json")
        except NotFound:
            continue
        tagged = _moment((own.get("Metadata") or {}).get("LastTagTime"))
        times = [one for one in (store.arrival(raw["Id"]), tagged) if one]
        found.append(
            Image(
                raw["Id"],
                [name for name in raw.get("RepoTags") or [] if "<none>" not in name],
                [name for name in raw.get("RepoDigests") or [] if "<none>" not in name],
                chain((own.get("RootFS") or {}).get("Layers") or []),
                max(times) if times else None,
                max(0, (raw.get("Size") or 0) - max(0, raw.get("SharedSize") or 0)),
            )
        )
    return found


def _containers(client: Client) -> list[Container]:
    found = []
    for raw in client.get("/containers/json", all=True):
        ended = None
        if raw.get("State") in ("exited", "dead"):
            try:
                state = client.get(f"/containers/{raw['Id']}/json").get("State") or {}
            except NotFound:
                continue
            ended = _moment(state.get("FinishedAt"))
        found.append(Container(raw["Id"], raw["ImageID"], ended, _TASK in (raw.get("Labels") or {})))
    return found


def _name(image: Image) -> str:
    return next(iter([*image.tags, *image.digests]), image.id)


def _moment(timestamp: str | None) -> float | None:
    """A time of the Engine's JSON; ``None`` for none, which Go writes as the year 1."""
    if not timestamp or timestamp.startswith("0001-"):
        return None
    # Of an image, it has the zone of its Engine.
    found = _ZONE.fullmatch(timestamp)
    if not found:
        return seconds(timestamp)
    sign, hours, minutes = found[2], int(found[3]), int(found[4])
    east = (hours * 60 + minutes) * 60
    return seconds(found[1]) - (east if sign == "+" else -east)
