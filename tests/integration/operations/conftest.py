# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One swarm for all tests of operations: managers m1 (20.10), m2 (26.1), m3 (20.10), workers w1 (26.1), w2 (20.10)."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.flotilla.swarm.tests.integration.ansible_run import own_lab
from ansible_collections.flotilla.swarm.tests.integration.conftest import lab_name
from ansible_collections.flotilla.swarm.tests.integration.operations.cluster import Cluster


@pytest.fixture(scope="package")
def made(tmp_path_factory: pytest.TempPathFactory) -> t.Iterator[Cluster]:
    """The hosts, in whatever state the test before left them."""
    with own_lab(lab_name("operations"), managers=3, workers=2, engine="mixed") as lab:
        yield Cluster(lab, tmp_path_factory.mktemp("operations"))


@pytest.fixture
def cluster(made: Cluster) -> Cluster:
    """The swarm as ``site`` makes it: all nodes ready and active, no service."""
    made.heal()
    return made
