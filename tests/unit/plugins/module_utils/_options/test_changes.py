# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which changes are shown: the labels of a stack and the memory only where they say something."""

from __future__ import annotations

import pytest
from ansible_collections.flotilla.swarm.plugins.module_utils._options.changes import side, visible_changes
from ansible_collections.flotilla.swarm.plugins.module_utils._options.hidden import Changes

STACK = "labels.com.docker.stack.namespace"
OF_CONTAINERS = "container_labels.com.docker.stack.namespace"
IMAGE = "labels.com.docker.stack.image"
MEMORY = "flotilla.declared"
NEW: Changes = {
    "image": ("", "nginx:1"),
    "labels.a": (None, "1"),
    STACK: (None, "shop"),
    OF_CONTAINERS: (None, "shop"),
    IMAGE: (None, "nginx:1"),
    MEMORY: (None, "[]"),
}


def test_a_new_object_is_shown_without_the_labels_that_every_object_of_a_stack_gets() -> None:
    assert set(visible_changes(NEW, created=True)) == {"image", "labels.a"}
    assert side(NEW, True, created=True) == {"image": "nginx:1", "labels.a": "1"}
    assert visible_changes({STACK: (None, "shop"), MEMORY: (None, "[]")}, created=True) == {}


@pytest.mark.parametrize(
    ("changes", "shown"),
    [
        # A service that was in no stack, or in another one, is taken over; its tasks are replaced for the second label.
        (
            {STACK: (None, "shop"), OF_CONTAINERS: (None, "shop"), MEMORY: (None, "[]")},
            {STACK, OF_CONTAINERS},
        ),
        ({STACK: ("blog", "shop"), "user": ("", "root")}, {STACK, "user"}),
        # The label follows the image, and stands alone where the same image is called another name.
        ({IMAGE: ("nginx:1", "nginx:2"), "image": ("nginx:1", "nginx:2")}, {"image"}),
        ({IMAGE: ("nginx", "nginx:latest"), MEMORY: ("[]", "[1]")}, {IMAGE}),
        ({IMAGE: (None, "nginx:1"), "user": ("", "root")}, {IMAGE, "user"}),
        ({"user": ("", "root"), MEMORY: ("[]", "[1]")}, {"user"}),
        ({MEMORY: ("[]", "[1]")}, {MEMORY}),
    ],
)
def test_an_object_that_is_there_is_shown_with_the_labels_that_say_something(
    changes: Changes, shown: set[str]
) -> None:
    assert set(visible_changes(changes)) == shown
