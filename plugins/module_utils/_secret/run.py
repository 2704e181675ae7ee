# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The work of the modules swarm_secret and swarm_config: options in, result out. PRIVATE to the collection."""

from __future__ import annotations

import typing as t

from .._engine.client import Client
from .._options.one_or_many import listed
from .._run.progress import slice_of
from .deploy import How, deploy, go_on
from .options import one_spec
from .versions import Family


def work(family: Family, params: dict[str, t.Any], check_mode: bool, client: Client) -> dict[str, t.Any]:
    """Bring the secrets or configs to what is declared."""
    declared = listed(one_spec(family), params, family.words)
    part = slice_of(params)
    seconds = params["wait_timeout"] if params["wait"] else None
    how = How(params["rewire"], seconds, part.pause_after)
    if part.left:
        return go_on(client, family, declared, part.left, how)
    return deploy(client, family, declared, check_mode, how)
