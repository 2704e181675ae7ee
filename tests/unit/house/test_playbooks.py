# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What every playbook has, and that each has a page in the docs."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from ansible_collections.flotilla.swarm.tests.unit.house.test_consistency import load

ROOT = Path(__file__).resolve().parents[3]
PLAYBOOKS = sorted((ROOT / "playbooks").glob("*.yml"))
EACH = pytest.mark.parametrize("path", PLAYBOOKS, ids=lambda path: path.stem)
# A name without underscores before it and no module of the collection.
_NAME = re.compile(r"(?<![\w.])swarm_\w+")
# What a user gives that may be a secret, and the test that looks for it in all that the playbooks print with it.
_LEAKS = "tests/integration/modules/test_leaks.py::test_no_secret_is_seen_whichever_way"
_ENGINE = "tests/integration/test_engine_secrets.py::test_secrets_are_written_and_seen_nowhere"
SECRETS = {
    **dict.fromkeys(
        ("swarm_configs", "swarm_networks", "swarm_secrets", "swarm_services", "swarm_stacks"), _LEAKS
    ),
    **dict.fromkeys(("swarm_engine_daemon", "swarm_engine_log_options"), _ENGINE),
    "swarm_load_balancer_certificates": "tests/integration/test_load_balancer.py::test_check_mode_a_first_run_and_a_second",
    "swarm_unlock_key": (
        "tests/integration/test_playbook_secrets.py::test_tokens_and_key_of_the_swarm_are_seen_in_no_run"
    ),
}
_MAY_HOLD_ONE = re.compile(
    "pass|secret|token|key|cred|auth|data|daemon|env|options|cert|compose|(stack|service|config|network)s$"
)
# Paths, addresses and names.
_HARMLESS = {
    *("swarm_engine_data_root", "swarm_export_stacks", "swarm_rotate_key_file"),
    *("swarm_quorum_data_path_address", "swarm_quorum_data_path_port"),
}


@EACH
def test_every_play_takes_the_defaults_for_connections(path: Path) -> None:
    role = {"name": "flotilla.swarm.swarm_connection", "rolespec_validate": False}
    for play in load(path):
        # What another playbook does, that playbook is asked about.
        if "ansible.builtin.import_playbook" in play:
            continue
        assert play["tasks"][0]["ansible.builtin.import_role"] == role, play["name"]


def test_these_defaults_give_way_to_all_that_a_user_sets() -> None:
    role = ROOT / "roles" / "swarm_connection"
    documented = load(role / "meta" / "argument_specs.yml")["argument_specs"]["main"]["options"]
    assert set(load(role / "defaults" / "main.yml")) == set(documented)
    # Without tasks it takes no time, and without variables nothing overrides the inventory.
    assert not [part for part in ("tasks", "vars", "handlers") if (role / part).exists()]


@EACH
def test_each_has_a_page_with_its_variables_and_what_it_prints(path: Path) -> None:
    page = f"playbook_{path.stem}"
    docs = ROOT / "docs" / "docsite"
    assert any(page in section["toctree"] for section in load(docs / "extra-docs.yml")["sections"])
    text = (docs / "rst" / f"{page}.rst").read_text(encoding="utf-8")
    assert f"flotilla.swarm.{path.stem}" in text
    assert "\nVariables\n---" in text
    assert "\nWhat it prints\n---" in text
    code = re.sub(r"^ *#.*$", "", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
    assert {name for name in _NAME.findall(code) if f"``{name}``" not in text} == set()


def test_a_variable_that_may_hold_a_secret_is_looked_for_by_a_test_on_hosts() -> None:
    """A new one is named above with its test, or is harmless."""
    files = [
        *PLAYBOOKS,
        *(ROOT / "playbooks" / "tasks").glob("*.yml"),
        *(ROOT / "roles").glob("*/tasks/*.yml"),
    ]
    found = {name for path in files for name in _NAME.findall(path.read_text(encoding="utf-8"))}
    for path in (ROOT / "roles").glob("*/meta/argument_specs.yml"):
        found |= set(load(path)["argument_specs"]["main"]["options"])
    # Filters have names like variables.
    found -= {path.stem for path in (ROOT / "plugins").glob("*/swarm_*.py")}
    assert {name for name in found if _MAY_HOLD_ONE.search(name)} - _HARMLESS == set(SECRETS)
    for test in SECRETS.values():
        file, _colons, name = test.partition("::")
        assert f"def {name}(" in (ROOT / file).read_text(encoding="utf-8")
