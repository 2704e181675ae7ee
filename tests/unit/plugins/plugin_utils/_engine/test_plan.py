# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
import typing as t
from pathlib import Path

import pytest
import yaml
from ansible_collections.flotilla.swarm.plugins.plugin_utils._engine.plan import (
    DEFAULTS,
    EnginePlan,
    plan_engine,
)
from hypothesis import given
from hypothesis import strategies as st

ROOT = Path(__file__).parents[5]

BOOKWORM = {
    "id": "debian",
    "version_id": "12",
    "id_like": [],
    "codename": "bookworm",
    "pretty_name": "Debian GNU/Linux 12 (bookworm)",
}
NOBLE = {
    "id": "ubuntu",
    "version_id": "24.04",
    "id_like": ["debian"],
    "codename": "noble",
    "pretty_name": "Ubuntu 24.04",
}
ROCKY = {
    "id": "rocky",
    "version_id": "9.4",
    "id_like": ["rhel", "centos", "fedora"],
    "codename": "",
    "pretty_name": "Rocky 9",
}
FEDORA = {"id": "fedora", "version_id": "41", "id_like": [], "codename": "", "pretty_name": "Fedora Linux 41"}
MINT = {
    "id": "linuxmint",
    "version_id": "22",
    "id_like": ["ubuntu", "debian"],
    "codename": "wilma",
    "pretty_name": "Linux Mint 22",
}
ARCH = {"id": "arch", "version_id": "", "id_like": [], "codename": "", "pretty_name": "Arch Linux"}


def engine(state: str = "running", version: str | None = "26.1.5+dfsg1", **more: t.Any) -> dict[str, t.Any]:
    found = {
        "state": state,
        "version": version,
        "package": "docker.io",
        "held": False,
        "daemon": {},
        "daemon_error": None,
    }
    return {**found, "error": None, **more}


ABSENT = engine("absent", None, package=None, held=None)
MANAGER = {"state": "manager", "quorum": {"managers": 3, "reachable": 3, "majority": 2, "may_fail": 1}}


def plan(
    declared: dict[str, t.Any] | None = None,
    live: dict[str, t.Any] | None = None,
    system: dict[str, t.Any] | None = None,
    swarm: dict[str, t.Any] | None = None,
) -> EnginePlan:
    variables = {f"swarm_engine_{name}": value for name, value in (declared or {}).items()}
    return plan_engine(
        variables,
        {
            "os": BOOKWORM if system is None else system,
            "engine": live or engine(),
            "swarm": swarm or {"state": "inactive"},
        },
    )


def refused(*arguments: t.Any, **more: t.Any) -> str:
    """The only refusal; what is refused plans no work for the refused part."""
    (refusal,) = plan(*arguments, **more)["refusals"]
    return refusal


def test_defaults_are_those_of_the_role() -> None:
    assert (
        yaml.safe_load((ROOT / "roles/swarm_engine/defaults/main.yml").read_text(encoding="utf-8"))
        == DEFAULTS
    )


@pytest.mark.parametrize("state", ["inactive", "worker", "manager"])
@pytest.mark.parametrize("version", ["20.10.0", "20.10.24+dfsg1", "26.1.5+dfsg1", "29.0.0"])
def test_an_engine_that_is_recent_enough_is_left_alone_wherever_it_came_from(
    state: str, version: str
) -> None:
    found = plan({"source": "docker"}, engine(version=version, package=None), ARCH, {"state": state})
    assert (found["refusals"], found["warnings"], found["changes"]) == ([], [], [])


def test_a_stopped_engine_is_started() -> None:
    found = plan(live=engine("stopped", None), swarm={"state": "no_engine"})
    assert found["changes"] == ["start the engine"]
    assert found["tasks"]["start"] is True


# Installing


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
    assert refused({"source": source}, ABSENT, system).endswith(way_out)


def test_what_is_based_on_debian_has_debian_s_package() -> None:
    assert plan(live=ABSENT, system=MINT)["changes"] == ["install docker.io from the distribution"]
    assert plan(live=ABSENT, system=FEDORA)["changes"] == ["install moby-engine from the distribution"]


# Versions


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
def test_dnf_is_told_where_the_version_ends(wanted: str, glob: str) -> None:
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
    assert refused({"version": "26.1"}, engine(version="20.10.24+dfsg1"), swarm={"state": "worker"}) == (
        "engine 20.10.24+dfsg1 is in a swarm, but swarm_engine_version is 26.1: engines of a swarm are changed one node "
        'at a time; until then declare "20.10" for this host.'
    )


def test_an_engine_does_not_go_back() -> None:
    assert "newer than swarm_engine_version 20.10" in refused({"version": "20.10"})


@pytest.mark.parametrize(
    "live", [engine(version="19.03.15"), engine("too_old", "1.13.1"), engine("too_old", None)]
)
@pytest.mark.parametrize("state", ["manager", "worker", "inactive", "no_engine"])
def test_an_engine_before_20_10_is_refused(live: dict[str, t.Any], state: str) -> None:
    assert "is older than 20.10" in refused({}, live, swarm={"state": state})


@pytest.mark.parametrize("wanted", ["19.03", "19", "20.1", "20.9.3"])
def test_a_pinned_version_before_20_10_is_refused(wanted: str) -> None:
    assert refused({"version": wanted}, ABSENT).startswith(f"swarm_engine_version is {wanted}: a swarm needs")


@pytest.mark.parametrize("wanted", ["20", "20.10", "20.10.0", "26"])
def test_20_10_itself_is_accepted(wanted: str) -> None:
    assert plan({"version": wanted}, ABSENT)["refusals"] == []


@pytest.mark.parametrize("wanted", ["latest", "26.x", "v26.1", "26.1.5+dfsg1", "26.", " "])
def test_a_version_that_is_none_is_refused(wanted: str) -> None:
    assert "give the beginning of a version" in refused({"version": wanted}, ABSENT)


def test_20_10_2_does_not_stand_for_20_10_24() -> None:
    assert plan({"version": "20.10.2"}, engine(version="20.10.24"))["refusals"]


# Refusals of the whole host


def test_unusable_engines_are_refused() -> None:
    assert "does not answer (timed out)" in refused({}, engine("unreachable", error="timed out"))
    assert "podman-docker" in refused({}, engine("stopped", None, package="podman-docker"))
    assert "choose distribution or docker" in refused({"source": "snap"}, ABSENT)
    assert "choose true or false" in refused({"hold": "perhaps"}, ABSENT)


# Options of the Engine


def test_declared_options_win_key_by_key_and_others_stay() -> None:
    live = {"debug": True, "mtu": 1500, "log-driver": "journald", "registry-mirrors": ["http://m"]}
    found = plan(
        {"mtu": 1450, "log_options": {"max-size": "10m", "max-file": 3, "compress": True}},
        engine(daemon=live),
    )
    assert found["tasks"]["daemon"] == {
        **live,
        "mtu": 1450,
        "log-opts": {"max-size": "10m", "max-file": "3", "compress": "true"},
    }
    assert found["tasks"]["previous_daemon"] == live
    assert found["changes"] == [
        "daemon: log-opts.compress unset → true",
        "daemon: log-opts.max-file unset → 3",
        "daemon: log-opts.max-size unset → 10m",
        "daemon: mtu 1500 → 1450",
        "restart the engine",
    ]


def test_null_removes_a_key() -> None:
    found = plan({"daemon": {"debug": None, "absent": None}}, engine(daemon={"debug": True, "mtu": 1400}))
    assert found["tasks"]["daemon"] == {"mtu": 1400}
    assert found["changes"] == ["daemon: debug true → unset", "restart the engine"]


def test_what_the_engine_takes_over_by_itself_needs_no_restart() -> None:
    found = plan({"insecure_registries": ["r:5000"], "daemon": {"debug": True}}, engine(daemon={"mtu": 1400}))
    assert (found["tasks"]["reload"], found["tasks"]["restart"]) == (True, False)
    assert found["changes"][-1] == "reload the engine"
    both = plan({"insecure_registries": ["r:5000"], "mtu": 1400})
    assert (both["tasks"]["reload"], both["tasks"]["restart"]) == (False, True)


def test_options_of_a_new_or_a_stopped_engine_need_no_restart() -> None:
    for live in (ABSENT, engine("stopped", None)):
        tasks = plan({"mtu": 1400}, live, swarm={"state": "no_engine"})["tasks"]
        assert tasks["daemon"] == {"mtu": 1400}
        assert not tasks["restart"]
        assert not tasks["reload"]


@pytest.mark.parametrize(
    ("declared", "live"),
    [
        ({"data_root": "/var/lib/docker"}, {}),
        ({"mtu": 1500, "log_driver": "json-file"}, {}),
        ({"insecure_registries": ["b", "a"]}, {"insecure-registries": ["a", "b"]}),
        ({"log_options": {}}, {"log-opts": {}}),
        ({"daemon": {"live-restore": False}}, {"live-restore": False}),
    ],
)
def test_what_comes_to_the_same_is_no_change(declared: dict[str, t.Any], live: dict[str, t.Any]) -> None:
    found = plan(declared, engine(daemon=live), swarm=MANAGER)
    assert (found["refusals"], found["changes"], found["tasks"]["daemon"]) == ([], [], None)


def test_true_is_not_one() -> None:
    assert plan({"daemon": {"debug": True}}, engine(daemon={"debug": 1}))["tasks"]["daemon"] == {
        "debug": True
    }


def test_live_restore_is_refused_with_the_reason() -> None:
    assert refused({"daemon": {"live-restore": True}}).startswith(
        "swarm_engine_daemon sets live-restore, which excludes"
    )
    found = refused({}, engine(daemon={"live-restore": True}))
    assert found.startswith("/etc/docker/daemon.json sets live-restore, which excludes swarm mode")


@pytest.mark.parametrize("value", [None, False])
def test_live_restore_is_switched_off_when_that_is_declared(value: bool | None) -> None:
    found = plan({"daemon": {"live-restore": value}}, engine(daemon={"live-restore": True}))
    assert found["refusals"] == []
    assert found["tasks"]["daemon"] == ({} if value is None else {"live-restore": False})


def test_a_malformed_file_is_refused_by_name() -> None:
    told = refused({"mtu": 1400}, engine(daemon={}, daemon_error="Expecting value: line 2 column 1"))
    assert (
        told
        == "/etc/docker/daemon.json cannot be read (Expecting value: line 2 column 1): repair or remove it."
    )
    assert "it is no JSON object" in refused({}, engine(daemon=["mtu"]))


@pytest.mark.parametrize(
    ("declared", "message"),
    [
        ({"mtu": 100}, "swarm_engine_mtu is 100: give"),
        ({"mtu": "big"}, "swarm_engine_mtu is big"),
        ({"log_options": {"max-size": None}}, "swarm_engine_log_options has to be"),
        ({"log_options": ["a"]}, "swarm_engine_log_options has to be"),
        ({"log_driver": ""}, "swarm_engine_log_driver has to be"),
        ({"insecure_registries": "r:5000"}, "swarm_engine_insecure_registries has to be a list"),
        ({"data_root": "docker"}, "swarm_engine_data_root is docker: give an absolute path"),
        ({"daemon": ["a"]}, "swarm_engine_daemon has to be a dictionary"),
        ({"mtu": 1400, "daemon": {"mtu": 1500}}, "swarm_engine_mtu and swarm_engine_daemon both set mtu"),
    ],
)
def test_values_the_engine_would_not_start_with_are_refused(declared: dict[str, t.Any], message: str) -> None:
    assert message in refused(declared)


def test_secrets_are_never_shown() -> None:
    declared = {
        "log_options": {"splunk-token": "s3cret", "splunk-url": "https://logs"},
        "daemon": {"proxies": {"http-proxy": "http://me:s3cret@proxy"}, "some-key": "s3cret"},
    }
    changes = plan(declared, engine(daemon={"log-opts": {"splunk-token": "0ld-s3cret"}}))["changes"]
    assert not [line for line in changes if "s3cret" in line]
    assert "daemon: log-opts.splunk-token (hidden) → (hidden)" in changes
    assert "daemon: log-opts.splunk-url unset → https://logs" in changes


# The data root holds the node's identity


def test_a_node_keeps_its_data_root() -> None:
    assert "would have left its swarm" in refused({"data_root": "/srv/docker"}, swarm=MANAGER)
    assert "nobody knows" in refused(
        {"data_root": "/srv"}, engine("stopped", None), swarm={"state": "no_engine"}
    )


def test_a_host_outside_of_a_swarm_may_move_and_is_told_what_stays() -> None:
    found = plan({"data_root": "/srv/docker/"})
    assert found["tasks"]["daemon"] == {"data-root": "/srv/docker"}
    assert found["warnings"] == [
        "images, volumes and containers stay in the old data root and are not moved."
    ]
    assert plan({"data_root": "/srv/docker"}, ABSENT)["warnings"] == []


# Restarts and the quorum


def quorum(managers: int, reachable: int) -> dict[str, t.Any]:
    return {"state": "manager", "quorum": {"managers": managers, "reachable": reachable}}


def test_nodes_of_a_swarm_restart_one_at_a_time_and_come_back_as_what_they_were() -> None:
    found = plan({"mtu": 1400}, swarm=MANAGER)
    assert found["changes"][-1] == "restart the engine, one node at a time"
    assert (found["tasks"]["in_swarm"], found["tasks"]["state"], found["tasks"]["reachable"]) == (
        True,
        "manager",
        3,
    )
    assert found["warnings"] == []


@pytest.mark.parametrize(("managers", "few"), [(1, "one manager"), (2, "two managers")])
def test_a_restart_that_cannot_keep_the_quorum_is_told(managers: int, few: str) -> None:
    found = plan({"mtu": 1400}, swarm=quorum(managers, managers))
    assert found["warnings"] == [
        f"the swarm has {few} and no quorum while this engine restarts; its services go on."
    ]
    assert found["tasks"]["restart"] is True


@pytest.mark.parametrize(("managers", "reachable"), [(3, 2), (5, 3)])
def test_a_restart_that_would_cost_the_quorum_is_refused(managers: int, reachable: int) -> None:
    told = refused({"mtu": 1400}, swarm=quorum(managers, reachable))
    assert f"with {reachable} of {managers} managers reachable" in told
    assert plan({"mtu": 1400}, swarm=quorum(managers, reachable))["tasks"]["daemon"] is None


def test_a_locking_swarm_is_not_restarted() -> None:
    swarm = {**MANAGER, "settings": {"autolock_managers": True}}
    assert "autolock" in refused({"mtu": 1400}, swarm=swarm)
    assert plan({"insecure_registries": ["r:5000"]}, swarm=swarm)["refusals"] == []


# Properties

KEYS = st.sampled_from(["mtu", "debug", "insecure-registries", "log-opts", "labels", "dns", "x"])
VALUES = st.one_of(
    st.booleans(),
    st.integers(0, 9),
    st.text(max_size=3),
    st.lists(st.text(max_size=2)),
    st.dictionaries(KEYS, st.text()),
)


@given(st.dictionaries(KEYS, st.one_of(st.none(), VALUES)), st.dictionaries(KEYS, VALUES))
def test_planning_again_after_applying_gives_nothing(
    declared: dict[str, t.Any], live: dict[str, t.Any]
) -> None:
    first = plan({"daemon": declared}, engine(daemon=live))
    applied = first["tasks"]["daemon"] if first["tasks"]["daemon"] is not None else live
    second = plan({"daemon": declared}, engine(daemon=applied))
    assert (second["changes"], second["tasks"]["daemon"]) == ([], None)
    assert {key: applied.get(key) for key in live if key not in declared} == {
        key: value for key, value in live.items() if key not in declared
    }
    # As JSON, where false is not 0.
    assert bool(first["changes"]) == (json.dumps(applied, sort_keys=True) != json.dumps(live, sort_keys=True))
