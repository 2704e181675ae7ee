# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How properties are tested: by what holds, not by how fast a busy machine finds it."""

from __future__ import annotations

import os

import pytest
from hypothesis import settings

try:
    from ansible.module_utils._internal import _secrets
except ImportError:
    # ansible-core before 2.22.
    _secrets = None

# CI has a time of its own to keep, and does all of it again with every change.
settings.register_profile("flotilla", deadline=None, max_examples=50 if os.environ.get("CI") else 100)
settings.load_profile("flotilla")


@pytest.fixture(autouse=True)
def no_secrets_of_other_tests() -> None:
    """Since ansible-core 2.22, a process masks all secrets that it has met in all that it prints, such as the letter a."""
    if _secrets is not None:
        _secrets._secret_masker.__init__()
