# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Pulling images to a host: the verb of ``swarm_pull``. PRIVATE to the collection."""

from __future__ import annotations

import typing as t

from .._engine.client import Client
from .._engine.errors import EngineError, FlotillaError, NotFound, Refused
from .._engine.wait import Deadline, waiting_for
from .._run.verb import Options, Result, Verb
from .._service.image import IMAGE, reference
from .._service.registry import auth_header
from .._stack.auth import give_credentials
from .amounts import amount
from .options import PULL
from .progress import Pull

Raw = t.Dict[str, t.Any]

# What an Engine says where the file system is full, which is not the fault of a registry.
_FULL = "no space left on device"


def work(options: Options, check_mode: bool, client: Client) -> Result:
    """Pull the images that are not there, one after the other: an Engine pulls the layers of each beside each other.

    Raises:
        EngineError: one could not be pulled; the others were.
    """
    deadline = Deadline(options["timeout_pull"])
    pulled: list[str] = []
    failed: list[str] = []
    loaded = 0
    wanted = list(dict.fromkeys(_checked(image) for image in options["images"]))
    missing = [image for image in wanted if not is_there(client, image)]
    for image in missing:
        if check_mode:
            pulled.append(image)
            continue
        try:
            loaded += _pull(client, image, _auth(options, image), deadline)
            pulled.append(image)
        except FlotillaError as error:
            failed.append(f"{image} was not pulled: {str(error).rstrip('.')}.")
    result: Result = {
        "changed": bool(pulled),
        "actions": [f"pull {image}" for image in pulled],
        "pulled": pulled,
        "present": [image for image in wanted if image not in missing],
        "loaded": loaded,
        "row": {
            "THERE": str(len(wanted) - len(missing)),
            "PULLED": str(len(pulled)),
            "LOADED": amount(loaded),
            "FAILED": str(len(failed)),
        },
    }
    if failed:
        raise EngineError(" ".join(failed), facts=result)
    return result


VERB = Verb(PULL, work)


def _checked(image: str) -> str:
    try:
        return str(IMAGE.to_api(image))
    except ValueError as error:
        raise Refused(f"images: {error}. Nothing was sent.") from None


def is_there(client: Client, image: str) -> bool:
    """Whether a host has an image, which asks no registry.

    A tag alone is what the registry says it is: the agent of a node asks it at each start of a task, and loads only what the
    host does not have.
    """
    try:
        client.get(f"/images/{image}/json")
    except NotFound:
        return False
    return True


def _pull(client: Client, image: str, auth: dict[str, str] | None, deadline: Deadline) -> int:
    """Pull one image, and return the bytes that were downloaded.

    Raises:
        EngineError: it could not be pulled.
    """
    pull, wanted = Pull(), reference(image)
    doing = f"pulling {wanted.tagged}"
    with waiting_for(f"{doing}, {pull.line}", deadline) as wait:

        def tell(told: Raw) -> None:
            pull.tell(told)
            wait.doing = f"{doing}, {pull.line}"

        # The Engine takes no tag beside a digest here.
        query = {"fromImage": wanted.name, "tag": wanted.digest or wanted.tag}
        client.follow("/images/create", tell, max(1.0, deadline.left), auth_header(auth, image), **query)
    if pull.error:
        raise EngineError(_because(pull.error))
    return pull.loaded


def _because(said: str) -> str:
    full = "; the disk is full: flotilla.swarm.prune removes what no service uses" if _FULL in said else ""
    return f"the Engine said: {said.rstrip('.')}{full}"


def _auth(options: Options, image: str) -> dict[str, str] | None:
    asked: Raw = {"image": image}
    give_credentials([asked], options["registry_auth"], options["with_registry_auth"])
    return asked.get("registry_auth")
