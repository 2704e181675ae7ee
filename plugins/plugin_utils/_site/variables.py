# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The hosts' variables, checked against the roles' argument specs, so that each is described once. PRIVATE."""

from __future__ import annotations

import difflib
import functools
import typing as t
from pathlib import Path

import yaml
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible.vars.plugins import get_vars_from_inventory_sources

from ...module_utils._engine.errors import Refused
from ...module_utils._options.labels import node_labels
from ...module_utils._options.option import argument_spec
from ...module_utils._options.texts import check_value
from ...module_utils._swarm.options import SETTINGS
from .limits import check_given, check_limits, limited
from .members import Member

_ROLES = ("swarm_engine", "swarm_firewall", "swarm_quorum", "swarm_labels")
# Labels may come from several groups at once, each in a variable of its own.
LABELS = "swarm_labels_node"
_PREFIXES = tuple(f"{role}_" for role in _ROLES)


@functools.lru_cache(maxsize=1)
def specs() -> dict[str, dict[str, t.Any]]:
    """The argument spec of every variable of the collection's roles."""
    roles = Path(__file__).resolve().parents[3] / "roles"
    by_name: dict[str, dict[str, t.Any]] = {}
    for role in _ROLES:
        text = (roles / role / "meta" / "argument_specs.yml").read_text(encoding="utf-8")
        by_name.update(yaml.safe_load(text)["argument_specs"]["main"]["options"])
    return by_name


def is_labels(name: str) -> bool:
    """Whether a variable holds node labels."""
    return name == LABELS or name.startswith(f"{LABELS}__")


def names_of_host(hostvars: t.Any, name: str, loader: t.Any) -> frozenset[str]:
    """The names of the variables that are set on a host itself, not on one of its groups.

    A task sees both merged, so the inventory is read again, in the way ``ansible-inventory`` does.

    Args:
        hostvars: the ``hostvars`` of a task.
        name: the host.
        loader: the data loader of the run.

    Returns:
        Names from the inventory file's host line and from ``host_vars``; nothing where this Ansible keeps its
        inventory elsewhere, in which case a variable's level does not matter for merging.
    """
    inventory = getattr(hostvars, "_inventory", None)
    if inventory is None:
        return frozenset()
    host = inventory.get_host(name)
    names = set(host.vars)
    for stage in ("task", "start"):
        names.update(get_vars_from_inventory_sources(loader, inventory._sources, [host], stage))
    return frozenset(names)


def check_names(host: str, names: t.Iterable[str]) -> None:
    """Refuse variables that are named like the collection's, but that no role has.

    Raises:
        Refused: names the variable, the host and the one that was probably meant.
    """
    known = list(specs())
    for name in sorted(names):
        if name in known or is_labels(name) or not name.startswith("swarm_"):
            continue
        close = difflib.get_close_matches(name, known, n=1, cutoff=0.85)
        if close or name.startswith(_PREFIXES):
            hint = f"; did you mean {close[0]}?" if close else "; see the README of that role."
            raise Refused(f"{host}: no role has a variable {name}{hint}")


def check_seen_by_all(planning: t.Mapping[str, t.Any], host: t.Mapping[str, t.Any]) -> None:
    """Refuse variables that only the host which plans would see: those of a play, an include or a task.

    Args:
        planning: the variables of the task that plans, untemplated.
        host: the variables of the same host as every other host sees them, untemplated.

    Raises:
        Refused: names the first such variable and where it has to be set instead.
    """
    known = specs()
    for name in sorted(planning):
        if name in host:
            hidden = (name in known or is_labels(name)) and host[name] != planning[name]
        else:
            # Defaults of roles that the play lists are seen here only, and are what the plan takes anyway.
            hidden = is_labels(name) and bool(planning[name])
            hidden = hidden or (name in known and planning[name] != known[name].get("default"))
        if hidden:
            raise Refused(
                f"{name} is set on the play, where the plan of all hosts does not see it; "
                "set it in the inventory, in group_vars or host_vars, or with -e."
            )


def read_member(name: str, variables: t.Mapping[str, t.Any], own: frozenset[str] = frozenset()) -> Member:
    """A host of the inventory, with what its variables declare.

    Args:
        name: the host.
        variables: every variable of the host by name.
        own: the names of those that are set on the host itself (``names_of_host``).

    Raises:
        Refused: a variable that no role has, or a value that cannot work.
    """
    check_names(name, variables)
    return Member(
        name=name,
        variables=values(name, variables),
        declared=frozenset(key for key, value in variables.items() if value is not None),
        labels=merge_labels(name, variables, own),
        ansible_host=str(variables.get("ansible_host") or name),
    )


def values(host: str, variables: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    """The variables of a host but its labels, checked against their specs, defaults filled in.

    A variable without a value is not declared, so that a host can withdraw what its group declares.

    Raises:
        Refused: a value of the wrong type, outside of its choices, or one that no module would take.
    """
    known = {name: spec for name, spec in specs().items() if not is_labels(name)}
    declared = {name: value for name, value in variables.items() if name in known and value is not None}
    check_given(host, limited(known), declared)
    checked = _checked(host, known, declared)
    check_limits(host, limited(known), checked)
    settings = checked["swarm_quorum_settings"]
    return {**checked, "swarm_quorum_settings": _settings(host, settings) if settings else {}}


def _settings(host: str, declared: dict[str, t.Any]) -> dict[str, t.Any]:
    """``swarm_quorum_settings`` with each value in its option's type: templates may have made strings of them."""
    known = argument_spec(SETTINGS)
    unknown = sorted(set(declared) - set(known))
    if unknown:
        raise Refused(
            f"{host}: swarm_quorum_settings has no option {unknown[0]}; its options are {', '.join(known)}."
        )
    what = f"{host}: swarm_quorum_settings"
    check_given(what, known, declared)
    checked = _checked(what, known, declared)
    return {name: checked[name] for name in declared}


def _checked(what: str, known: dict[str, t.Any], declared: dict[str, t.Any]) -> dict[str, t.Any]:
    result = ArgumentSpecValidator(known).validate(declared)
    if result.error_messages:
        raise Refused(f"{what}: {result.error_messages[0]}".rstrip(".") + ".")
    return dict(result.validated_parameters)


def merge_labels(host: str, variables: t.Mapping[str, t.Any], own: frozenset[str]) -> dict[str, str]:
    """Merge ``swarm_labels_node`` and every ``swarm_labels_node__*`` of a host.

    A variable of the host wins over one of its groups; among equals, ``swarm_labels_node`` wins, then the later name.

    Raises:
        Refused: a label that cannot work, with its host and variable.
    """
    names = [name for name in variables if is_labels(name)]
    names.sort(key=lambda name: (name in own, name == LABELS, name))
    merged: dict[str, str] = {}
    for name in names:
        try:
            check_value(variables[name], "lines")
            merged.update(node_labels(variables[name] or {}))
        except ValueError as error:
            raise Refused(f"{host}: {name}: {error}.") from None
    return merged
