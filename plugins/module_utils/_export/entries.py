# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a user would have declared for an object that exists. PRIVATE to the collection. Pure.

Each entry is planned against the object itself before it is believed. One on which a deployment would change anything is left
out, with the reason.
"""

from __future__ import annotations

import base64
import typing as t

from .._engine.errors import Refused
from .._network.declared import declared_network
from .._network.options import ASSIGNED, ENCRYPTED, MTU, NETWORK
from .._network.plan import Attached, plan_network
from .._options.changes import Changes, visible_changes
from .._options.written import set_options, written
from .._rollout.service import mode_of
from .._secret.declared import declared_secret
from .._secret.options import LABELS_OPTION, Family
from .._secret.plan import plan_secret
from .._secret.versions import versions_of, without_internal
from .._service.declared import declared_service
from .._service.options import table
from .._service.plan import plan_service
from .._service.references import Catalogue, resolved

Raw = t.Dict[str, t.Any]
Entry = t.Dict[str, t.Any]


class LeftOut(Exception):
    """An object is not exported; the text is the reason, as the end of a sentence."""


def service(raw: Raw, catalogue: Catalogue) -> Entry:
    """The entry of a service: the whole truth, so that nothing has to be remembered on the service itself.

    Args:
        raw: as the Engine reports it.
        catalogue: what there is on the swarm, by name.

    Raises:
        LeftOut: no entry says all of it.
    """
    spec = raw["Spec"]
    if not ((spec.get("TaskTemplate") or {}).get("ContainerSpec") or {}).get("Image"):
        raise LeftOut("it runs no container")
    mode = mode_of(spec)
    options = set_options(table(mode), spec, written)
    for network in options.get("networks") or []:
        network["name"] = catalogue.name("network", network["name"])
    for word in ("secret", "config"):
        for entry in options.get(f"{word}s") or []:
            entry[f"{word}_name"] = _name(catalogue.of(word), entry[f"{word}_name"])
        if f"{word}s" in options and not options[f"{word}s"]:
            # All of them are for the runtime.
            del options[f"{word}s"]
    credential = (options.get("privileges") or {}).get("credential_spec") or {}
    if "config" in credential:
        credential["config"] = catalogue.name("config", credential["config"])
    entry = {
        "name": spec["Name"],
        "image": options.pop("image"),
        **({"mode": mode} if mode != "replicated" else {}),
        **options,
        "undeclared": "reset",
    }
    with_ids = _checked(lambda: declared_service(entry))
    with_ids.values = _checked(lambda: resolved(with_ids.values, catalogue, with_ids.name))
    planned = _checked(lambda: plan_service(with_ids, raw))
    _refuse(planned.changes)
    return entry


def network(raw: Raw) -> Entry:
    """The entry of a network.

    Raises:
        LeftOut: no entry says all of it.
    """
    options = set_options(NETWORK, raw, written)
    of_driver = options.pop("driver_options", {})
    # Two of them have words of their own, and one is the swarm's.
    of_driver = {key: text for key, text in of_driver.items() if key not in (ASSIGNED, ENCRYPTED, MTU)}
    entry = {"name": raw["Name"], **options, **({"driver_options": of_driver} if of_driver else {})}
    planned = _checked(lambda: plan_network(declared_network(entry), raw, Attached()))
    _refuse(planned.changes)
    return entry


def content(family: Family, name: str, raws: list[Raw]) -> Entry:
    """The entry of a secret or a config, which stays as it is: neither labelled nor taken over.

    Args:
        family: which of both.
        name: the name that services use.
        raws: objects as the Engine lists them.

    Raises:
        LeftOut: no entry says all of it.
    """
    current = versions_of(raws, name)[0]
    entry: Entry = {"name": name}
    if family.readable:
        spec = current.raw["Spec"]
        entry.update(_data(base64.b64decode(spec.get("Data") or "")))
        entry.update(set_options(family.versioned, spec, written))
        labels = without_internal(current.labels)
        entry.update(set_options((LABELS_OPTION,), {"Labels": labels}, written))
    entry["take_over"] = False
    declared = _checked(lambda: declared_secret(family, entry, lambda _path, _most: b""))
    planned = plan_secret(family, declared, raws, lambda version: version is not None)
    if planned.action != "none":
        raise LeftOut("no entry leaves it as it is")
    return entry


def _data(data: bytes) -> Entry:
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        text = None
    # What YAML cannot carry unchanged goes as Base64.
    if text is None or any(not (one.isprintable() or one in "\n\t") for one in text):
        return {"data": base64.b64encode(data).decode(), "data_is_b64": True}
    return {"data": text}


def _name(known: dict[str, str], own: str) -> str:
    """The declared name of what an object's own name stands for, which a version of ours has beside it."""
    identity = known.get(own)
    names = [name for name, other in known.items() if other == identity]
    return names[-1] if identity and names else own


Some = t.TypeVar("Some")


def _checked(work: t.Callable[[], Some]) -> Some:
    """Do something with an entry.

    Raises:
        LeftOut: the entry is refused.
    """
    try:
        return work()
    except Refused as error:
        raise LeftOut(f"the collection would refuse it: {error}") from None


def _refuse(changes: Changes) -> None:
    if changes:
        raise LeftOut(f"no option says all of {', '.join(sorted(visible_changes(changes)))}")
