# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What goes from a host, whatever it has; and how a pull is told."""

from __future__ import annotations

import json

from ansible_collections.flotilla.swarm.plugins.module_utils._engine.client import Lines
from ansible_collections.flotilla.swarm.plugins.module_utils._image.amounts import amount
from ansible_collections.flotilla.swarm.plugins.module_utils._image.plan import (
    Container,
    Image,
    chain,
    freed_layers,
    plan_prune,
)
from ansible_collections.flotilla.swarm.plugins.module_utils._image.progress import Pull
from ansible_collections.flotilla.swarm.plugins.module_utils._image.used import Kept, used_images
from hypothesis import given
from hypothesis import strategies as st

_DIGESTS = [f"sha256:{letter * 64}" for letter in "abcd"]
_TAGS = st.lists(st.sampled_from(["web:1", "web:2", "r.example:5000/api:1"]), unique=True, max_size=2)
_IMAGES = st.lists(
    st.builds(
        Image,
        st.sampled_from("klmnop"),
        _TAGS,
        st.lists(st.sampled_from([f"web@{one}" for one in _DIGESTS]), unique=True, max_size=2),
        st.integers(1, 4).flatmap(lambda depth: st.just([f"layer-{at}" for at in range(depth)])),
        st.none() | st.integers(0, 100),
    ),
    unique_by=lambda image: image.id,
)
_CONTAINERS = st.lists(
    st.builds(
        Container,
        st.uuids().map(str),
        st.sampled_from("klmnop"),
        st.none() | st.integers(0, 100),
        st.booleans(),
    )
)
_KEEP = st.lists(st.sampled_from(["web:1", "docker.io/library/web:2", *(f"web:9@{one}" for one in _DIGESTS)]))


@given(
    _IMAGES,
    _CONTAINERS,
    _KEEP,
    st.integers(0, 100),
    st.sampled_from(["unused", "dangling", "none"]),
    st.sampled_from(["tasks", "all", "none"]),
)
def test_what_is_needed_stays(
    images: list[Image],
    containers: list[Container],
    keep: list[str],
    before: int,
    which_images: str,
    which_containers: str,
) -> None:
    kept = Kept(keep)
    gone = plan_prune(images, containers, kept, before, which_images, which_containers)
    staying = [one for one in containers if one not in gone.containers]
    for container in gone.containers:
        assert container.ended is not None, "one that runs stays"
        assert container.ended <= before, "a young one stays"
        assert container.of_task or which_containers == "all"
    for image in gone.images:
        assert image.id not in {one.image for one in staying}, "an image that is in use stays"
        assert image.since is not None and image.since <= before, "a young one, and one of unknown age, stays"
        assert not kept.has([*image.tags, *image.digests])
        assert not (which_images == "dangling" and image.tags)
    assert not (which_images == "none" and gone.images)
    # Once more, there is nothing left to do.
    left = [one for one in images if one not in gone.images]
    assert plan_prune(left, staying, kept, before, which_images, which_containers) == ([], [])
    # What is free is what nobody has any longer.
    layers = {layer for one in images for layer in one.layers}
    assert freed_layers(images, gone.images) == layers - {layer for one in left for layer in one.layers}


def test_a_digest_is_kept_whatever_its_tag_stands_for_on_the_host() -> None:
    kept = Kept([f"web:1@{_DIGESTS[0]}", "docker.io/library/api:2"])
    assert kept.has(["other:1", f"web@{_DIGESTS[0]}"])
    assert not kept.has(["web:1", f"web@{_DIGESTS[1]}"]), "the tag was moved"
    assert kept.has(["api:2"])
    assert not kept.has(["api:latest"])


def test_the_images_of_a_rollback_are_used() -> None:
    def spec(image: str) -> dict[str, object]:
        return {"Name": "web", "TaskTemplate": {"ContainerSpec": {"Image": image}}}

    assert used_images([{"Spec": spec("web:2"), "PreviousSpec": spec("web:1")}, {"Spec": spec("web:2")}]) == [
        {"image": "web:1", "services": [], "rollback": ["web"]},
        {"image": "web:2", "services": ["web", "web"], "rollback": []},
    ]


def test_layers_are_named_as_the_engine_names_them() -> None:
    # Of the OCI image specification: ChainID(A|B) = Digest(ChainID(A) + " " + DiffID(B)).
    first, second = _DIGESTS[:2]
    assert chain([]) == []
    assert chain([first]) == [first]
    assert (
        chain([first, second])[1] == "sha256:ccd722928bd92476ba1745586fed6e45a102504185ad88cd89e01ff116fd146c"
    )


def test_a_pull_tells_layers_bytes_and_why_it_failed() -> None:
    pull = Pull()
    assert pull.line == "asking the registry"
    lines = Lines(pull.tell)
    told: list[dict[str, object]] = [
        {"status": "Pulling from library/web", "id": "1.27"},
        {"status": "Already exists", "id": "aaa", "progressDetail": {}},
        {"status": "Pulling fs layer", "id": "bbb", "progressDetail": {}},
        {"status": "Downloading", "id": "bbb", "progressDetail": {"current": 500, "total": 2000}},
    ]
    text = b"".join(json.dumps(one).encode() + b"\r\n" for one in told)
    for at in range(0, len(text), 7):
        lines.take(text[at : at + 7])
    assert pull.line == "1 of 2 layers, 500 B of 2.0 kB"
    lines.take(b'{"status": "Pull complete", "id": "bbb"}\n{"error": "no space left on device"}')
    assert not pull.error, "the line has no end yet"
    lines.end()
    assert (pull.line, pull.error) == ("2 of 2 layers, 2.0 kB of 2.0 kB", "no space left on device")


def test_amounts() -> None:
    shown = [amount(count) for count in (0, 999, 1000, 1234567, 123456789, 2.5e9, 7.2e15)]
    assert shown == ["0 B", "999 B", "1.0 kB", "1.2 MB", "123 MB", "2.5 GB", "7200 TB"]
