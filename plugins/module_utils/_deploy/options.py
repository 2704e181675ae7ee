# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The options of a deployment. PRIVATE to the collection. Pure.

Each list has the argument spec of the module that it stands for; nothing is described here a second time.
"""

from __future__ import annotations

import typing as t

from .._network.options import MODULE as NETWORKS
from .._options.one_or_many import OneOrMany
from .._run.interface import Interface
from .._run.progress import WAIT_ARGUMENTS
from .._secret.options import CONFIG, SECRET
from .._service.options import HELD_ARGUMENTS
from .._service.options import MODULE as SERVICES
from .._stack.options import MODULE as STACKS

#: What is declared beside all stacks, by the kind, in the order in which it is written.
BESIDE: dict[str, OneOrMany] = {
    "networks": NETWORKS,
    "secrets": SECRET.module,
    "configs": CONFIG.module,
    "services": SERVICES,
}
#: All lists.
LISTS: dict[str, OneOrMany] = {**BESIDE, "stacks": STACKS}
#: What is declared, and which of it is meant. The action leaves the others out before anything is sent to a host
#: (``plugin_utils/_stack/only.py``).
DECLARED: dict[str, t.Any] = {
    **{kind: {**module.arguments[kind], "default": []} for kind, module in LISTS.items()},
    "only": {"type": "list", "elements": "str", "default": []},
}
ARGUMENTS: dict[str, t.Any] = {
    **DECLARED,
    **WAIT_ARGUMENTS,
    **HELD_ARGUMENTS,
    "show_values": {"type": "bool", "default": False},
    "defer": {"type": "bool", "default": False},
}
INTERFACE = Interface(ARGUMENTS, waits=True)
