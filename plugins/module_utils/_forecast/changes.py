# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which changes of a service replace its tasks. PRIVATE to the collection. Pure."""

from __future__ import annotations

import typing as t

Raw = t.Dict[str, t.Any]


def replaces_tasks(before: Raw, after: Raw) -> bool:
    """Whether it is certain that the tasks of one spec are replaced where the service gets another one."""
    return bool(before and after) and (
        _template(before) != _template(after) or before.get("EndpointSpec") != after.get("EndpointSpec")
    )


def is_replaced(task: Raw, after: Raw) -> bool:
    """Whether it is certain that a task is replaced, by what is sent for each task; what is published does not count.

    Args:
        task: of ``/tasks``.
        after: the spec that the service gets.
    """
    return bool(_filled(_template({"TaskTemplate": task.get("Spec")})) != _filled(_template(after)))


def _template(spec: Raw) -> Raw:
    """What is sent for each task, without its placement: a task stays where its node still fits.

    The runtime is left out too: a service never gets another one, and an Engine shows it of services only.
    """
    apart = ("Placement", "Runtime")
    return {key: value for key, value in (spec.get("TaskTemplate") or {}).items() if key not in apart}


def _filled(value: t.Any) -> t.Any:
    """A value without what is empty in it: where two differ in that alone, the tasks may be the same."""
    if isinstance(value, dict):
        kept = {key: _filled(one) for key, one in value.items()}
        return {key: one for key, one in kept.items() if one}
    return [_filled(one) for one in value] if isinstance(value, list) else value
