# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.flotilla.swarm.plugins.module_utils._engine.errors import Refused
from ansible_collections.flotilla.swarm.plugins.module_utils._options.option import ValueType
from ansible_collections.flotilla.swarm.plugins.module_utils._secret.options import SECRET
from ansible_collections.flotilla.swarm.plugins.module_utils._secret.versions import NAME, NUMBER
from ansible_collections.flotilla.swarm.plugins.module_utils._service.apply import Services
from ansible_collections.flotilla.swarm.plugins.module_utils._service.declared import declared_service
from ansible_collections.flotilla.swarm.plugins.module_utils._service.references import (
    CONFIGS,
    NETWORKS,
    SECRETS,
    Catalogue,
    referred,
)
from ansible_collections.flotilla.swarm.tests.unit.support.secrets import FakeSecrets

WEB: dict[str, t.Any] = {
    "name": "web",
    "image": "tiny",
    "resolve_image": "never",
    "secrets": [{"secret_name": "app"}],
}


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
    assert catalogue.find("secret", named, "web") == found


def test_what_a_declaration_refers_to() -> None:
    declared = declared_service(
        {
            **WEB,
            "networks": ["front", {"id": "idback"}],
            "secrets": [{"secret_name": "a"}, {"secret_name": "b", "secret_id": "idb"}],
            "configs": [{"config_name": "c"}],
            "privileges": {"credential_spec": {"config": "d"}},
        }
    )
    assert referred(declared.values) == {
        "network": {"front", "idback"},
        "secret": {"a", "idb"},
        "config": {"c", "d"},
    }
    assert referred({}) == {"network": set(), "secret": set(), "config": set()}


def test_an_alias_counts_once() -> None:
    [made] = NETWORKS.to_api([{"name": "front", "aliases": ["web", "www", "web"]}])
    assert made == {"Target": "front", "Aliases": ["web", "www"]}
    assert NETWORKS.canonical([{**made, "Aliases": ["web", "web", "www"]}]) == NETWORKS.canonical([made])


@pytest.mark.parametrize(
    ("kind", "word", "path"), [(SECRETS, "secret", "/run/secrets/a"), (CONFIGS, "config", "/a")]
)
def test_the_name_of_a_file_and_its_path_are_the_same(kind: ValueType, word: str, path: str) -> None:
    name, whole = ({f"{word}_name": "x", "filename": filename} for filename in ("a", path))
    assert kind.canonical(kind.to_api([name])) == kind.canonical(kind.to_api([whole]))
    assert kind.canonical(kind.to_api([name])) != kind.canonical(
        kind.to_api([{**name, "filename": f"{path}/b"}])
    )
    with pytest.raises(ValueError, match="two of them have the file name"):
        kind.to_api([name, whole])


def test_a_service_gets_the_current_version_and_keeps_the_file_name() -> None:
    engine = FakeSecrets()
    old = engine.make(SECRET, "app", "one", **{NAME: "app", NUMBER: "1"})
    [plan] = Services(engine, [declared_service(WEB)]).plan()
    engine.services["web"] = {"ID": "id-web", "Version": {"Index": 1}, "Spec": plan.spec}
    assert Services(engine, [declared_service(WEB)]).plan()[0].action == "none"
    new = engine.make(SECRET, "app_v2", "two", **{NAME: "app", NUMBER: "2"})
    [moved] = Services(engine, [declared_service(WEB)]).plan()
    assert (moved.action, sorted(moved.changes)) == ("update", ["secrets.app"])
    before, after = moved.changes["secrets.app"]
    assert (before["secret_id"], after["secret_id"], after["secret_name"]) == (old, new, "app_v2")
    [reference] = moved.spec["TaskTemplate"]["ContainerSpec"]["Secrets"]
    assert reference["File"]["Name"] == "app"


def test_a_service_is_not_rolled_back_to_a_secret_that_is_gone() -> None:
    engine = FakeSecrets()
    engine.serve("web", engine.make(SECRET, "app", "one"))
    engine.services["web"]["PreviousSpec"] = engine.services["web"]["Spec"]
    back = declared_service({"name": "web", "state": "rolled_back"})
    assert Services(engine, [back]).plan()[0].action == "roll_back"
    engine.objects["secrets"].clear()
    with pytest.raises(Refused) as error:
        Services(engine, [back]).plan()
    assert str(error.value) == (
        "web cannot be rolled back: the secret app that it had before is gone; declare the service as it shall be instead. "
        "Nothing was sent."
    )
