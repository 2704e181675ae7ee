# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from ansible_collections.flotilla.swarm.tests.unit.support.module_cases import ImagesEngine
from ansible_collections.flotilla.swarm.tests.unit.support.modules import Module


def test_only_what_is_missing_is_pulled(module: Module) -> None:
    engine = ImagesEngine()
    done = module.run(engine, images=["web:3", "web:1", "web:3"])
    assert (done["pulled"], done["present"]) == (["web:3"], ["web:1"])
    assert [steps for _method, steps, _body in engine.writes] == ["images/create"]


def test_what_is_no_image_is_refused(module: Module) -> None:
    assert "images: 'http://web' is not an image" in module.refuses(ImagesEngine(), images=["http://web"])
