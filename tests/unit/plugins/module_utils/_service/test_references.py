# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible_collections.flotilla.swarm.plugins.module_utils._engine.errors import Refused
from ansible_collections.flotilla.swarm.plugins.module_utils._secret.deploy import How, deploy
from ansible_collections.flotilla.swarm.plugins.module_utils._secret.versions import SECRET
from ansible_collections.flotilla.swarm.plugins.module_utils._service.apply import Services
from ansible_collections.flotilla.swarm.plugins.module_utils._service.plan import order
from ansible_collections.flotilla.swarm.plugins.module_utils._service.references import Catalogue
from ansible_collections.flotilla.swarm.tests.unit.support.contents import FakeContents


@pytest.mark.parametrize(
    ("named", "found"),
    [
        ("app", ("id2", "app_v2")),
        ("app_v2", ("id2", "app_v2")),
        ("id2", ("id2", "app_v2")),
        ("alone", ("id3", "alone")),
    ],
)
def test_a_declared_name_finds_the_current_version_under_its_own_name(
    named: str, found: tuple[str, str]
) -> None:
    catalogue = Catalogue(secrets={"app_v2": "id2", "id1": "id1", "alone": "id3", "app": "id2"})
    assert catalogue.find("secrets", named, "web") == found


def test_a_service_gets_the_current_version_and_keeps_the_file_name() -> None:
    engine = FakeContents()
    stay = How(move=False, seconds=None)
    old = deploy(engine, SECRET, [{"name": "app", "data": "one"}], False, stay)["secret_id"]
    web = {"name": "web", "image": "tiny", "resolve_image": "never", "secrets": [{"secret_name": "app"}]}
    [plan] = Services(engine, [order(web)]).plan()
    engine.services["web"] = {"ID": "id-web", "Version": {"Index": 1}, "Spec": plan.spec}
    assert Services(engine, [order(web)]).plan()[0].action == "none"
    new = deploy(engine, SECRET, [{"name": "app", "data": "two"}], False, stay)["secret_id"]
    [moved] = Services(engine, [order(web)]).plan()
    assert (moved.action, sorted(moved.changes)) == ("update", ["secrets.app"])
    before, after = moved.changes["secrets.app"]
    assert (before["secret_id"], after["secret_id"], after["secret_name"]) == (old, new, "app_v2")
    [reference] = moved.spec["TaskTemplate"]["ContainerSpec"]["Secrets"]
    assert reference["File"]["Name"] == "app"


def test_no_way_back_to_a_secret_that_is_gone() -> None:
    engine = FakeContents()
    old = deploy(engine, SECRET, [{"name": "app", "data": "one"}], False, How(move=False, seconds=None))
    engine.serve("web", old["secret_id"])
    engine.services["web"]["PreviousSpec"] = engine.services["web"]["Spec"]
    back = order({"name": "web", "state": "rolled_back"})
    assert Services(engine, [back]).plan()[0].action == "roll_back"
    engine.objects["secrets"].clear()
    with pytest.raises(Refused) as error:
        Services(engine, [back]).plan()
    assert str(error.value) == (
        "web cannot be rolled back: the secret app that it had before is gone; declare what it shall be instead. Nothing was "
        "sent."
    )
