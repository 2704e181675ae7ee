# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.flotilla.swarm.plugins.module_utils._options.hidden import HIDDEN
from ansible_collections.flotilla.swarm.plugins.module_utils._service.mounts import MOUNTS
from ansible_collections.flotilla.swarm.plugins.module_utils._service.values import (
    CONSTRAINTS,
    ENV,
    HOSTS,
    LOG_OPTIONS,
    ULIMITS,
    env_pairs,
)


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ({"A": "x", "B": "", "C": None}, {"A": HIDDEN, "B": HIDDEN, "C": None}),
        (["A=x", "B=", "C", "D=a=b"], [f"A={HIDDEN}", f"B={HIDDEN}", "C", f"D={HIDDEN}"]),
        ("A=x", HIDDEN),
        ([7, {"A": "x"}], [HIDDEN, HIDDEN]),
        ("", ""),
        ([], []),
        (None, None),
    ],
)
def test_environment_variables_keep_their_names_and_lose_their_values(written: t.Any, shown: t.Any) -> None:
    assert ENV.hide(written) == shown


def test_an_empty_or_unset_variable_of_a_diff_is_hidden_too() -> None:
    assert {ENV.hide_part("NAME", value) for value in ("x", "", "(unset)")} == {HIDDEN}


def test_a_variable_with_two_values_is_refused_without_them() -> None:
    with pytest.raises(ValueError, match=r"^variable 'A' is there twice, with two values: keep one of them$"):
        ENV.to_api(["A=1", "B=1", "A=2"])
    with pytest.raises(ValueError, match="variable 'A' is there twice"):
        ENV.to_api(["A=1", "A"])
    assert ENV.to_api(["A=1", "A=1"]) == ["A=1"]
    assert env_pairs(["A=1", "A=2"], last_wins=True) == {"A": "2"}, "as Docker reads a file"


def test_a_ulimit_is_declared_once() -> None:
    with pytest.raises(ValueError, match=r"^nofile is there twice: keep one of them$"):
        ULIMITS.to_api(["nofile:1", "core:1", {"name": "nofile", "soft": 2}])


@pytest.mark.parametrize(
    "other", ["/data", "/data/", "//data", "/data//", "/./data", "/srv/../data", "/../data/."]
)
def test_a_target_has_one_mount_however_it_is_written(other: str) -> None:
    mounts = [{"type": "volume", "source": "one", "target": "/data"}]
    with pytest.raises(ValueError, match="two mounts have this target"):
        MOUNTS.to_api([*mounts, {"type": "volume", "source": "two", "target": other}])
    assert len(MOUNTS.to_api([*mounts, {"type": "volume", "source": "two", "target": "/data/in"}])) == 2


@pytest.mark.parametrize("target", ["/", "//", "/.", "/data/..", "/../.."])
def test_a_target_that_comes_to_the_root_is_refused(target: str) -> None:
    with pytest.raises(ValueError, match="the target is / itself"):
        MOUNTS.to_api([{"type": "volume", "source": "one", "target": target}])


def test_a_target_may_go_up_as_long_as_it_ends_in_a_directory() -> None:
    [made] = MOUNTS.to_api([{"type": "volume", "source": "one", "target": "/srv/../data"}])
    assert made["Target"] == "/srv/../data"


def test_spaces_of_a_constraint_are_no_difference() -> None:
    written = [" node.role == manager ", "node.labels.c   !=   d"]
    assert (
        CONSTRAINTS.canonical(written)
        == CONSTRAINTS.to_api(written)
        == ["node.labels.c!=d", "node.role==manager"]
    )


def test_a_host_may_have_several_addresses() -> None:
    """docker stack deploy writes one line for each, and the first one is tried first."""
    written = {"db": ["192.0.2.9", "192.0.2.1"], "a": "::1"}
    made = HOSTS.to_api(written)
    assert made == ["::1 a", "192.0.2.9 db", "192.0.2.1 db"]
    assert HOSTS.show(made) == written
    assert HOSTS.canonical(made) == HOSTS.canonical(made[::-1])


@pytest.mark.parametrize(
    ("written", "problem"),
    [
        ({"db": []}, "host 'db' has no address"),
        ({"db": ["192.0.2.1", 5]}, "host 'db' is a number, not a string: put it in quotes"),
        ({"db": ["192.0.2.1", "x"]}, "host 'db': 'x' is not an IP address"),
        (["db"], "is a list, not a dictionary"),
    ],
)
def test_what_is_no_address_of_a_host_is_refused(written: t.Any, problem: str) -> None:
    with pytest.raises(ValueError) as refused:
        HOSTS.to_api(written)
    assert str(refused.value).startswith(problem)


def test_a_label_or_driver_option_of_a_volume_may_be_empty() -> None:
    mount = {
        "target": "/b",
        "source": "data",
        "type": "volume",
        "labels": {"bare": ""},
        "driver_config": {"options": {"o": ""}},
    }
    [made] = MOUNTS.to_api([mount])
    assert made["VolumeOptions"] == {"Labels": {"bare": ""}, "DriverConfig": {"Options": {"o": ""}}}
    without = {**made, "VolumeOptions": {}}
    assert MOUNTS.canonical([made]) != MOUNTS.canonical([without])
    assert MOUNTS.show([made]) == [mount]


@pytest.mark.parametrize("source", ["shop-data", "group:scratch"])
def test_a_cluster_volume_or_any_one_of_a_group_can_be_mounted(source: str) -> None:
    mount = {"target": "/x", "source": source, "type": "cluster", "readonly": True}
    [made] = MOUNTS.to_api([mount])
    assert made == {"Type": "cluster", "Source": source, "Target": "/x", "ReadOnly": True}
    assert MOUNTS.show([made]) == [mount]
    # An Engine adds to it what it says of every mount of this type.
    assert MOUNTS.canonical([{**made, "ClusterOptions": {}}]) == MOUNTS.canonical([made])
    assert list(MOUNTS.needs([made])) == [("mounts of type cluster", "1.42")]
    with pytest.raises(ValueError, match=r"^/x: a mount of type cluster needs a source$"):
        MOUNTS.to_api([{"target": "/x", "type": "cluster"}])
    with pytest.raises(
        ValueError, match=r"^/x: no_copy is for a mount of type volume, this one is a cluster$"
    ):
        MOUNTS.to_api([{**mount, "no_copy": True}])


def test_of_a_mount_only_the_options_of_the_driver_are_hidden() -> None:
    as_written = {"target": "/b", "source": "v", "driver_config": {"name": "nfs", "options": {"o": "x"}}}
    as_sent = {
        "Target": "/b",
        "VolumeOptions": {"NoCopy": True, "DriverConfig": {"Name": "nfs", "Options": {"o": "x"}}},
    }
    assert MOUNTS.hide([as_written, as_sent, {"target": "/c"}]) == [
        {**as_written, "driver_config": {"name": "nfs", "options": {"o": HIDDEN}}},
        {
            "Target": "/b",
            "VolumeOptions": {"NoCopy": True, "DriverConfig": {"Name": "nfs", "Options": {"o": HIDDEN}}},
        },
        {"target": "/c"},
    ]
    assert MOUNTS.hide_part("/b", as_written) == MOUNTS.hide([as_written])[0]
    assert as_written["driver_config"] == {"name": "nfs", "options": {"o": "x"}}, "nothing is changed"


def test_options_of_a_log_driver_are_shown_by_name_and_credentials_hidden() -> None:
    assert LOG_OPTIONS.hide({"token": "x", "max-size": "1m"}) == {"token": HIDDEN, "max-size": "1m"}
    assert LOG_OPTIONS.hide_part("token", "x") == HIDDEN
    assert LOG_OPTIONS.hide_part("max-size", "1m") == "1m"
    assert LOG_OPTIONS.parts is not None
    assert LOG_OPTIONS.parts({"token": "x"}) == {"token": "x"}
