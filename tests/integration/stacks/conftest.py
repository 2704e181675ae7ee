# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Two hosts, Engines 20.10 and 26.1, each in a swarm of its own."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.flotilla.swarm.tests.integration.ansible_run import own_lab
from ansible_collections.flotilla.swarm.tests.integration.conftest import lab_name
from ansible_collections.flotilla.swarm.tests.integration.modules.play import Stage
from ansible_collections.flotilla.swarm.tests.integration.stacks.swarms import Swarms


@pytest.fixture(scope="package")
def swarms(tmp_path_factory: pytest.TempPathFactory) -> t.Iterator[Swarms]:
    """Both swarms, without any stack."""
    with own_lab(lab_name("stacks"), managers=2, workers=0, engine="mixed") as lab:
        stage = Stage(lab, tmp_path_factory.mktemp("stacks"))
        stage.reset()
        yield Swarms(stage)
