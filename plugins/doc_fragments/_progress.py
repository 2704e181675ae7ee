# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This document fragment is private to the collection: it may change in any release.
from __future__ import annotations


class ModuleDocFragment:
    """How a module that waits for rollouts tells of them. The action plugin of the module's name does it."""

    DOCUMENTATION = r"""
options:
  progress:
    description:
      - While waiting for longer than some seconds, say now and then what is being waited for. V(true) or V(false).
      - Nothing is said in check mode, and in a task with C(async).
    type: raw
    default: true
"""
