# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the workflows on GitHub have in common; "make lint" has their form."""

from __future__ import annotations

import re
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[3]
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
_USES = re.compile(r"uses: *([\w./-]+)@(.*)$", re.MULTILINE)


def test_an_action_is_one_commit_everywhere_with_its_version_beside_it() -> None:
    found = {use for path in WORKFLOWS for use in _USES.findall(path.read_text(encoding="utf-8"))}
    assert found
    assert [use for use in found if not re.fullmatch(r"[0-9a-f]{40} # v\d+\.\d+\.\d+", use[1])] == []
    assert len(found) == len({action for action, _commit in found})


def test_every_release_of_ansible_core_that_is_supported_runs_the_unit_tests() -> None:
    jobs = yaml.safe_load((ROOT / ".github" / "workflows" / "ci.yml").read_text(encoding="utf-8"))["jobs"]
    cores = {one["core"] for one in jobs["unit"]["strategy"]["matrix"]["include"]}
    needed = yaml.safe_load((ROOT / "meta" / "runtime.yml").read_text(encoding="utf-8"))["requires_ansible"]
    tools = (ROOT / "requirements-dev.txt").read_text(encoding="utf-8")
    # "make test" has that of the tools.
    cores |= set(re.findall(r"^ansible-core ~= (\d+\.\d+)", tools, re.MULTILINE))
    assert re.fullmatch(r">=(\d+\.\d+)\.0", needed)[1] == min(cores)  # type: ignore[index]
    assert cores == {"2.17", "2.18", "2.19", "2.20", "2.21", "newest"}
