# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How a task calls a verb. PRIVATE to the collection. Pure.

It stands apart from the verb, in the file of the options where there is one: an action needs it without the verb's work, and a
control node compiles every file that an action imports.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

Options = t.Dict[str, t.Any]

#: The private option by which an action has a verb wait for a limited time: ``pause_after`` (seconds), and ``left``, what an
#: earlier call has left to wait for. Ansible shows no option whose name begins so.
WAITING = "_waiting"
#: In what an earlier call has left: the names of what it did not send yet. The call that goes on gets all options again, since
#: what comes back from a host may be seen, and must not have what was declared.
LATER = "later"
#: In what an earlier call has left: the name of the process on the host that goes on with all of it (``job.py``). Whoever asks
#: for it gets what it came to, or what it waits for.
JOB = "job"
#: In a result: there is no such process any longer, and nobody knows how far it came.
LOST = "lost"


@dataclass(frozen=True)
class Interface:
    """How a task calls a verb.

    Attributes:
        arguments: the argument spec, without the connection options; ``hidden`` in it is ours (``_options/arguments.py``).
        rules: which options need or exclude others, as ``AnsibleModule`` takes them: ``required_if`` and the like.
        connects: whether the verb speaks to an Engine; where it does not, its client is ``None``.
        waits: whether it may wait for so long that a user wants to know for what.
    """

    arguments: Options
    rules: Options = field(default_factory=dict)
    connects: bool = True
    waits: bool = False

    @property
    def all_arguments(self) -> Options:
        """The argument spec with the private option."""
        return (
            {**self.arguments, WAITING: {"type": "dict", "no_log": False}} if self.waits else self.arguments
        )

    def arguments_to_go_on(self, options: Options, waiting: Options) -> Options:
        """The options of a call that only goes on waiting: nothing that was declared is among them.

        Args:
            options: those of the first call.
            waiting: ``pause_after``, ``left``, and ``hide``, the texts that must not be seen in what comes back.
        """
        required = {name for name, argument in self.arguments.items() if argument.get("required")}
        return {**{name: options[name] for name in required if name in options}, WAITING: waiting}


#: Of a verb that has only the connection options.
NO_OPTIONS = Interface({})
