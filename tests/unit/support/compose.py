# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Compose files in memory."""

from __future__ import annotations

import textwrap
import typing as t

import pytest
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible_collections.flotilla.swarm.plugins.module_utils._engine.errors import Refused
from ansible_collections.flotilla.swarm.plugins.module_utils._files.unreadable import NoSuchFile, Unreadable
from ansible_collections.flotilla.swarm.plugins.module_utils._options.arguments import for_ansible
from ansible_collections.flotilla.swarm.plugins.module_utils._service.options import one_service
from ansible_collections.flotilla.swarm.plugins.plugin_utils._compose.stack import ComposeStack, read_stack

Files = dict[str, str]
Options = dict[str, t.Any]

_CHECK = ArgumentSpecValidator(for_ansible({**one_service(), "name": {"type": "str", "required": True}}))


def stack(files: str | Files, *names: str, **how: t.Any) -> ComposeStack:
    """Read a stack called ``shop``.

    Args:
        files: a file ``web.yml``, or several by their names.
        names: those that are the stack's sources; the first one when it is left out.
        how: more for ``read_stack``.
    """
    found = {"web.yml": files} if isinstance(files, str) else files

    def read(path: str, most: int) -> bytes:
        if path not in found:
            raise NoSuchFile("could not be read: there is no such file")
        content = textwrap.dedent(found[path]).encode()
        if len(content) > most:
            raise Unreadable(f"has more than {most} bytes")
        return content

    how = {"variables": {}, **how}
    declared = read_stack("shop", names or [next(iter(found))], read, **how)
    for service in declared.services:
        as_the_module_checks(service)
    return declared


def as_the_module_checks(service: Options) -> Options:
    """The options of a service after the check of swarm_service, which refuses none of them and changes none."""
    checked = _CHECK.validate(service)
    assert checked.error_messages == []
    assert _as_given(checked.validated_parameters, service) == service
    return dict(checked.validated_parameters)


def _as_given(checked: t.Any, given: t.Any) -> t.Any:
    """Checked options without those that the check has added: what was not given, and defaults."""
    if isinstance(checked, dict) and isinstance(given, dict):
        return {key: _as_given(value, given[key]) for key, value in checked.items() if key in given}
    if isinstance(checked, list) and isinstance(given, list) and len(checked) == len(given):
        return [_as_given(one, other) for one, other in zip(checked, given, strict=True)]
    return checked


def service(text: str, more: str = "", **how: t.Any) -> dict[str, t.Any]:
    """The one service of a file, from what stands in it beside the image.

    Args:
        more: what else is in the file.
    """
    [found] = stack(_file(text, more), **how).services
    return found


def refusal(text: str | Files, *names: str, **how: t.Any) -> str:
    """The sentence that refuses a file."""
    with pytest.raises(Refused) as caught:
        stack(text, *names, **how)
    return str(caught.value)


def service_refusal(text: str, more: str = "", **how: t.Any) -> str:
    """The sentence that refuses the one service of a file."""
    return refusal(_file(text, more), **how)


def _file(text: str, more: str) -> str:
    lines = textwrap.indent("image: tiny:1\n" + textwrap.dedent(text), "    ")
    return f"services:\n  web:\n{lines}\n{textwrap.dedent(more)}"
