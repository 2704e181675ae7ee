# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from ansible_collections.flotilla.swarm.plugins.module_utils._image.disk import problem
from ansible_collections.flotilla.swarm.tests.unit.support.module_cases import ImagesEngine
from ansible_collections.flotilla.swarm.tests.unit.support.modules import Module


def test_an_engine_elsewhere_says_what_it_knows(module: Module) -> None:
    found = module.run(ImagesEngine(), sizes=True)
    assert found["sizes"] == {"images": 3000, "build_cache": 0, "stopped_containers": 0, "logs": None}
    assert (found["filesystem"], found["row"]["LOGS"]) == (None, "?")


def test_a_file_system_that_is_nearly_full_is_named_with_the_way_out() -> None:
    disk = {"path": "/var/lib/docker", "size": 100 * 10**9, "free": 9 * 10**9}
    assert problem({**disk, "used_percent": 85}) is None
    assert problem({**disk, "used_percent": 91}) == (
        "the file system of /var/lib/docker is 91 % full, 9.0 GB are free; flotilla.swarm.prune removes what no service uses."
    )
