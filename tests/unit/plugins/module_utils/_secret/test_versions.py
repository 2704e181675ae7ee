# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible_collections.flotilla.swarm.plugins.module_utils._secret import versions
from ansible_collections.flotilla.swarm.plugins.module_utils._secret.declared import check_name
from ansible_collections.flotilla.swarm.plugins.module_utils._secret.options import SECRET


def raw(identity: str, name: str, **labels: str) -> versions.Raw:
    return {
        "ID": identity,
        "Spec": {"Name": name, "Labels": {key.replace("_", "."): v for key, v in labels.items()}},
    }


def ours(identity: str, name: str, logical: str, number: int) -> versions.Raw:
    return raw(identity, name, flotilla_name=logical, flotilla_version=str(number))


def rolled(identity: str, name: str, number: str) -> versions.Raw:
    """As community.docker creates it."""
    return {"ID": identity, "Spec": {"Name": name, "Labels": {"ansible_version": number}}}


def found(raws: list[versions.Raw], name: str, with_namesake: bool = False) -> list[tuple[str, int, bool]]:
    return [(one.id, one.number, one.owned) for one in versions.versions_of(raws, name, with_namesake)]


def test_labels_alone_say_which_object_is_a_version() -> None:
    raws = [
        ours("1", "app", "app", 1),
        ours("10", "app_v10", "app", 10),
        ours("9", "app_v9", "app", 9),
        raw("s", "app_vault"),
        raw("t", "app_v11"),
        ours("u", "app_v2", "app_v2", 99),
        rolled("v", "app_v12", "13"),
        rolled("w", "app_vault_v1", "1"),
    ]
    assert found(raws, "app") == [("10", 10, True), ("9", 9, True), ("1", 1, True)]


def test_an_object_of_another_client_counts_where_it_has_the_name() -> None:
    namesake = raw("n", "app")
    assert found([namesake, raw("s", "app_v1")], "app") == [("n", 1, False)]
    assert found([namesake, ours("2", "app_v2", "app", 2)], "app") == [("2", 2, True)]
    both = found([namesake, ours("2", "app_v2", "app", 2)], "app", with_namesake=True)
    assert both == [("2", 2, True), ("n", 0, False)]
    assert found([ours("o", "app", "other", 1)], "app", with_namesake=True) == []
    community = [rolled("a", "app_v1", "1"), rolled("b", "app_v2", "2"), rolled("c", "app_v3", "x")]
    assert found(community, "app") == [("b", 2, False), ("a", 1, False)]


def test_a_damaged_number_is_the_oldest() -> None:
    damaged = raw("d", "app", flotilla_name="app", flotilla_version="new")
    assert found([damaged, ours("1", "app_v1", "app", 1)], "app") == [("1", 1, True), ("d", 0, True)]


def test_names_mean_the_current_version() -> None:
    raws = [
        ours("1", "app", "app", 1),
        ours("2", "app_v2", "app", 2),
        ours("3", "alone", "alone", 1),
        raw("4", "theirs"),
    ]
    names = versions.names(raws)
    assert names == {"app": "2", "app_v2": "2", "1": "1", "alone": "3", "theirs": "4"}
    # The first name of an ID is the object's own.
    first = {identity: name for name, identity in reversed(names.items())}
    assert first == {"1": "1", "2": "app_v2", "3": "alone", "4": "theirs"}


@pytest.mark.parametrize(
    ("name", "number", "rolling", "taken", "free"),
    [
        ("app", 1, False, set(), ("app", 1)),
        ("app", 1, True, set(), ("app_v1", 1)),
        ("app", 2, False, set(), ("app_v2", 2)),
        ("app", 1, False, {"app", "app_v2"}, ("app_v3", 3)),
        ("n" * 64, 12, False, set(), ("n" * 60 + "_v12", 12)),
    ],
)
def test_a_new_version_gets_a_name_that_is_free(
    name: str, number: int, rolling: bool, taken: set[str], free: tuple[str, int]
) -> None:
    assert versions.free_name(name, number, rolling, taken) == free
    check_name(SECRET, free[0])
    assert free[0].startswith(name[: versions.SHARED])
