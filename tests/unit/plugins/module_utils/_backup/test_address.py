# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A manager is restored only where its address is."""

from __future__ import annotations

import pytest
from ansible_collections.flotilla.swarm.plugins.module_utils._backup import restore


@pytest.mark.parametrize(("address", "refused"), [("127.0.0.1", False), ("", False), ("192.0.2.1", True)])
def test_an_address_of_another_host_is_refused(address: str, refused: bool) -> None:
    assert bool(restore._elsewhere(address)) is refused
