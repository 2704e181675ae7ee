# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One lab for all tests of modules: three managers' hosts and a worker's, Engines 20.10 and 26.1 alternating."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.flotilla.swarm.tests.integration.ansible_run import own_lab
from ansible_collections.flotilla.swarm.tests.integration.conftest import lab_name
from ansible_collections.flotilla.swarm.tests.integration.modules.play import Stage


@pytest.fixture(scope="package")
def stage(tmp_path_factory: pytest.TempPathFactory) -> t.Iterator[Stage]:
    """The hosts, in whatever state the test before left them."""
    with own_lab(lab_name("modules"), managers=3, workers=1, engine="mixed") as lab:
        yield Stage(lab, tmp_path_factory.mktemp("modules"))


@pytest.fixture
def alone(stage: Stage) -> Stage:
    """No host is in a swarm."""
    stage.reset()
    return stage


@pytest.fixture
def single(stage: Stage) -> Stage:
    """m1 is the only member of a new swarm."""
    stage.reset()
    stage.form(["m1"])
    return stage


_FORMED = [
    ("m1", "Ready", "Active", "Leader"),
    ("m2", "Ready", "Active", "Reachable"),
    ("m3", "Ready", "Active", "Reachable"),
    ("w1", "Ready", "Active", ""),
]


@pytest.fixture
def cluster(stage: Stage) -> Stage:
    """m1 to m3 are managers, m1 leads, w1 is a worker; no service, no labels. Kept from test to test while it is so."""
    if not _is_formed(stage):
        stage.reset()
        stage.form(["m1", "m2", "m3"], ["w1"])
    return stage


def _is_formed(stage: Stage) -> bool:
    if [stage.local(name)["LocalNodeState"] for name in ("m1", "w1")] != ["active", "active"]:
        return False
    script = (
        "docker service ls -q | xargs -r docker service rm >/dev/null; for n in $(docker node ls -q); do "
        "for k in $(docker node inspect $n --format '{{range $k, $v := .Spec.Labels}}{{$k}} {{end}}'); do "
        "docker node update --label-rm $k $n >/dev/null; done; done; docker node ls >/dev/null && echo fine"
    )
    return stage.sh("m1", script, check=False) == "fine" and stage.nodes() == _FORMED
