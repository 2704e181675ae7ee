# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This document fragment is private to the collection: it may change in any release.
from __future__ import annotations


class ModuleDocFragment:
    """How a module that waits shows the progress. The action plugin of the module's name does it."""

    DOCUMENTATION = r"""
options:
  progress:
    description:
      - While waiting for longer than five seconds, show now and then, on which host, what is waited for, for how long
        already, and how long at most; of rollouts, which services are not done and why. The warnings of the task are shown
        then too, before it is over.
      - The host goes on waiting in a process of its own between two of these lines. Where its administrator has that process
        killed when a connection ends (C(KillUserProcesses) of systemd-logind), the task begins anew with what is not done yet.
      - Nothing is shown in check mode, in a task with C(async), and where the task does not wait (C(wait)).
    type: bool
    default: true
  _waiting:
    description:
      - Private, not for tasks. The action of this module uses it to wait in parts.
    type: dict
"""
