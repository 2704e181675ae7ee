# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Read a stack from Compose files. PRIVATE to the collection. Pure but for ``read``.

The result is in the options of the collection's own modules, with the names and labels that ``docker stack deploy``
gives.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from ...module_utils._engine.errors import Refused
from .contents import Contents
from .files import Files, Read
from .names import NAME, check_name
from .networks import Networks
from .node import Node, text_of
from .notes import Notes
from .ports import Published
from .service import Converter
from .sources import Source, read_document
from .volumes import Volumes

Options = dict[str, t.Any]


@dataclass
class Stack:
    """A stack as its files declare it.

    Attributes:
        name: its name.
        services: each as ``services`` of swarm_service has it.
        networks: those that the stack has itself, each as the options of swarm_network.
        secrets: the same, as the options of swarm_secret; ``data`` is in base64.
        configs: the same, as the options of swarm_config.
        external: the names of networks, secrets and configs that it uses and that others made.
        warnings: sentences for the user.
    """

    name: str
    services: list[Options] = field(default_factory=list)
    networks: list[Options] = field(default_factory=list)
    secrets: list[Options] = field(default_factory=list)
    configs: list[Options] = field(default_factory=list)
    external: dict[str, list[str]] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)
    places: dict[str, str] = field(default_factory=dict)

    def where(self, service: str) -> str:
        """File and path of a service, by its whole name: ``web.yml: services.web``."""
        return self.places.get(service, service)


def read_stack(
    name: str,
    sources: t.Sequence[Source],
    read: Read,
    variables: t.Mapping[str, t.Any],
    env_files: t.Sequence[str] = (),
    ignore_unsupported: t.Iterable[str] = (),
    project_dir: str | None = None,
    leave_contents: bool = False,
) -> Stack:
    """Read a stack.

    Args:
        name: the stack's name, which its objects' names begin with.
        sources: paths of Compose files and inline definitions, merged in this order.
        read: reads a file; raises ``LookupError`` with a plain reason.
        variables: what is filled in for variables; null is not set.
        env_files: files with further variables. Later ones win over earlier ones, ``variables`` over all.
        ignore_unsupported: keys that are left out where Swarm cannot honour them.
        project_dir: where relative paths on the swarm's hosts begin, and those in inline definitions.
        leave_contents: the files of secrets and configs are not read, but named in ``data_src``.

    Raises:
        Refused: one sentence that names file and key.
    """
    if not NAME.match(name):
        raise Refused(
            f"The stack's name {name!r} is no name for it: use letters and digits, with - and _ between them."
        )
    notes = Notes(frozenset(ignore_unsupported))
    given = {str(key): text_of(value) for key, value in variables.items() if value is not None}
    known = given
    for path in env_files:
        known = {**known, **Files(read, known, notes).env_file(path, "env_files", known), **given}
    files = Files(read, known, notes, project_dir, leave_contents)
    document = read_document(files, sources)
    stack = _converted(name, Node(document.value, (), document.origins, notes), files)
    notes.check()
    stack.warnings = notes.warnings
    return stack


def _converted(name: str, top: Node, files: Files) -> Stack:
    own_name = top.get("name")
    if own_name and own_name.text() != name:
        own_name.warn(f"is {own_name.text()}, but the stack is called {name} by its task, which counts")
    networks = Networks(name, top.get("networks"))
    secrets = Contents("secrets", name, top.get("secrets"), files)
    configs = Contents("configs", name, top.get("configs"), files)
    volumes = Volumes(name, top.get("volumes"), files.project_dir)
    converter = Converter(name, files, networks, volumes, secrets, configs, Published())
    services = top.get("services")
    if services is None or not services.mapping():
        raise top.wrong("has no services")
    made = []
    for key, node in services.fields():
        check_name(node, f"{name}_{key}", "service")
        made.append(converter.service(key, node))
    return Stack(
        name,
        services=made,
        networks=networks.made,
        secrets=secrets.made,
        configs=configs.made,
        external={"networks": networks.external, "secrets": secrets.external, "configs": configs.external},
        places={f"{name}_{key}": node.where for key, node in services.fields()},
    )
