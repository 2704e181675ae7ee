# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A verb as a module of Ansible. PRIVATE to the collection."""

from __future__ import annotations

import typing as t

from ansible.module_utils.basic import AnsibleModule, env_fallback

from .._engine.connection import CONNECTION, ENVIRONMENT
from .._engine.transports import connect
from .._options.arguments import for_ansible, hide_arguments, hides_anything, long_enough
from .verb import Verb, perform


def run(verb: Verb) -> None:
    """Run a module: check its options, do what the verb says, and end with the result or the error."""
    arguments = {**connection_arguments(), **verb.all_arguments} if verb.connects else verb.all_arguments
    # The host's journal does not get options that may hold secrets.
    module = AnsibleModule(
        argument_spec=for_ansible(arguments),
        supports_check_mode=True,
        no_log=hides_anything(arguments),
        **verb.all_rules,
    )
    options = module.params
    # Ansible repeats them in the result.
    module.params = hide_arguments(arguments, options, bool(options.get("show_values")))
    module.no_log_values = long_enough(module.no_log_values)
    result = perform(verb, options, module.check_mode, connect)
    for sentence in result.pop("warnings", []):
        module.warn(sentence)
    if result.pop("failed", False):
        module.fail_json(**result)
    module.exit_json(**result)


def connection_arguments() -> dict[str, t.Any]:
    """The connection options, each with the variable of the environment that stands in for it."""
    return {
        name: {**argument, "fallback": (env_fallback, [ENVIRONMENT[name]])}
        if name in ENVIRONMENT
        else argument
        for name, argument in CONNECTION.items()
    }
