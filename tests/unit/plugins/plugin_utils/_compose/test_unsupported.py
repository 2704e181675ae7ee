# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import re
from pathlib import Path

import pytest
from ansible_collections.flotilla.swarm.plugins.module_utils._engine.errors import Refused
from ansible_collections.flotilla.swarm.plugins.plugin_utils._compose import unsupported
from ansible_collections.flotilla.swarm.plugins.plugin_utils._compose.service import KEYS
from ansible_collections.flotilla.swarm.plugins.plugin_utils._compose.unsupported import (
    PARTS,
    SERVICE,
    Kind,
    Unsupported,
)
from ansible_collections.flotilla.swarm.tests.unit.support.compose import refusal, service, stack

FILES = {
    "a.yml": (
        "services: {web: {image: x, build: ., expose: [80], privileged: true, pid: host}, db: {image: y, attach: true}}"
    ),
    "b.yml": "services: {db: {container_name: db}}\nmodels: {m: {}}",
}
HARMLESS = [
    "a.yml: services.web.build, services.web.expose and services.db.attach have no effect, as with docker stack deploy.",
    "b.yml: services.db.container_name has no effect, as with docker stack deploy.",
]


def keys(kind: Kind) -> list[str]:
    return sorted(key for key, one in SERVICE.items() if one.kind is kind)


def test_all_keys_that_have_a_meaning_are_refused_at_once() -> None:
    told = refusal(FILES, "a.yml", "b.yml")
    assert told.startswith("b.yml: models (Swarm runs no models); a.yml: services.web.")
    assert told.count("a.yml: ") == 1
    assert "services.web.privileged (Swarm gives tasks no such access to the node)" in told
    assert told.endswith(
        ": Swarm does not support this; change the file, or leave the keys out with ignore_unsupported: [models, pid, "
        "privileged]."
    )
    assert not any(key in told for key in ("build", "attach", "expose", "container_name"))


def test_harmless_keys_are_one_warning_for_each_file() -> None:
    found = stack(FILES, "a.yml", "b.yml", ignore_unsupported=["models", "pid", "privileged", "not-used"])
    assert len(found.services) == 2
    assert found.warnings == [
        *HARMLESS,
        "b.yml: models is left out, as ignore_unsupported says.",
        "a.yml: services.web.privileged and services.web.pid are left out, as ignore_unsupported says.",
    ]


def test_all_leaves_out_what_is_not_dangerous() -> None:
    told = refusal(FILES, "a.yml", "b.yml", ignore_unsupported=["all"])
    assert told == (
        "a.yml: services.web.privileged (Swarm gives tasks no such access to the node): Swarm does not support this; change "
        "the file, or leave the keys out with ignore_unsupported: [privileged]. all does not include privileged, which "
        "protects or opens the node."
    )
    assert len(stack(FILES, "a.yml", "b.yml", ignore_unsupported=["all", "privileged"]).services) == 2


@pytest.mark.parametrize("key", keys(Kind.HARMLESS))
def test_each_harmless_key_is_deployed_with_a_warning(key: str) -> None:
    found = stack(f"services: {{web: {{image: x, {key}: [something]}}}}")
    assert found.warnings == [f"web.yml: services.web.{key} has no effect, as with docker stack deploy."]


@pytest.mark.parametrize("key", keys(Kind.MEANINGFUL) + keys(Kind.DANGEROUS))
def test_each_other_key_is_refused_by_name_and_path(key: str) -> None:
    text = f"services: {{web: {{image: x, {key}: something}}}}"
    assert refusal(text).startswith(f"web.yml: services.web.{key} ({SERVICE[key].why})")
    assert len(stack(text, ignore_unsupported=[key]).services) == 1
    if SERVICE[key].kind is Kind.MEANINGFUL:
        assert len(stack(text, ignore_unsupported=["all"]).services) == 1
    else:
        assert key in refusal(text, ignore_unsupported=["all"])


def test_a_key_is_either_supported_or_not() -> None:
    assert not set(KEYS) & set(SERVICE)


def test_a_link_by_another_name_has_a_meaning() -> None:
    text = "services: {web: {image: x, links: [db, 'db:db', 'db:database']}}"
    assert refusal(text).startswith("web.yml: services.web.links[2] (write the name as an alias")


def test_a_key_that_asks_for_nothing_is_skipped() -> None:
    assert stack("services: {web: {image: x, privileged: false, depends_on: [], build: null}}").warnings == []


@pytest.mark.parametrize("key", ["privileged", "oom_kill_disable", "use_api_socket", "attach"])
def test_a_variable_that_says_no_asks_for_nothing(key: str) -> None:
    """In a text, as variables leave it."""
    assert stack(f"services: {{web: {{image: x, {key}: '${{V:-false}}'}}}}").warnings == []
    text = f"services: {{web: {{image: x, {key}: '${{V:-true}}'}}}}"
    if SERVICE[key].kind is Kind.HARMLESS:
        assert stack(text).warnings != []
    else:
        assert f"services.web.{key} (" in refusal(text)


def test_a_new_key_of_compose_can_be_left_out_by_its_name() -> None:
    assert service("brand_new: 1", ignore_unsupported=["brand_new"])["image"] == "tiny:1"
    with pytest.raises(Refused, match="is not a key of Compose"):
        service("brand_new: 1", ignore_unsupported=["all"])


def test_the_guide_gives_class_and_reason_for_every_unsupported_key() -> None:
    path = Path(__file__).parents[5] / "docs" / "docsite" / "rst" / "guide_stacks.rst"
    guide = path.read_text(encoding="utf-8")
    section = guide[guide.index("Keys of a service\n") : guide.index("Other keys and values have classes")]
    rows = re.findall(
        r"\* - (.+(?:\n {7}.+)*)\n {5}- (\w+)\n {5}- (.+(?:\n {7}.+)*)",
        section,
    )
    told = {}
    for names, kind, why in rows:
        reason = " ".join(why.replace("``", "").split())
        told.update(dict.fromkeys(re.findall(r"``(\w+)``", names), (kind, reason)))
    assert told == {
        key: (one.kind.value, f"{one.why[0].upper()}{one.why[1:]}.") for key, one in SERVICE.items()
    }


def test_the_guide_gives_class_and_reason_for_every_other_one() -> None:
    path = Path(__file__).parents[5] / "docs" / "docsite" / "rst" / "guide_stacks.rst"
    guide = path.read_text(encoding="utf-8")
    section = guide[guide.index("Other keys and values have classes") : guide.index("What is translated\n")]
    section = section[section.index("     - Reason") :]
    told = {}
    for row in re.findall(
        r"\* - (.+)\n {5}- (.+(?:\n {7}.+)*)\n {5}- (\w+)\n {5}- (.+(?:\n {7}.+)*)", section
    ):
        where, names, kind, why = (" ".join(cell.replace("``", "").split()) for cell in row)
        for name in names.split(", "):
            told[_plain(where), _plain(name)] = (kind, why)
    assert told == {
        (_plain(where), _plain(name)): (one.kind.value, f"{one.why[0].upper()}{one.why[1:]}.")
        for where, names in PARTS.items()
        for name, one in names.items()
    }


def test_every_class_of_the_tables_is_in_one_of_both() -> None:
    """So that none is added beside them."""
    named = [one for keys in (SERVICE, *PARTS.values()) for one in keys.values()]
    tables = [table for table in vars(unsupported).values() if isinstance(table, dict)]
    alone = [one for one in vars(unsupported).values() if isinstance(one, Unsupported)]
    found = [
        *alone,
        *(one for table in tables for one in table.values() if isinstance(one, Unsupported)),
    ]
    assert [one for one in found if one not in named] == []


def _plain(words: str) -> str:
    return words[0].lower() + words[1:] if " " in words else words
