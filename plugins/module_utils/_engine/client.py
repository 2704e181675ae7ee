# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One way to send a request to an Engine and get JSON back. PRIVATE to the collection."""

from __future__ import annotations

import json
import typing as t
from urllib.parse import quote, urlencode

from .api_version import parse_api, show_api
from .errors import EngineAbsent, EngineError, Refused, error_type, saying, without_grpc_prefix
from .transport import LARGEST, Bounds, Transport, unusable

# Newest API the collection knows; a newer Engine is spoken to in this one.
NEWEST_API = (1, 52)
# Engine 20.10, the oldest that is supported.
OLDEST_API = (1, 41)
# A filter with more values than this would make the address too long; everything is read instead.
FEW = 50

# What the Engine answers with a list; with one object to everything else.
_LISTS = (
    "nodes",
    "services",
    "tasks",
    "networks",
    "secrets",
    "configs",
    "images/json",
    "containers/json",
)
# Bytes of a line about what an Engine does; they have some hundred.
_LONGEST_LINE = 1 << 20
_OTHER_FORM = "has another form than an Engine's"

Headers = t.Dict[str, str]


class Lines:
    """JSON objects, each in a line, from bytes that come in parts.

    Args:
        each: takes each object.
    """

    def __init__(self, each: t.Callable[[dict[str, t.Any]], None]) -> None:
        self._each = each
        self._held = b""

    def take(self, part: bytes) -> None:
        """Take the next bytes; what is no object is left out."""
        *lines, self._held = (self._held + part).split(b"\n")
        # No line of an Engine is so long, and nothing may fill the memory of a host.
        self._held = self._held[-_LONGEST_LINE:]
        for line in lines:
            try:
                found = json.loads(line)
            except (ValueError, RecursionError):
                continue
            if isinstance(found, dict):
                self._each(found)

    def end(self) -> None:
        """Take what has no end of a line behind it."""
        self.take(b"\n")


def filter_by(key: str, values: t.Sequence[str]) -> dict[str, list[str]]:
    """A filter for a list of objects; an empty one where there are too many values, so that others may come along."""
    return {key: list(values)} if len(values) <= FEW else {}


class Client:
    """An Engine's API.

    Args:
        transport: carries the requests.
        api_version: ``"auto"`` or a version like ``"1.41"``.
        timeout: seconds for one whole answer, unless a request says otherwise.
    """

    #: Whether a request that may change something was sent.
    has_written = False

    def __init__(self, transport: Transport, api_version: str = "auto", timeout: float = 60) -> None:
        self._transport = transport
        self._asked = None if api_version == "auto" else parse_api(api_version)
        self._timeout = timeout
        #: Called before each request that may change something.
        self.before_write: t.Callable[[], None] = lambda: None
        self._version: dict[str, t.Any] | None = None
        self._api: tuple[int, int] | None = None

    @property
    def where(self) -> str:
        """The Engine's address, for messages."""
        return self._transport.where

    def version(self) -> dict[str, t.Any]:
        """What the Engine says of itself at ``/version``; read once."""
        if self._version is None:
            found = self._read_json("/version", dict, Bounds(self._timeout))
            if not isinstance(found.get("ApiVersion"), str):
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
        return t.cast("dict[str, t.Any]", self._read_json("/info", dict, Bounds(self._timeout)))

    def get(
        self, path: str, timeout: float | None = None, headers: Headers | None = None, **query: t.Any
    ) -> t.Any:
        """Read an object or a list. Query values that are dicts are sent as JSON (``filters``).

        Raises:
            AnswerUnusable: what came is neither.
        """
        form = list if path.strip("/") in _LISTS else dict
        return self._read_json(self._path(path, query), form, Bounds(timeout or self._timeout), headers)

    def read(
        self,
        path: str,
        timeout: float | None = None,
        pause: float | None = None,
        size: int = LARGEST,
        **query: t.Any,
    ) -> bytes:
        """Read what is no JSON: logs.

        Args:
            timeout: seconds for the whole of it.
            pause: seconds in which nothing of it comes.
            size: bytes that it may have.
        """
        return self._answer(
            "GET", self._path(path, query), None, Bounds(timeout or self._timeout, pause, size)
        )

    def post(
        self,
        path: str,
        body: t.Any = None,
        timeout: float | None = None,
        headers: Headers | None = None,
        **query: t.Any,
    ) -> t.Any:
        """Change something. Returns the JSON answer, or ``None`` where there is none.

        Raises:
            AnswerUnusable: the answer is no JSON, or does not name the object that was created.
        """
        sent_to = self._path(path, query)
        bounds = Bounds(timeout or self._timeout)
        answer = self._decoded(self._answer("POST", sent_to, body, bounds, headers))
        if not _fits(path, answer):
            raise unusable(self.where, _OTHER_FORM)
        return answer

    def delete(self, path: str, timeout: float | None = None, **query: t.Any) -> t.Any:
        """Remove an object."""
        bounds = Bounds(timeout or self._timeout)
        return self._decoded(self._answer("DELETE", self._path(path, query), None, bounds))

    def follow(
        self,
        path: str,
        each: t.Callable[[dict[str, t.Any]], None],
        timeout: float,
        headers: Headers | None = None,
        **query: t.Any,
    ) -> None:
        """Change something that takes long, and hand over what is told of it meanwhile, one JSON object after the other.

        Args:
            path: where it is sent.
            each: takes each object.
            timeout: seconds for all of it.
            headers: of the request.
            query: of the request.
        """
        lines = Lines(each)
        bounds = Bounds(timeout, each=lines.take)
        self._answer("POST", self._path(path, query), None, bounds, headers)
        lines.end()

    def _path(self, path: str, query: dict[str, t.Any]) -> str:
        sent = {
            key: json.dumps(value) if isinstance(value, (dict, bool)) else value
            for key, value in query.items()
            if value is not None
        }
        return f"/v{show_api(self.api())}{quote(path)}" + (f"?{urlencode(sent)}" if sent else "")

    def _read_json(
        self, path: str, form: type[t.Any], bounds: Bounds, headers: Headers | None = None
    ) -> t.Any:
        answer = self._answer("GET", path, None, bounds, headers)
        # Go writes null for a list that was never made.
        found = [] if form is list and answer.strip() == b"null" else self._decoded(answer)
        items = found if isinstance(found, list) else [found]
        if not isinstance(found, form) or not all(isinstance(item, dict) for item in items):
            raise unusable(self.where, _OTHER_FORM)
        return found

    def _answer(
        self, method: str, path: str, body: t.Any, bounds: Bounds, headers: Headers | None = None
    ) -> bytes:
        if method != "GET":
            self.has_written = True
            self.before_write()
        content = None if body is None else json.dumps(body).encode()
        sent = {**({} if content is None else {"Content-Type": "application/json"}), **(headers or {})}
        status, answer = self._transport.send(method, path, content, sent, bounds)
        if status < 300:
            return answer
        if status < 400:
            raise unusable(self.where, f"leads elsewhere (HTTP {status})")
        raise self._error(status, answer)

    def _decoded(self, answer: bytes) -> t.Any:
        """The JSON of an answer, ``None`` where it is empty.

        Raises:
            AnswerUnusable: it is none.
        """
        if not answer.strip():
            return None
        try:
            return json.loads(answer)
        except (ValueError, RecursionError):
            raise unusable(self.where, "is no JSON, or not all of it") from None

    def _error(self, status: int, answer: bytes) -> EngineError:
        text = _message(answer)
        reason = saying(without_grpc_prefix(text)) or f"HTTP {status}"
        return error_type(status, text)(f"The Engine at {self.where} said: {reason}", status=status)


def _fits(path: str, answer: t.Any) -> bool:
    """Whether the answer to a POST has the form that is relied on: an object, with an ID where one was created."""
    if path.endswith("/create"):
        return isinstance(answer, dict) and any(isinstance(answer.get(key), str) for key in ("ID", "Id"))
    # The answer to /swarm/init, the ID of a node, is a text.
    return answer is None or isinstance(answer, dict) or not path.endswith("/update")


def _message(answer: bytes) -> str:
    """What an answer with the status of an error says: nothing where it is a page of HTML."""
    text = answer.decode("utf-8", "replace")
    try:
        decoded = json.loads(text)
    except (ValueError, RecursionError):
        return "" if text.lstrip()[:1] == "<" else text
    message = decoded.get("message") if isinstance(decoded, dict) else decoded
    return "" if message is None else str(message)
