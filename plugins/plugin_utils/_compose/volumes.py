# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the services of a Compose file mount. PRIVATE to the collection. Pure."""

from __future__ import annotations

import posixpath
import re
import typing as t
from dataclasses import dataclass

from .keys import check
from .labels import labels, options, with_stack
from .node import Node

_WINDOWS = re.compile(r"[A-Za-z]:[\\/]")
_PROPAGATION = ("shared", "slave", "private", "rshared", "rslave", "rprivate")
_KEYS = ("type", "source", "target", "read_only", "bind", "volume", "tmpfs", "cluster")
_SELINUX = "give the directory its SELinux label on the nodes"
_NO_CONSISTENCY = "it means something on Docker Desktop only"
_UNSUPPORTED = {"consistency": _NO_CONSISTENCY, "image": "the swarm mounts no images"}
_SHORT_UNSUPPORTED = {
    "z": _SELINUX,
    "Z": _SELINUX,
    "cached": _NO_CONSISTENCY,
    "delegated": _NO_CONSISTENCY,
    "consistent": _NO_CONSISTENCY,
}
_BIND_UNSUPPORTED = {"selinux": _SELINUX}
_VOLUME_UNSUPPORTED = {"labels": "write labels under the top-level volumes"}
_TOP = ("name", "driver", "driver_opts", "external", "labels", "x-cluster-spec")


def long_form(node: Node) -> dict[str, t.Any]:
    """A mount with its parts by name.

    Raises:
        Refused: it is not written like a mount.
    """
    if isinstance(node.value, dict):
        return dict(node.value)
    parts = _split(node.text())
    if not 1 <= len(parts) <= 3 or not all(parts):
        raise node.wrong(f"is {node.text()!r}, not a mount like data:/var/lib/data:ro")
    if len(parts) == 1:
        return {"type": "volume", "target": parts[0]}
    made: dict[str, t.Any] = {
        "type": "bind" if _is_path(parts[0]) else "volume",
        "source": parts[0],
        "target": parts[1],
    }
    for word in parts[2].split(",") if len(parts) == 3 else ():
        _short_option(node, made, word)
    return made


def _short_option(node: Node, made: dict[str, t.Any], word: str) -> None:
    if word in ("ro", "rw"):
        made["read_only"] = word == "ro"
    elif word == "nocopy":
        made["volume"] = {"nocopy": True}
    elif word in _PROPAGATION:
        made["bind"] = {"propagation": word}
    elif word in _SHORT_UNSUPPORTED:
        node.unable(word, _SHORT_UNSUPPORTED[word])
    else:
        raise node.wrong(
            f"has the option {word!r}, which is none of ro, rw, nocopy, {', '.join(_PROPAGATION)}"
        )


def _split(text: str) -> list[str]:
    """The parts between the colons, the one behind a drive letter not counted."""
    parts: list[str] = []
    rest = text
    while rest:
        start = 2 if _WINDOWS.match(rest) else 0
        end = rest.find(":", start)
        parts.append(rest if end < 0 else rest[:end])
        rest = "" if end < 0 else rest[end + 1 :]
        if end >= 0 and not rest:
            parts.append("")
    return parts


def _is_path(source: str) -> bool:
    return source[:1] in ("/", ".", "~") or bool(_WINDOWS.match(source))


@dataclass(frozen=True)
class Volumes:
    """The volumes of a stack.

    Attributes:
        stack: the stack's name.
        top: the document's ``volumes``, ``None`` without one.
        project_dir: where relative paths on the nodes begin.
    """

    stack: str
    top: Node | None
    project_dir: str | None

    def option(self, node: Node) -> dict[str, t.Any]:
        """A mount as ``mounts`` of swarm_service has it.

        Raises:
            Refused: it is none, or names a volume that is not defined.
        """
        check(node, _KEYS, _UNSUPPORTED)
        kind = node.need("type").choice("bind", "volume", "tmpfs", "npipe", "cluster")
        made: dict[str, t.Any] = {"type": kind, "target": node.need("target").text()}
        read_only = node.get("read_only")
        if read_only:
            made["readonly"] = read_only.yes_no()
        for other in ("bind", "volume", "tmpfs", "cluster"):
            part = node.get(other)
            if part and other != kind and part.value:
                raise part.wrong(f"does not belong to a mount of type {kind}")
        return {**made, **getattr(self, f"_{kind}")(node)}

    def _bind(self, node: Node) -> dict[str, t.Any]:
        made: dict[str, t.Any] = {"source": self._path(node.need("source"))}
        bind = node.get("bind")
        if bind:
            # A service's mount never makes a missing directory, whatever is asked for.
            given = check(bind, ("propagation", "create_host_path", "recursive"), _BIND_UNSUPPORTED)
            if "propagation" in given:
                made["propagation"] = bind.need("propagation").choice(*_PROPAGATION)
            if "create_host_path" in given and bind.need("create_host_path").yes_no():
                bind.need("create_host_path").unable(
                    "create_host_path", "make the directory on the nodes first"
                )
            if "recursive" in given:
                recursive = bind.need("recursive").choice("enabled", "disabled", "writable", "readonly")
                if recursive in ("writable", "readonly"):
                    bind.need("recursive").unable("recursive", "services know enabled and disabled only")
                made.update({"non_recursive": True} if recursive == "disabled" else {})
        return made

    def _path(self, source: Node) -> str:
        path = source.text()
        if path.startswith("/") or _WINDOWS.match(path):
            return path
        if path.startswith("~"):
            raise source.wrong(
                f"is {path}, and the nodes do not know whose home that is; write an absolute path"
            )
        if self.project_dir is None:
            raise source.wrong(
                f"is {path}, relative to nothing on the nodes; write an absolute path, or say with project_dir where "
                "the stack's directory is on them"
            )
        return posixpath.normpath(posixpath.join(self.project_dir, path))

    def _volume(self, node: Node) -> dict[str, t.Any]:
        source = node.get("source")
        made: dict[str, t.Any] = {}
        volume = node.get("volume")
        if volume:
            given = check(volume, ("nocopy", "subpath"), _VOLUME_UNSUPPORTED)
            if "nocopy" in given:
                made["no_copy"] = volume.need("nocopy").yes_no()
            if "subpath" in given:
                made["subpath"] = volume.need("subpath").text()
        return {**made, **self._named(source)} if source else made

    def _cluster(self, node: Node) -> dict[str, t.Any]:
        source = node.need("source")
        if source.text().startswith("group:"):
            return {"source": source.text()}
        return {"source": self._named(source)["source"]}

    def _named(self, source: Node) -> dict[str, t.Any]:
        key = source.text()
        if self.top is None or key not in self.top.mapping():
            raise source.wrong(f"names the volume {key}, which the top-level volumes do not define")
        definition = self.top.at(key, self.top.value[key] or {})
        given = check(definition, _TOP)
        external = definition.get("external")
        name, is_external = external_name(definition)
        if is_external and given & {"driver", "driver_opts", "labels"}:
            raise t.cast("Node", external).wrong(
                "is there already, so driver, driver_opts and labels say nothing; remove them"
            )
        made: dict[str, t.Any] = {"source": name or (key if is_external else f"{self.stack}_{key}")}
        if is_external:
            return made
        made["labels"] = with_stack(labels(definition.get("labels")), self.stack)
        driver = {
            **({"name": definition.need("driver").text()} if "driver" in given else {}),
            **({"options": options(definition.need("driver_opts"))} if "driver_opts" in given else {}),
        }
        return {**made, **({"driver_config": driver} if driver else {})}

    def _tmpfs(self, node: Node) -> dict[str, t.Any]:
        source = node.get("source")
        if source:
            raise source.wrong("does not belong to a tmpfs")
        tmpfs, made = node.get("tmpfs"), {}
        for key in sorted(check(tmpfs, ("size", "mode"))) if tmpfs else ():
            part = t.cast("Node", tmpfs).need(key)
            made[f"tmpfs_{key}"] = part.size() if key == "size" else part.mode()
        return made

    def _npipe(self, node: Node) -> dict[str, t.Any]:
        return {"source": node.need("source").text()}


def external_name(definition: Node) -> tuple[str | None, bool]:
    """The name that a definition of a network, volume, secret or config gives, and whether it is one outside the stack.

    Raises:
        Refused: it gives two names.
    """
    name, external = definition.get("name"), definition.get("external")
    given = name.text() if name else None
    if external is None or not isinstance(external.value, dict):
        return given, bool(external and external.yes_no())
    check(external, ("name",))
    inner = external.get("name")
    if inner and given is not None:
        raise external.wrong("has a name beside that of the definition; keep one of them")
    return inner.text() if inner else given, True


def tmpfs_option(node: Node) -> dict[str, t.Any]:
    """The mount that an entry of a service's ``tmpfs`` means, such as ``/run:size=64m,mode=1777``.

    Raises:
        Refused: it is no such entry.
    """
    target, _colon, words = node.text().partition(":")
    if not target.startswith("/"):
        raise node.wrong(f"is {node.text()!r}, not like /run or /run:size=64m")
    made: dict[str, t.Any] = {"type": "tmpfs", "target": target}
    others = []
    for word in filter(None, words.split(",")):
        name, equals, value = word.partition("=")
        if name == "size" and equals:
            made["tmpfs_size"] = Node(value, node.path, node.origins, node.notes).size()
        elif name == "mode" and equals:
            made["tmpfs_mode"] = Node(value, node.path, node.origins, node.notes).mode()
        elif word in ("ro", "rw"):
            made["readonly"] = word == "ro"
        else:
            others.append(word)
    return {**made, **({"tmpfs_options": others} if others else {})}
