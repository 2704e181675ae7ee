# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The modules for secrets and configs, but for their documentation. PRIVATE to the collection."""

from __future__ import annotations

import functools
import typing as t

from ansible.module_utils.basic import AnsibleModule

from .._engine.client import Client
from .._options.no_log import hidden, long_enough
from .._run.module import run
from .options import contents_rules, contents_spec
from .run import work
from .versions import Family


def manage(family: Family) -> None:
    """Run the module of a family."""
    run(
        contents_spec(family),
        functools.partial(_work, family),
        # The host's journal does not get the options.
        no_log=True,
        **contents_rules(family),
    )


def _work(family: Family, module: AnsibleModule, client: Client) -> dict[str, t.Any]:
    params = module.params
    # Ansible returns them as the task's arguments.
    module.params = hidden(contents_spec(family), params)
    module.no_log_values = long_enough(module.no_log_values)
    return work(family, params, module.check_mode, client)
