# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.flotilla.swarm.plugins.plugin_utils._control.names import names_in


@pytest.mark.parametrize(
    ("given", "names"),
    [
        ("web,api", ["web", "api"]),
        (" web , ,api,", ["web", "api"]),
        (["web", " api ", ""], ["web", "api"]),
        ("", []),
        (None, []),
    ],
)
def test_names_stand_in_a_list_or_with_commas_between_them(given: t.Any, names: list[str]) -> None:
    assert names_in(given) == names
