# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether there is a plugin for a new secret of a driver, asked before the first write. PRIVATE to the collection.

The leader looks 15 s for the plugin of a driver that it does not know, and refuses the secret then. It may know one that this
manager does not list: on another host, or of the old kind, which no Engine lists. So it is no reason to refuse anything.
"""

from __future__ import annotations

import typing as t

from .._engine.client import Client
from .._engine.errors import EngineError


def warnings(client: Client, drivers: dict[str, str]) -> list[str]:
    """Sentences about drivers of which the asked manager has no plugin.

    Args:
        client: a manager's Engine.
        drivers: the driver of each secret that is to be created, by the secret's name.
    """
    if not drivers:
        return []
    try:
        raws: list[dict[str, t.Any]] = client.get("/plugins", filters={"capability": ["secretprovider"]})
    except EngineError:
        return []
    # A name without a tag means the tag latest.
    known = {raw["Name"] for raw in raws if raw.get("Enabled")}
    known |= {name[: -len(":latest")] for name in known if name.endswith(":latest")}
    return [
        f"{secret}: the Engine at {client.where} lists no enabled plugin {driver} for secrets. If the leader has none, it "
        f"refuses {secret} after 15 s, and what this task has made by then stays."
        for secret, driver in drivers.items()
        if driver not in known
    ]
