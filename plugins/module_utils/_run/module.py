# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A verb as a module of Ansible. PRIVATE to the collection."""

from __future__ import annotations

import copy
import re
import typing as t

from ansible.module_utils.basic import AnsibleModule, env_fallback

from .._engine.connection import CONNECTION, ENVIRONMENT
from .._engine.transports import connect
from .._options.arguments import for_ansible, hidden_texts, hide_arguments
from .._options.hidden import hide_texts
from .._options.texts import wrong_value
from .job import perform
from .verb import Verb

# The names of private options, which Ansible lists before the others.
_PRIVATE = re.compile(r"\b_[a-z_]+, ")


class _Module(AnsibleModule):
    """A module that repeats none of its options that may hold secrets, not even where they are wrong.

    Args:
        arguments: the argument spec, with ``hidden`` in it.
        rules: further arguments of ``AnsibleModule``.
    """

    params: dict[str, t.Any]
    no_log_values: set[str]

    def __init__(self, arguments: dict[str, t.Any], rules: dict[str, t.Any]) -> None:
        self._arguments = arguments
        self._checked = False
        try:
            super().__init__(argument_spec=for_ansible(arguments), supports_check_mode=True, **rules)
        except (TypeError, ValueError) as error:
            self.fail_json(str(error))
        self._refuse_wrong_values()
        self._checked = True

    def _load_params(self) -> None:
        super()._load_params()
        # Ansible converts the options in place, and stops at the first that it cannot convert.
        self._given = copy.deepcopy(self.params)

    def _log_invocation(self) -> None:
        """Tell the host's journal what the module was called with.

        Ansible hides ``no_log`` only by its text where it stands in a list of dictionaries, and finds no text that has line
        breaks or quotes. (Its own ``no_log`` of the whole module is overwritten by that of the task.)
        """
        self._refuse_wrong_values()
        given, self.params = self.params, hide_arguments(self._arguments, self.params)
        super()._log_invocation()
        self.params = given

    def _refuse_wrong_values(self) -> None:
        """Refuse what Ansible took, such as a text in place of a dictionary, before the journal has what was made of it."""
        if wrong_value(self._arguments, self._given):
            self.fail_json("")

    def fail_json(self, msg: str, **facts: t.Any) -> None:
        """Fail; the constructor does so too, where an option has a wrong name or type."""
        if not self._checked:
            problem = wrong_value(self._arguments, self._given)
            if problem:
                # As it was given: in what Ansible made of it, a secret may have become a name.
                msg, facts, self.params = problem, {}, self._given
            msg = hide_texts(_PRIVATE.sub("", msg), hidden_texts(self._arguments, self.params))
            self.no_log_values = set()
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
    # The result has none of the secrets already. Ansible would hide harmless values, too, as 80 or the name of a service.
    module.no_log_values = set()
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
