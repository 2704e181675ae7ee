# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Compose files as documents, of which each value knows its file. PRIVATE to the collection. Pure."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from .merge import Part, merged, merged_services
from .node import Origins

DEFINITIONS = ("networks", "volumes", "secrets", "configs")


@dataclass
class Document:
    """What one file says, or several that were merged."""

    value: dict[str, t.Any]
    origins: Origins

    def section(self, name: str) -> Part:
        """The services, networks, volumes, secrets or configs."""
        return Part(self.value.get(name) or {}, self.origins, (name,))


def both(base: Document, over: Document) -> Document:
    """Two documents as one, the later one winning."""
    made = {**base.value, **{key: value for key, value in over.value.items() if key in ("name", "version")}}
    made["services"] = merged_services(base.section("services"), over.section("services"))
    for section in DEFINITIONS:
        if over.section(section).value:
            made[section] = merged(base.section(section), over.section(section))
    return Document(made, base.origins)
