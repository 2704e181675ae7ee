# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A row of the table alone is announced, checked, sent, compared, shown and hidden."""

from __future__ import annotations

import dataclasses
import typing as t

import pytest
from ansible_collections.flotilla.swarm.plugins.module_utils._engine.errors import Refused
from ansible_collections.flotilla.swarm.plugins.module_utils._options.arguments import (
    hide_arguments,
    hides_anything,
)
from ansible_collections.flotilla.swarm.plugins.module_utils._options.option import TEXT, Option
from ansible_collections.flotilla.swarm.plugins.module_utils._secret import info
from ansible_collections.flotilla.swarm.plugins.module_utils._secret.deploy import (
    CONFIG_VERB,
    SECRET_VERB,
)
from ansible_collections.flotilla.swarm.plugins.module_utils._secret.options import CONFIG, SECRET, Family
from ansible_collections.flotilla.swarm.tests.unit.support.secrets import FakeSecrets, declare, send


def with_row(family: Family, **row: t.Any) -> Family:
    option = Option("region", ("Place", "Region"), TEXT, **row)
    return dataclasses.replace(family, table=(*family.table, option))


def app(**more: t.Any) -> dict[str, t.Any]:
    return {"name": "app", "data": "one", **more}


@pytest.mark.parametrize("family", [SECRET, CONFIG])
def test_a_new_row_alone_reaches_everything(family: Family) -> None:
    family, engine = with_row(family), FakeSecrets()
    arguments = family.interface.arguments
    assert arguments["region"] == arguments[family.words]["options"]["region"] == {"type": "str"}
    declare(engine, app(region="north"), family=family)
    [body] = [request[1] for request in engine.writes if request[0].endswith("/create")]
    assert body["Place"] == {"Region": "north"}
    assert declare(engine, app(region="north"), family=family)["changed"] is False
    [seen] = info.read(engine, family, None)[family.words]
    assert seen["versions"][0]["region"] == "north"
    moved = declare(engine, app(region="south"), family=family)
    assert moved["actions"][0] == "app: version 2 created (app_v2)"
    assert (moved["diff"][0]["before"]["region"], moved["diff"][0]["after"]["region"]) == ("north", "south")
    # What is left out goes back to the default.
    assert declare(engine, app(), family=family)["actions"][0] == "app: version 3 created (app_v3)"
    assert declare(engine, app(), family=family)["changed"] is False


def test_a_new_row_is_refused_on_an_engine_that_does_not_know_it() -> None:
    engine = FakeSecrets()
    with pytest.raises(Refused, match=r"^app: region needs API 1.50, but the Engine at .* speaks 1.45"):
        send(engine, app(region="north"), family=with_row(SECRET, lowest_api="1.50"))
    assert engine.requests == []


def test_a_hidden_row_is_shown_nowhere() -> None:
    family, engine = with_row(CONFIG, hidden=True), FakeSecrets()
    results = [
        declare(engine, app(region=region), family=family, check=check)
        for region in ("Zq7-north", "Zq7-south")
        for check in (True, False)
    ]
    assert [one["changed"] for one in results] == [True] * 4
    assert results[-1]["diff"][0]["after"]["region"] == "(hidden), changed"
    seen = info.read(engine, family, None)
    repeated = hide_arguments(family.interface.arguments, {"configs": [app(region="Zq7-north")]})
    assert "Zq7" not in str([results, seen, repeated])
    assert hides_anything(family.interface.arguments)


def test_only_secrets_have_a_driver_and_data_is_never_repeated() -> None:
    assert "driver" in SECRET_VERB.interface.arguments
    assert "driver" not in CONFIG_VERB.interface.arguments
    for verb in (SECRET_VERB, CONFIG_VERB):
        shown = hide_arguments(verb.interface.arguments, app(secrets=[app()], configs=[app()]))
        assert shown["data"] != "one"
