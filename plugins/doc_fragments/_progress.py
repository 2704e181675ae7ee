# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This document fragment is private to the collection: it may change in any release.
from __future__ import annotations


class ModuleDocFragment:
    """How a module that waits for rollouts shows the progress. The action plugin of the module's name does it."""

    DOCUMENTATION = r"""
options:
  progress:
    description:
      - While waiting for longer than some seconds, show now and then which services are not done and why. The warnings of the
        task are shown then too, before it is over.
      - Nothing is shown in check mode, and in a task with C(async).
    type: bool
    default: true
  _waiting:
    description:
      - Private, not for tasks. The action of this module uses it to wait in parts.
    type: dict
"""
