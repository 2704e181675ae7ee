# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.flotilla.swarm.plugins.module_utils._host.system import DEBIAN_PACKAGES
from ansible_collections.flotilla.swarm.plugins.plugin_utils._engine.packages import FAMILIES
from ansible_collections.flotilla.swarm.tests.unit.support.engines import (
    ABSENT,
    ARCH,
    BOOKWORM,
    FEDORA,
    MINT,
    NOBLE,
    ROCKY,
    engine,
    plan,
    refusal,
)


def test_a_bare_debian_gets_its_own_package() -> None:
    found = plan(live=ABSENT, swarm={"state": "no_engine"})
    assert found["changes"] == ["install docker.io from the distribution"]
    tasks = found["tasks"]
    assert (tasks["install"], tasks["family"], tasks["packages"][0]) == (True, "debian", "docker.io")
    assert (tasks["version_pattern"], tasks["repository_url"], tasks["hold"]) == (None, None, None)
    assert not tasks["start"]
    assert not tasks["restart"]


@pytest.mark.parametrize(
    ("system", "family", "url"),
    [
        (BOOKWORM, "debian", "https://download.docker.com/linux/debian"),
        (NOBLE, "debian", "https://download.docker.com/linux/ubuntu"),
        (ROCKY, "redhat", "https://download.docker.com/linux/centos"),
        (FEDORA, "redhat", "https://download.docker.com/linux/fedora"),
    ],
)
def test_docker_s_repository_has_a_place_for_each_distribution(
    system: dict[str, t.Any], family: str, url: str
) -> None:
    found = plan({"source": "docker"}, ABSENT, system)
    assert found["changes"] == ["install docker-ce from Docker's repository"]
    tasks = found["tasks"]
    assert (tasks["family"], tasks["repository_url"], tasks["codename"]) == (family, url, system["codename"])
    assert tasks["packages"] == ["docker-ce", "docker-ce-cli", "containerd.io"]


def test_a_mirror_takes_the_place_of_docker_s_repository() -> None:
    found = plan({"source": "docker", "repository_url": "http://mirror.example/docker/"}, ABSENT)
    assert found["tasks"]["repository_url"] == "http://mirror.example/docker/debian"


@pytest.mark.parametrize(
    ("system", "source", "way_out"),
    [
        (ROCKY, "distribution", "Rocky 9: set swarm_engine_source to docker."),
        (MINT, "docker", "Mint 22: set swarm_engine_source to distribution."),
        (ARCH, "distribution", "Arch Linux: install an engine of 20.10 or later yourself."),
        ({}, "docker", "an unknown system: install an engine of 20.10 or later yourself."),
        ({**BOOKWORM, "codename": ""}, "docker", "set swarm_engine_source to distribution."),
    ],
)
def test_a_system_without_packages_is_refused_with_the_way_out(
    system: dict[str, t.Any], source: str, way_out: str
) -> None:
    assert refusal({"source": source}, ABSENT, system).endswith(way_out)


def test_what_is_based_on_debian_has_debian_s_package() -> None:
    assert plan(live=ABSENT, system=MINT)["changes"] == ["install docker.io from the distribution"]
    assert plan(live=ABSENT, system=FEDORA)["changes"] == ["install moby-engine from the distribution"]


def test_a_pinned_version_is_installed_and_held() -> None:
    found = plan({"version": "26.1"}, ABSENT)
    assert found["changes"] == ["install docker.io 26.1 from the distribution", "hold docker.io"]
    assert found["tasks"]["hold"] is True
    assert found["tasks"]["version_pattern"] == r"^(?:[0-9]+:)?26\.1(?![0-9])"


def test_docker_s_own_packages_are_pinned_and_held_together() -> None:
    tasks = plan({"version": "26.1", "source": "docker"}, ABSENT)["tasks"]
    assert tasks["pinned"] == ["docker-ce", "docker-ce-cli"]


def test_a_version_is_not_held_when_that_is_declared() -> None:
    found = plan({"version": "26.1", "hold": False}, ABSENT)
    assert (found["changes"], found["tasks"]["hold"]) == (
        ["install docker.io 26.1 from the distribution"],
        None,
    )


@pytest.mark.parametrize(("wanted", "glob"), [("26", "-26.*"), ("26.1", "-26.1.*"), ("26.1.5", "-26.1.5-*")])
def test_dnf_gets_the_end_of_the_version(wanted: str, glob: str) -> None:
    assert plan({"version": wanted, "source": "docker"}, ABSENT, ROCKY)["tasks"]["version_glob"] == glob


@pytest.mark.parametrize("wanted", ["26", "26.1", "26.1.5"])
def test_the_version_that_is_there_is_only_held(wanted: str) -> None:
    found = plan({"version": wanted})
    assert (found["changes"], found["tasks"]["install"]) == (["hold docker.io"], False)
    assert plan({"version": wanted}, engine(held=True))["changes"] == []


def test_a_hold_is_released_only_when_that_is_declared() -> None:
    assert plan({}, engine(held=True))["changes"] == []
    found = plan({"hold": False}, engine(held=True))
    assert (found["changes"], found["tasks"]["hold"]) == (["release docker.io"], False)


@pytest.mark.parametrize("more", [{"package": None, "held": None}, {"held": None}])
def test_what_cannot_be_held_or_seen_is_not_held_at_each_run(more: dict[str, t.Any]) -> None:
    assert plan({"version": "26.1", "hold": True}, engine(**more))["changes"] == []


def test_an_older_engine_outside_of_a_swarm_is_brought_to_the_pinned_version() -> None:
    found = plan({"version": "26.1"}, engine(version="20.10.24+dfsg1"))
    assert found["changes"][0] == "upgrade the engine 20.10.24+dfsg1: docker.io 26.1 from the distribution"
    assert found["tasks"]["install"] is True


def test_an_engine_in_a_swarm_keeps_its_version() -> None:
    assert refusal({"version": "26.1"}, engine(version="20.10.24+dfsg1"), swarm={"state": "worker"}) == (
        "engine 20.10.24+dfsg1 is in a swarm, but swarm_engine_version is 26.1: flotilla.swarm.upgrade upgrades "
        'the engines of a swarm, one node at a time; until then declare "20.10" for this host.'
    )


def test_an_engine_does_not_go_back() -> None:
    assert "newer than swarm_engine_version 20.10" in refusal({"version": "20.10"})


@pytest.mark.parametrize("live", [engine(version="19.03.15"), engine(version="1.13.1")])
@pytest.mark.parametrize("state", ["manager", "worker", "inactive", "no_engine"])
def test_an_engine_before_20_10_is_refused(live: dict[str, t.Any], state: str) -> None:
    assert "is older than 20.10" in refusal({}, live, swarm={"state": state})


@pytest.mark.parametrize("wanted", ["19.03", "19", "20.1", "20.9.3"])
def test_a_pinned_version_before_20_10_is_refused(wanted: str) -> None:
    assert refusal({"version": wanted}, ABSENT).startswith(f"swarm_engine_version is {wanted}: a swarm needs")


@pytest.mark.parametrize("wanted", ["20", "20.10", "20.10.0", "26"])
def test_20_10_itself_is_accepted(wanted: str) -> None:
    assert plan({"version": wanted}, ABSENT)["refusals"] == []


@pytest.mark.parametrize("wanted", ["latest", "26.x", "v26.1", "26.1.5+dfsg1", "26.", " "])
def test_a_version_that_is_none_is_refused(wanted: str) -> None:
    assert "give the beginning of a version" in refusal({"version": wanted}, ABSENT)


def test_20_10_2_does_not_stand_for_20_10_24() -> None:
    assert plan({"version": "20.10.2"}, engine(version="20.10.24"))["refusals"]


def test_a_repository_needs_an_address() -> None:
    declared = {"source": "docker", "repository_url": ""}
    assert refusal(declared, ABSENT).startswith("swarm_engine_repository_url is empty: give")
    assert plan(declared)["refusals"] == [], "an Engine that is installed already needs no repository"


def test_every_package_that_is_installed_on_debian_is_found_there_afterwards() -> None:
    own = {packages.pinned[0] for packages in FAMILIES["debian"].distribution.values()}
    assert own | {plan({"source": "docker"}, ABSENT)["tasks"]["pinned"][0]} <= set(DEBIAN_PACKAGES)
