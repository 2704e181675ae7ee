# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A document as one HTML page that needs nothing else. PRIVATE to the collection.

Whatever stands in the document is text: every value is escaped by the template's environment, and every character is made
visible before. The page's own policy lets nothing be loaded, and nothing run but its script, which it names by its hash.
"""

from __future__ import annotations

import base64
import collections
import hashlib
import itertools
import typing as t
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from ...module_utils._image.amounts import amount
from . import shown
from .document import without_moment
from .placed import MARKS, NOT_RUNNING
from .timeline import bars, line_of, ticks

Result = dict[str, t.Any]

_HERE = Path(__file__).parent
# From so many nodes on, their names stand upright.
_MANY = 10
# The most slots of a rollout that are drawn.
_DRAWN = 30


def page(document: Result, title: str) -> str:
    """The page of a document."""
    style, script = (_source(f"page.{kind}") for kind in ("css", "js"))
    found: str = (
        _environment()
        .get_template("page.html.j2")
        .render(
            **document,
            title=title,
            fingerprint=fingerprint(document, title),
            style=Markup(style),
            script=Markup(script),
            style_hash=_hash(style),
            script_hash=_hash(script),
            **_derived(document),
        )
    )
    return found


def fingerprint(document: Result, title: str) -> str:
    """What two pages have in common that differ in nothing but their moment."""
    # Their own texts count, too: a newer version of the collection may show the same document otherwise.
    sources = [_source(f"page.{kind}") for kind in ("html.j2", "css", "js")]
    told = repr((title, without_moment(document), sources))
    return hashlib.sha256(told.encode("utf-8", "backslashreplace")).hexdigest()


def _derived(document: Result) -> Result:
    """What the template needs and a program would not: things by their keys, and places on lines."""
    made, nodes, quorum = document["made"], document["nodes"], document["swarm"]["quorum"]
    columns = sorted(nodes, key=lambda node: (not node["zone"], node["zone"], node["name"], node["id"]))
    zones = [(zone, len(list(of))) for zone, of in itertools.groupby(columns, lambda node: str(node["zone"]))]
    cells: dict[tuple[str, str], list[Result]] = collections.defaultdict(list)
    known = {node["id"] for node in nodes}
    for task in document["tasks"]:
        cells[task["service"], task["node_id"] if task["node_id"] in known else ""].append(task)
    idle = [task for task in document["tasks"] if task["mark"] in NOT_RUNNING]
    return {
        "columns": columns,
        "zones": zones if any(zone for zone, _count in zones) else [],
        "cells": cells,
        "homeless": any(not node for _service, node in cells),
        "idle": idle,
        "places": {task["id"]: number for number, task in enumerate(idle)},
        "order": {service["name"]: number for number, service in enumerate(document["services"])},
        "marks": MARKS,
        "many": len(nodes) >= _MANY,
        "drawn": _DRAWN,
        "lost": not quorum or quorum["reachable"] < quorum["majority"],
        "managers": [node for node in nodes if node["reachability"]],
        "ready": sum(not node["gone"] for node in nodes),
        "fine": sum(not service["problems"] for service in document["services"]),
        "running": sum(task["mark"] == "running" for task in document["tasks"]),
        "lines": [line_of(rollout, made) for rollout in document["rollouts"]],
    }


def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(str(_HERE)),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_final,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(
        age=shown.age,
        amount=amount,
        change=shown.change,
        clip=shown.clipped,
        image=shown.image,
        minute=shown.minute,
        second=shown.second,
        span=shown.span,
    )
    environment.globals.update(bars=bars, ticks=ticks)
    return environment


def _final(value: t.Any) -> t.Any:
    """Every value on its way into the page; only texts of this room are markup already."""
    return value if isinstance(value, Markup) else shown.visible(value)


def _source(name: str) -> str:
    return (_HERE / name).read_text(encoding="utf-8")


def _hash(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"
