# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible_collections.flotilla.swarm.tests.unit.support.modules import Module


@pytest.mark.parametrize(
    "name", ["-o=Dir::Etc=/x", "docker*", "docker.io =1", "docker.io/sid", "./a.deb", ""]
)
def test_what_apt_would_take_for_something_else_is_refused(module: Module, name: str) -> None:
    for given in ({"name": [name]}, {"name": ["docker.io"], "extras": [name]}):
        assert "is not the name of a package" in module.refuses(check_mode=True, **given)


def test_in_check_mode_it_is_said_what_would_be_installed(module: Module) -> None:
    done = module.run(check_mode=True, name=["docker.io=20.10.24+dfsg1-1+deb12u1", "ca-certificates"])
    assert done["changed"] is True
    assert done["actions"] == ["installed docker.io=20.10.24+dfsg1-1+deb12u1, ca-certificates"]
