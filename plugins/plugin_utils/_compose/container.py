# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a Compose file says of a service's containers in mappings. PRIVATE to the collection. Pure."""

from __future__ import annotations

import typing as t

from .keys import check
from .labels import labels
from .node import Node

Options = dict[str, t.Any]


def healthcheck(node: Node | None) -> Options:
    """How the Engine finds out whether a task is well.

    Raises:
        Refused: a value is not what its key wants.
    """
    if node is None:
        return {}
    given = check(
        node, ("test", "interval", "timeout", "retries", "start_period", "start_interval", "disable")
    )
    test = node.get("test")
    if "disable" in given and node.need("disable").yes_no():
        if test:
            raise test.wrong("stands beside disable; keep one of them")
        return {"test": ["NONE"]}
    made: Options = {}
    if test and test.value:
        made["test"] = test.texts() if isinstance(test.value, list) else ["CMD-SHELL", test.text()]
        if made["test"][0] not in ("NONE", "CMD", "CMD-SHELL"):
            raise test.wrong(f"begins with {made['test'][0]!r}, none of CMD, CMD-SHELL, NONE")
    for key in ("interval", "timeout", "start_period", "start_interval"):
        # Only newer Engines have it, so it can be left out.
        if key in given and not (key == "start_interval" and node.need(key).dropped(key)):
            made[key] = node.need(key).duration()
    if "retries" in given:
        made["retries"] = node.need("retries").whole()
    return made


def logging(node: Node | None) -> Options:
    """Where the output goes.

    Raises:
        Refused: a value is not what its key wants.
    """
    if node is None:
        return {}
    given = check(node, ("driver", "options"))
    made: Options = {}
    if "driver" in given:
        made["driver"] = node.need("driver").text()
    if "options" in given:
        made["options"] = labels(node.need("options"))
    return made


def ulimits(node: Node | None) -> list[Options]:
    """Limits of the process.

    Raises:
        Refused: a value is not what its key wants.
    """
    made = []
    for name, value in node.fields() if node else []:
        if isinstance(value.value, dict):
            check(value, ("soft", "hard"))
            soft, hard = value.need("soft").whole(), value.need("hard").whole()
        else:
            soft = hard = value.whole()
        made.append({"name": name, "soft": soft, "hard": hard})
    return made


def hosts(node: Node | None) -> dict[str, str]:
    """Names with their addresses.

    Raises:
        Refused: a value is not what its key wants.
    """
    made = {}
    for name, value in node.fields() if node else []:
        addresses = value.one_or_more()
        if len(addresses) != 1:
            raise value.wrong("has several addresses; the module takes one for each name")
        address = addresses[0].text()
        made[name] = address[1:-1] if address.startswith("[") and address.endswith("]") else address
    return made
