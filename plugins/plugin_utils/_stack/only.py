# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Of all that a task declares, the services and stacks that are named. PRIVATE to the collection. Pure."""

from __future__ import annotations

import typing as t

from ...module_utils._engine.errors import Refused
from .._control.names import names_in

Options = dict[str, t.Any]

_NAMED = ("services", "stacks")
_AROUND = ("networks", "secrets", "configs")


def only_named(args: Options) -> Options:
    """The options of a task that deploys everything, without what ``only`` does not name.

    Args:
        args: the task's options, not yet checked.

    Raises:
        Refused: a name is not declared.
    """
    names = names_in(args.get("only"))
    if not names:
        return args
    declared = {str(entry.get("name")) for kind in _NAMED for entry in _entries(args, kind)}
    unknown = [name for name in names if name not in declared]
    if unknown:
        raise Refused(
            f"only names {', '.join(unknown)}, which neither services nor stacks have; in the playbook these are "
            "swarm_deploy_only, swarm_services and swarm_stacks. Nothing was sent."
        )
    kept = {kind: [entry for entry in _entries(args, kind) if entry.get("name") in names] for kind in _NAMED}
    return {**args, **kept, **{kind: [] for kind in _AROUND}}


def _entries(args: Options, kind: str) -> list[Options]:
    """The entries of a list; what is none is left to the module, which refuses it."""
    found = args.get(kind)
    return [one for one in found if isinstance(one, dict)] if isinstance(found, (list, tuple)) else []
