# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An exported swarm as the text of a YAML file."""

from __future__ import annotations

import base64
import json
import re
import typing as t
import zlib

import yaml

DOCUMENTATION = r"""
name: swarm_export_text
short_description: An exported swarm as the text of a YAML file
description:
  - Takes what M(flotilla.swarm.swarm_export_info) returned as RV(flotilla.swarm.swarm_export_info#module:packed).
  - A text that Ansible would take for a template, such as V({{.Node.Hostname}}), is marked with C(!unsafe).
author:
  - Flotilla contributors (@flotilla-swarm)
options:
  _input:
    description: The packed lists.
    type: str
    required: true
"""

EXAMPLES = r"""
- name: Write the file
  ansible.builtin.copy:
    content: "{{ exported.packed | flotilla.swarm.swarm_export_text }}"
    dest: swarm.yml
    mode: "0600"
  no_log: true
"""

RETURN = r"""
_value:
  description: The text.
  type: str
"""

_HEAD = """\
# Made from a live swarm by flotilla.swarm.export. Environment variables and configs may hold secrets: keep the file as one, or
# encrypt it with ansible-vault. A secret with take_over: false stays as it is; replace that by data to declare its content.
"""
_TEMPLATE = re.compile(r"\{\{|\{%|\{#")


class _Dumper(yaml.SafeDumper):
    """Writes lists as people do."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: ARG002 - of PyYAML
        """Indent the entries of lists."""
        super().increase_indent(flow, False)

    def ignore_aliases(self, _data: t.Any) -> bool:
        """Write everything where it belongs."""
        return True


def _text(dumper: _Dumper, value: str) -> yaml.ScalarNode:
    tag = "!unsafe" if _TEMPLATE.search(value) else "tag:yaml.org,2002:str"
    if not all(one.isprintable() or one == "\n" for one in value):
        # Only within these quotes has every character a spelling.
        style: str | None = '"'
    else:
        style = "|" if "\n" in value else "'" if tag == "!unsafe" else None
    return dumper.represent_scalar(tag, value, style=style)


_Dumper.add_representer(str, _text)


def swarm_export_text(packed: str) -> str:
    """See DOCUMENTATION."""
    lists = json.loads(zlib.decompress(base64.b64decode(packed)))
    written = {name: entries for name, entries in lists.items() if entries}
    return f"---\n{_HEAD}" + yaml.dump(
        written, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=120
    )


class FilterModule:
    """The collection's filters."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        """Name the filters."""
        return {"swarm_export_text": swarm_export_text}
