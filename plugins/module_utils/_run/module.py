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


class _Module(AnsibleModule):
    """A module that repeats none of its options that may hold secrets, not even where they are wrong.

    Args:
        arguments: the argument spec, with ``hidden`` in it.
        rules: further arguments of ``AnsibleModule``.
    """

    params: dict[str, t.Any]

    def __init__(self, arguments: dict[str, t.Any], rules: dict[str, t.Any]) -> None:
        self._arguments = arguments
        # The host's journal does not get options that may hold secrets.
        no_log = hides_anything(arguments)
        super().__init__(
            argument_spec=for_ansible(arguments), supports_check_mode=True, no_log=no_log, **rules
        )

    def fail_json(self, msg: str, **facts: t.Any) -> None:
        """Fail; the constructor does so too, where an option has a wrong type."""
        shows = self.params.get("show_values") is True
        self.params = hide_arguments(self._arguments, self.params, shows)
        super().fail_json(msg=msg, **facts)


def run(verb: Verb) -> None:
    """Run a module: check its options, do what the verb says, and end with the result or the error."""
    interface = verb.interface
    own = connection_arguments() if interface.connects else {}
    arguments = {**own, **interface.all_arguments}
    module = _Module(arguments, interface.rules)
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
