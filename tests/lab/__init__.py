# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test hosts: real ones (systemd, sshd, their own Docker Engine) as containers of one outer Docker daemon.

``tests/lab/lab`` is the command; ``Lab`` is the same thing for Python tests.
"""

from __future__ import annotations

from .api import Host, Lab
from .errors import LabError
from .shell import Result

__all__ = ["Host", "Lab", "LabError", "Result"]
