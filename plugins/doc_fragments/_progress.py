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
      - During a wait of more than five seconds, show progress lines with the host, what the task waits for, the
        elapsed time and the timeout. For rollouts, they name the services that have not converged and the reasons.
        Warnings of the task are then shown at once, not only at its end.
      - Between two of these lines, a background process on the host continues the wait. If the host kills this
        process when a connection ends (C(KillUserProcesses) of systemd-logind), the task starts again with the
        remaining work.
      - Nothing is shown in check mode, in a task with C(async), and if the task does not wait (C(wait)).
    type: bool
    default: true
  _waiting:
    description:
      - Private, not for tasks. The action of this module uses it to wait in parts.
    type: dict
"""
