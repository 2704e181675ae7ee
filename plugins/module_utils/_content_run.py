# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The modules for secrets and configs, but for their documentation. PRIVATE to the collection."""

from __future__ import annotations

import functools
import typing as t

from ansible.module_utils.basic import AnsibleModule

from ._client import Client
from ._content import Family
from ._content_deploy import How, deploy, go_on
from ._module import run
from ._options import refuse_beside

# Ansible hides a value wherever it occurs. One so short occurs everywhere, in IDs and sentences too.
_SHORT = 4
_HIDDEN = "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER"


def manage(family: Family) -> None:
    """Run the module of a family."""
    flag: dict[str, t.Any] = {"type": "bool", "default": False}
    one: dict[str, t.Any] = {
        "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
        "data": {"type": "str", "no_log": True},
        "data_src": {"type": "path"},
        "data_is_b64": flag,
        "labels": {"type": "dict"},
        "force": flag,
        "rolling_versions": flag,
        "versions_to_keep": {"type": "int", "default": 5},
        "template_driver": {"type": "str", "choices": ["golang"]},
    }
    if not family.readable:
        options = {"name": {"type": "str", "required": True}, "options": {"type": "dict"}}
        one["driver"] = {"type": "dict", "options": options}
    name = {"type": "str", "required": True}
    several = {"type": "list", "elements": "dict", "options": {"name": name, **one}, "no_log": False}
    spec = {
        **one,
        "name": {"type": "str"},
        family.words: several,
        "rewire": {"type": "bool", "default": True},
        "wait": {"type": "bool", "default": True},
        "wait_timeout": {"type": "int", "default": 300},
        "progress": {"type": "raw", "default": True},
    }
    run(
        spec,
        functools.partial(_work, family, one),
        required_one_of=[("name", family.words)],
        mutually_exclusive=[("name", family.words)],
        # The host's journal does not get the options.
        no_log=True,
    )


def _work(family: Family, one: dict[str, t.Any], module: AnsibleModule, client: Client) -> dict[str, t.Any]:
    """Bring the secrets or configs to what is declared."""
    params = module.params
    several = params[family.words]
    if several is not None:
        refuse_beside(one, params, family.words)
    declared = [dict(params)] if several is None else [dict(entry) for entry in several]
    _hide(module, [params, *(several or [])])
    # The action plugin of the same name runs the module in parts, to tell of the progress between them.
    part = params["progress"] if isinstance(params["progress"], dict) else {}
    seconds = params["wait_timeout"] if params["wait"] else None
    how = How(params["rewire"], seconds, part.get("pause_after"))
    if part.get("rollouts_left"):
        return go_on(client, family, declared, part["rollouts_left"], how)
    return deploy(client, family, declared, module.check_mode, how)


def _hide(module: AnsibleModule, places: list[dict[str, t.Any]]) -> None:
    """Take the data out of what Ansible returns as the module's arguments."""
    for place in places:
        if place.get("data") is not None:
            place["data"] = _HIDDEN
    module.no_log_values = {value for value in module.no_log_values if len(value) >= _SHORT}
