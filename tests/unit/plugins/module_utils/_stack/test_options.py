# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.flotilla.swarm.plugins.module_utils._stack.options import (
    NAMESPACE,
    in_stack,
    stack_of,
)


def test_what_belongs_to_a_stack_is_found_by_its_label() -> None:
    assert in_stack() == {"label": [NAMESPACE]}
    assert in_stack("shop") == {"label": [f"{NAMESPACE}=shop"]}


@pytest.mark.parametrize(
    ("raw", "name"),
    [
        ({"Spec": {"Labels": {NAMESPACE: "shop"}}}, "shop"),
        ({"Name": "net", "Labels": {NAMESPACE: "shop"}}, "shop"),
        ({"Spec": {"Labels": None}}, None),
        ({"Name": "net"}, None),
    ],
)
def test_a_label_says_which_stack_something_is_of(raw: dict[str, t.Any], name: str | None) -> None:
    assert stack_of(raw) == name
