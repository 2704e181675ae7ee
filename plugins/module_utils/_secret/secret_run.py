# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The work of the module swarm_secret as a program. PRIVATE to the collection."""

from __future__ import annotations

import functools

from .._run.own_engine import on_own_engine
from .run import work
from .versions import SECRET

program = on_own_engine(functools.partial(work, SECRET))
