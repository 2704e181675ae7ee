# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the next ansible-core will not have any more is used nowhere, and would not go unseen."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from ansible_collections.flotilla.swarm.tests.integration.ansible_run import ansible_playbook

ROOT = Path(__file__).resolve().parents[3]
HERE = Path("localhost,")
_OLD = """\
from ansible.module_utils.basic import AnsibleModule
module = AnsibleModule({})
module.deprecate("It goes.", version="999.0", collection_name="flotilla.swarm")
module.exit_json()
"""


def test_a_deprecation_fails_the_test_that_runs_the_play(tmp_path: Path) -> None:
    (tmp_path / "library").mkdir()
    (tmp_path / "library" / "old.py").write_text(_OLD, encoding="utf-8")
    book = tmp_path / "book.yml"
    play = {"hosts": "localhost", "connection": "local", "gather_facts": False, "tasks": [{"old": None}]}
    book.write_text(json.dumps([play]), encoding="utf-8")  # JSON is YAML
    for report in (False, True):
        with pytest.raises(AssertionError, match="It goes"):
            ansible_playbook(
                HERE, str(book), "-e", f"ansible_python_interpreter={sys.executable}", report=report
            )


def test_the_playbooks_load_without_one() -> None:
    books = sorted(str(path) for path in (ROOT / "playbooks").glob("*.yml"))
    done = ansible_playbook(HERE, books[0], *books[1:], "--syntax-check", report=False)
    assert done.status == 0, done.text
