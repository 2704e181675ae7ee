# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The registries' credentials for the services of a stack. PRIVATE to the collection."""

from __future__ import annotations

import base64
import json
import os
import typing as t

from .._engine.errors import Refused
from .._files.read import read_file
from .._files.unreadable import NoSuchFile
from .._service.registry import server_of

Auth = t.Dict[str, str]
Options = t.Dict[str, t.Any]

# Bytes; a file with the credentials of a hundred registries has some 20 KiB.
_LARGEST_FILE = 1 << 20


def give_credentials(services: list[Options], declared: list[Auth], kept: bool) -> None:
    """Give each service the credentials for the registry of its image.

    Args:
        services: the options of each service; they are changed.
        declared: credentials; one without ``server`` is for every registry.
        kept: also use those that Docker's command line keeps for this user on this host; what is declared comes first.

    Raises:
        Refused: the file in which they are kept cannot be read.
    """
    known = [{key: text for key, text in auth.items() if text} for auth in declared]
    known += _kept() if kept else []
    for service in services:
        server = server_of(service.get("image") or "")
        fitting = next((auth for auth in known if _same(auth.get("server", server), server)), None)
        if fitting:
            service["registry_auth"] = {**fitting, "server": server}


def _same(one: str, other: str) -> bool:
    return _bare(one) == _bare(other)


def _bare(server: str) -> str:
    """A registry's host, however it is written; Docker Hub has several names."""
    host = server.partition("://")[2] or server
    host = host.partition("/")[0]
    return "index.docker.io" if host in ("docker.io", "registry-1.docker.io") else host


def _kept() -> list[Auth]:
    path = os.path.join(os.environ.get("DOCKER_CONFIG") or os.path.expanduser("~/.docker"), "config.json")
    try:
        auths = json.loads(read_file(path, _LARGEST_FILE)).get("auths") or {}
        return [_auth(server, entry) for server, entry in auths.items() if entry]
    except NoSuchFile:
        return []
    except OSError as error:
        why = str(error)
    except (ValueError, AttributeError, RecursionError) as error:
        # The error itself would quote the file.
        why = f"could not be read ({type(error).__name__})"
    raise Refused(
        f"with_registry_auth: {path} on this host {why}; repair it or give registry_auth. Nothing was sent."
    )


def _auth(server: str, entry: Options) -> Auth:
    if entry.get("identitytoken"):
        return {"server": server, "identity_token": entry["identitytoken"]}
    name, _colon, password = base64.b64decode(entry.get("auth") or "").decode().partition(":")
    return {"server": server, "username": name, "password": password.rstrip("\0")}
