# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from ansible_collections.flotilla.swarm.tests.unit.support.modules import Module


def test_no_peers_are_reached_at_once(module: Module) -> None:
    done = module.run(state="proven", host="m1", run="r1", peers=[])
    assert (done["changed"], done["reached"], done["failures"]) == (False, [], [])


def test_options_that_cannot_work_are_refused(module: Module) -> None:
    assert "state" in module.refuses(state="unknown", host="m1", run="r1")
