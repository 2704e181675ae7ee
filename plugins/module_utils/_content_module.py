# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The modules for secrets and configs, but for their documentation. PRIVATE to the collection."""

from __future__ import annotations

import copy
import functools
import typing as t

from ansible.module_utils.basic import AnsibleModule

from ._client import Client
from ._content import Family
from ._content_run import work
from ._content_spec import contents_rules, contents_spec
from ._module import run

# Ansible hides a value wherever it occurs. One so short occurs everywhere, in IDs and sentences too.
_SHORT = 4
_HIDDEN = "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER"


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
    params = copy.deepcopy(module.params)
    _hide(module, [module.params, *(module.params[family.words] or [])])
    return work(family, params, module.check_mode, client)


def _hide(module: AnsibleModule, places: list[dict[str, t.Any]]) -> None:
    """Take the data out of what Ansible returns as the module's arguments."""
    for place in places:
        if place.get("data") is not None:
            place["data"] = _HIDDEN
    module.no_log_values = {value for value in module.no_log_values if len(value) >= _SHORT}
