# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.flotilla.swarm.plugins.module_utils._engine.errors import Refused
from ansible_collections.flotilla.swarm.plugins.module_utils._stack.declared import (
    DeclaredStack,
    declared_stack,
)


def stack(declared: t.Any = None, data: t.Any = None, **more: t.Any) -> DeclaredStack:
    return declared_stack(
        {
            "name": "shop",
            "_declared": {} if declared is None else declared,
            "_declared_data": data,
            "prune": False,
            "retry_paused": False,
            "state": "present",
            "resolve_image": "never",
            "undeclared": "keep",
            "recreate": True,
            **more,
        }
    )


@pytest.mark.parametrize(
    ("value", "meant"),
    [
        (False, "none"),
        ("no", "none"),
        (True, "services"),
        ("yes", "services"),
        ("all", "all"),
        ("ALL", "all"),
    ],
)
def test_prune_has_three_values(value: t.Any, meant: str) -> None:
    assert stack(prune=value).prune == meant


def test_another_prune_is_refused() -> None:
    with pytest.raises(Refused, match="prune is 'some', none of false, true, all"):
        stack(prune="some")


def test_a_stack_has_compose_files() -> None:
    with pytest.raises(
        Refused, match=r"^compose is missing: name the Compose files of the stack\. Nothing was sent\.$"
    ):
        declared_stack({"state": "present", "_declared": None})


def test_contents_of_secrets_return_to_where_they_belong() -> None:
    declared = {"secrets": [{"name": "a"}, {"name": "b", "data_src": "/b"}], "configs": [{"name": "a"}]}
    found = stack(declared, {"secrets/a": "Uw==", "configs/a": "Qw=="})
    assert found.secrets == [
        {"name": "a", "data": "Uw==", "data_is_b64": True},
        {"name": "b", "data_src": "/b"},
    ]
    assert found.configs == [{"name": "a", "data": "Qw==", "data_is_b64": True}]


def test_options_of_the_stack_are_those_of_its_services_and_networks() -> None:
    found = stack({"services": [{"name": "web"}], "networks": [{"name": "front"}]})
    assert found.services == [
        {"name": "web", "resolve_image": "never", "undeclared": "keep", "retry_paused": False}
    ]
    assert found.networks == [{"name": "front", "recreate": True}]
