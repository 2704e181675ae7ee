# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One swarm for all tests of services: managers m1 (20.10), m2 (26.1), m3 (20.10) and a worker w1 (26.1)."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.flotilla.swarm.tests.integration.ansible_run import own_lab
from ansible_collections.flotilla.swarm.tests.integration.modules.play import Stage
from ansible_collections.flotilla.swarm.tests.integration.services.swarm import Swarm


@pytest.fixture(scope="package")
def formed(tmp_path_factory: pytest.TempPathFactory) -> t.Iterator[Swarm]:
    """The swarm with two networks, a secret and a config, which stay."""
    with own_lab("services", managers=3, workers=1, engine="mixed") as lab:
        stage = Stage(lab, tmp_path_factory.mktemp("services"))
        stage.reset()
        # The newer Engine leads: a leader drops what it does not know of a service.
        stage.form(["m2", "m1", "m3"], ["w1"])
        swarm = Swarm(stage)
        swarm.furnish()
        yield swarm


@pytest.fixture
def swarm(formed: Swarm) -> Swarm:
    """The swarm without any service."""
    formed.clear()
    return formed
