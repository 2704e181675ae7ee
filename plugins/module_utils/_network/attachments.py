# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The services on a network, detached from it and reattached. PRIVATE to the collection. Pure.

While a network is recreated, each of its services remembers in a label how it was attached. So a run that was killed half-way
is finished by the next one, on whatever host that runs.
"""

from __future__ import annotations

import copy
import json
import typing as t

from .._options.labels import OWN
from .._rollout.resume import was_sent_again
from .._rollout.service import is_paused

Raw = t.Dict[str, t.Any]

#: Remembers how a service was attached.
MOVING_LABEL = f"{OWN}moving"
# Where a spec says what holds a network; the second is how clients before API 1.25 wrote it.
_TASK, _SERVICE, _PORT = "task", "service", "port"
_PLACES: dict[str, tuple[str, ...]] = {
    _TASK: ("TaskTemplate", "Networks"),
    _SERVICE: ("Networks",),
    _PORT: ("EndpointSpec", "Ports"),
}
# All tasks at once, and none that misses the network meanwhile stops the others from leaving it.
_AT_ONCE = {"Parallelism": 0, "FailureAction": "continue", "Order": "stop-first"}


def uses(spec: Raw, network: Raw) -> bool:
    """Whether a service uses a network: by being attached, or by publishing on the ingress network."""
    return any(found for _place, found in _held(spec, network))


def awaits_network(spec: Raw, name: str) -> bool:
    """Whether a service was detached from a network of that name and not reattached."""
    return name in _memory(spec)["left"]


def reattachment_is_paused(service: Raw, name: str, network: Raw) -> bool:
    """Whether the swarm has paused the update that reattached a service to a network of that name, or that sent it again.

    A service that was reattached and has been updated since then is no concern of the network any longer.
    """
    spec, before = service["Spec"], service.get("PreviousSpec") or {}
    if not is_paused(service) or not uses(spec, network):
        return False
    return awaits_network(before, name) or was_sent_again(service)


def detached(spec: Raw, network: Raw, name: str) -> Raw:
    """A service's spec without a network.

    Args:
        spec: as the Engine reports it. It is not changed.
        network: the network as the Engine reports it.
        name: the name that the new network is going to have.
    """
    changed, memory = copy.deepcopy(spec), _memory(spec)
    left = []
    for place, found in _held(spec, network):
        if not found:
            continue
        for index, _entry in reversed(found):
            del _list(changed, place)[index]
        _tidy(changed, place)
        left += [[place, index, entry] for index, entry in found]
    memory["left"][name] = left
    if "update" not in memory:
        memory["update"] = changed.get("UpdateConfig")
    changed["UpdateConfig"] = dict(_AT_ONCE)
    changed["Labels"] = {
        **(changed.get("Labels") or {}),
        MOVING_LABEL: json.dumps(memory, separators=(",", ":"), sort_keys=True),
    }
    return changed


def reattached(spec: Raw, name: str, network_id: str) -> Raw:
    """A service's spec, attached as it was before, to the network that has the name now."""
    changed, memory = copy.deepcopy(spec), _memory(spec)
    for place, index, entry in memory["left"].pop(name, []):
        present = _list(changed, place)
        wanted = entry if place == _PORT else {**entry, "Target": network_id}
        same = [
            one for one in present if (one == wanted if place == _PORT else one.get("Target") == network_id)
        ]
        # Another client may have reattached it already.
        if not same:
            present.insert(index, wanted)
    labels = changed.get("Labels") or {}
    if memory["left"]:
        labels[MOVING_LABEL] = json.dumps(memory, separators=(",", ":"), sort_keys=True)
        return changed
    labels.pop(MOVING_LABEL, None)
    changed["UpdateConfig"] = memory.get("update")
    if changed["UpdateConfig"] is None:
        del changed["UpdateConfig"]
    return changed


def _held(spec: Raw, network: Raw) -> list[tuple[str, list[tuple[int, Raw]]]]:
    """By place, what holds the network, each with its index."""
    if network.get("Ingress"):
        ports = enumerate((spec.get("EndpointSpec") or {}).get("Ports") or [])
        return [
            (_PORT, [(at, port) for at, port in ports if (port.get("PublishMode") or "ingress") == "ingress"])
        ]
    wanted = (network["Id"], network["Name"])
    return [
        (place, [(at, one) for at, one in enumerate(_read(spec, place)) if one.get("Target") in wanted])
        for place in (_TASK, _SERVICE)
    ]


def _read(spec: Raw, place: str) -> list[Raw]:
    at: t.Any = spec
    for step in _PLACES[place]:
        at = (at or {}).get(step)
    return at or []


def _list(spec: Raw, place: str) -> list[Raw]:
    """The list of a place, to be changed; it is created where there is none."""
    at = spec
    *objects, last = _PLACES[place]
    for step in objects:
        if not at.get(step):
            at[step] = {}
        at = at[step]
    if not at.get(last):
        at[last] = []
    return t.cast("t.List[Raw]", at[last])


def _tidy(spec: Raw, place: str) -> None:
    """Leave no empty list behind."""
    *objects, last = _PLACES[place]
    at: t.Any = spec
    for step in objects:
        at = (at or {}).get(step)
    if at and not at.get(last):
        at.pop(last, None)


def _memory(spec: Raw) -> Raw:
    """What a service remembers; a label that is damaged counts as empty."""
    try:
        found = json.loads((spec.get("Labels") or {}).get(MOVING_LABEL, "{}"))
    except ValueError:
        found = {}
    if not isinstance(found, dict) or not isinstance(found.get("left"), dict):
        return {"left": {}}
    return found
