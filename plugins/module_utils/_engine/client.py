# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One way to send a request to an Engine and get JSON back. PRIVATE to the collection."""

from __future__ import annotations

import json
import typing as t
from urllib.parse import quote, urlencode

from .api_version import parse_api, show_api
from .errors import EngineAbsent, EngineError, Refused, error_type, without_grpc_prefix
from .transport import Transport

# Newest API the collection knows; a newer Engine is spoken to in this one.
NEWEST_API = (1, 52)
# Engine 20.10, the oldest that is supported.
OLDEST_API = (1, 41)
# A filter with more values than this would make the address too long; everything is read instead.
FEW = 50

Headers = t.Dict[str, str]


def filter_by(key: str, values: t.Sequence[str]) -> dict[str, list[str]]:
    """A filter for a list of objects; an empty one where there are too many values, so that others may come along."""
    return {key: list(values)} if len(values) <= FEW else {}


class Client:
    """An Engine's API.

    Args:
        transport: carries the requests.
        api_version: ``"auto"`` or a version like ``"1.41"``.
        timeout: seconds for one answer, unless a request says otherwise.
    """

    def __init__(self, transport: Transport, api_version: str = "auto", timeout: float = 60) -> None:
        self._transport = transport
        self._asked = None if api_version == "auto" else parse_api(api_version)
        self._timeout = timeout
        self._version: dict[str, t.Any] | None = None
        self._api: tuple[int, int] | None = None

    @property
    def where(self) -> str:
        """The Engine's address, for messages."""
        return self._transport.where

    def version(self) -> dict[str, t.Any]:
        """What the Engine says of itself at ``/version``; read once."""
        if self._version is None:
            found = self._send("GET", "/version", None, self._timeout)
            if not isinstance(found, dict) or "ApiVersion" not in found:
                raise EngineAbsent(
                    f"What answers at {self.where} is not an Engine; set docker_host to where an Engine listens."
                )
            self._version = found
        return self._version

    def api(self) -> tuple[int, int]:
        """The API version that is spoken, negotiated once.

        Raises:
            Refused: the Engine is too old, or does not speak the version asked for.
        """
        if self._api is None:
            version = self.version()
            newest = parse_api(version["ApiVersion"])
            oldest = parse_api(version.get("MinAPIVersion") or "1.12")
            wanted = self._asked or min(newest, NEWEST_API)
            if newest < OLDEST_API:
                raise Refused(
                    f"The Engine at {self.where} is {version.get('Version')} (API {show_api(newest)}); "
                    f"20.10 (API {show_api(OLDEST_API)}) is the oldest supported: upgrade it."
                )
            if not oldest <= wanted <= newest:
                raise Refused(
                    f"The Engine at {self.where} speaks API {show_api(oldest)} to {show_api(newest)}, "
                    f"not {show_api(wanted)}; set api_version within these or leave it out."
                )
            self._api = wanted
        return self._api

    def info(self) -> dict[str, t.Any]:
        """``/info``, which an Engine too old for everything else still answers without a version."""
        return t.cast("dict[str, t.Any]", self._send("GET", "/info", None, self._timeout))

    def get(
        self, path: str, timeout: float | None = None, headers: Headers | None = None, **query: t.Any
    ) -> t.Any:
        """Read an object or a list. Query values that are dicts are sent as JSON (``filters``)."""
        return self._send("GET", self._path(path, query), None, timeout, headers)

    def read(self, path: str, timeout: float | None = None, **query: t.Any) -> bytes:
        """Read what is no JSON: logs."""
        return self._answer("GET", self._path(path, query), None, timeout)

    def post(
        self,
        path: str,
        body: t.Any = None,
        timeout: float | None = None,
        headers: Headers | None = None,
        **query: t.Any,
    ) -> t.Any:
        """Change something. Returns the JSON answer, or ``None`` where there is none."""
        return self._send("POST", self._path(path, query), body, timeout, headers)

    def delete(self, path: str, **query: t.Any) -> t.Any:
        """Remove an object."""
        return self._send("DELETE", self._path(path, query), None, None)

    def _path(self, path: str, query: dict[str, t.Any]) -> str:
        sent = {
            key: json.dumps(value) if isinstance(value, (dict, bool)) else value
            for key, value in query.items()
            if value is not None
        }
        return f"/v{show_api(self.api())}{quote(path)}" + (f"?{urlencode(sent)}" if sent else "")

    def _send(
        self, method: str, path: str, body: t.Any, timeout: float | None, headers: Headers | None = None
    ) -> t.Any:
        return _decoded(self._answer(method, path, body, timeout, headers))

    def _answer(
        self, method: str, path: str, body: t.Any, timeout: float | None, headers: Headers | None = None
    ) -> bytes:
        content = None if body is None else json.dumps(body).encode()
        sent = {**({} if content is None else {"Content-Type": "application/json"}), **(headers or {})}
        status, answer = self._transport.send(method, path, content, sent, timeout or self._timeout)
        if status < 400:
            return answer
        raise self._error(status, answer)

    def _error(self, status: int, answer: bytes) -> EngineError:
        decoded = _decoded(answer)
        text = decoded.get("message", "") if isinstance(decoded, dict) else str(decoded or "")
        reason = without_grpc_prefix(text) or f"HTTP {status}"
        return error_type(status, text)(f"The Engine at {self.where} said: {reason}", status=status)


def _decoded(answer: bytes) -> t.Any:
    if not answer.strip():
        return None
    try:
        return json.loads(answer)
    except ValueError:
        return answer.decode("utf-8", "replace")
