# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from ansible_collections.flotilla.swarm.tests.unit.support.module_cases import ImagesEngine
from ansible_collections.flotilla.swarm.tests.unit.support.modules import Module


def test_what_nothing_needs_goes_and_the_engine_says_what_that_frees(module: Module) -> None:
    engine = ImagesEngine()
    done = module.run(engine, keep=["web:2"], build_cache=False)
    assert (done["removed"], done["freed"]["all"]) == ({"images": ["web:0"], "containers": []}, 1000)
    assert set(engine.images.values()) == {"web:1", "web:2"}


def test_a_young_image_stays(module: Module) -> None:
    # The image came in the year 2024.
    assert not module.run(ImagesEngine(), keep=[], older_than="1000000h", build_cache=False)["changed"]


def test_an_age_that_is_none_is_refused(module: Module) -> None:
    assert "older_than" in module.refuses(ImagesEngine(), keep=[], older_than="7 days")
