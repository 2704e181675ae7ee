# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the services of a Compose file mount. PRIVATE to the collection. Pure."""

from __future__ import annotations

import posixpath
import re
import typing as t
from dataclasses import dataclass

from . import checks, unsupported
from .value import Value

Options = dict[str, t.Any]

_WINDOWS = re.compile(r"[A-Za-z]:[\\/]")
_KEYS = ("type", "source", "target", "read_only", "bind", "volume", "tmpfs", "cluster")
_TOP = ("name", "driver", "driver_opts", "external", "labels")


def long_form(value: Value) -> Options:
    """A mount as a mapping.

    Raises:
        Refused: the value is not a mount.
    """
    if isinstance(value.content, dict):
        return dict(value.content)
    parts = _split(value.text())
    if not 1 <= len(parts) <= 3 or not all(parts):
        raise value.wrong(f"is {value.text()!r}, not a mount like data:/var/lib/data:ro")
    if len(parts) == 1:
        return {"type": "volume", "target": parts[0]}
    mount: Options = {
        "type": "bind" if _is_path(parts[0]) else "volume",
        "source": parts[0],
        "target": parts[1],
    }
    for word in filter(None, parts[2].split(",") if len(parts) == 3 else ()):
        mount.update(_short_option(value, word))
    return mount


def _short_option(value: Value, word: str) -> Options:
    propagation = checks.choices("mounts.propagation")
    if word in ("ro", "rw"):
        return {"read_only": word == "ro"}
    if word == "nocopy":
        return {"volume": {"nocopy": True}}
    if word in propagation:
        return {"bind": {"propagation": word}}
    known = unsupported.MOUNT_WORDS.get(word)
    if known is None:
        known = (
            unsupported.LOCKED_MOUNT
            if word.lower() in ("ro", *unsupported.LOCKING_WORDS)
            else unsupported.OTHER_MOUNT_WORD
        )
    value.at(word, word).unsupported(word, known)
    return {}


def _split(text: str) -> list[str]:
    """The parts between the colons; the colon behind a drive letter does not count."""
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
class ComposeVolumes:
    """The volumes of a stack, and what services mount.

    Attributes:
        stack: the stack's name.
        top: the top-level ``volumes``, ``None`` where there are none.
        project_dir: the folder on the nodes in which relative paths begin.
        home: what stands for ``~`` on the nodes, where that is known.
    """

    stack: str
    top: Value | None
    project_dir: str | None
    home: t.Callable[[], str | None] = lambda: None

    def mount(self, value: Value) -> Options:
        """An entry of ``volumes`` of a service as ``mounts`` of swarm_service has it.

        Raises:
            Refused: the value is not a mount, or names a volume that is not defined.
        """
        value.check_keys(_KEYS, unsupported.MOUNT)
        type_ = value.need("type").choice(*checks.choices("mounts.type"))
        mount: Options = {"type": type_, "target": value.need("target").text()}
        read_only = value.get("read_only")
        if read_only:
            mount["readonly"] = read_only.flag()
        for other in ("bind", "volume", "tmpfs", "cluster"):
            part = value.get(other)
            if part and other != type_ and part.content and not _is_selinux(part):
                raise part.wrong(f"cannot be set for a mount of type {type_}; remove {other}")
        readers: dict[str, t.Callable[[Value], Options]] = {
            "bind": self._bind,
            "volume": self._volume,
            "cluster": self._cluster,
            "tmpfs": _tmpfs,
        }
        mount.update(readers.get(type_, _plain)(value))
        checks.check(value, "mounts", [mount])
        return mount

    def _bind(self, value: Value) -> Options:
        mount: Options = {"source": self._path(value.need("source"))}
        bind = value.get("bind")
        if not bind:
            return mount
        bind.check_keys(("propagation", "create_host_path", "recursive"), unsupported.BIND)
        propagation, create, recursive = (
            bind.get(key) for key in ("propagation", "create_host_path", "recursive")
        )
        if propagation:
            mount["propagation"] = propagation.choice(*checks.choices("mounts.propagation"))
        if create and create.flag():
            # A service's mount never creates a missing directory.
            create.unsupported("create_host_path", unsupported.CREATE_HOST_PATH)
        if recursive:
            word = recursive.choice("enabled", "disabled", "writable", "readonly")
            if word in ("writable", "readonly"):
                recursive.unsupported("recursive", unsupported.RECURSIVE)
            elif word == "disabled":
                mount["non_recursive"] = True
        return mount

    def _path(self, source: Value) -> str:
        path = source.text()
        if path.startswith("/") or _WINDOWS.match(path):
            return path
        if path.startswith("~"):
            home = self.home() if path[1:2] in ("", "/") else None
            if home is None:
                raise source.wrong(
                    f"is {path}, and the nodes do not know whose home that is; write an absolute path, or set HOME in variables"
                )
            # As docker stack deploy writes it.
            return f"{home}{path[1:]}"
        if self.project_dir is None:
            raise source.wrong(
                f"is {path}, a relative path without a folder on the nodes; write an absolute path, or set project_dir to "
                "the stack's folder on the nodes"
            )
        return posixpath.normpath(posixpath.join(self.project_dir, path))

    def _volume(self, value: Value) -> Options:
        mount: Options = {}
        source, volume = value.get("source"), value.get("volume")
        if volume:
            volume.check_keys(("nocopy", "subpath"), unsupported.VOLUME)
            no_copy, subpath = volume.get("nocopy"), volume.get("subpath")
            mount.update({"no_copy": no_copy.flag()} if no_copy else {})
            mount.update({"subpath": subpath.text()} if subpath else {})
        return {**mount, **self._named(source)} if source else mount

    def _cluster(self, value: Value) -> Options:
        source = value.need("source")
        if source.text().startswith("group:"):
            return {"source": source.text()}
        return {"source": self._named(source)["source"]}

    def _named(self, source: Value) -> Options:
        """The options of a mount that say which volume of the top level it is."""
        key = source.text()
        if self.top is None or key not in self.top.mapping():
            raise source.wrong(f"names the volume {key}, which the top-level volumes do not define")
        definition = self.top.at(key, self.top.content[key] or {})
        given = definition.check_keys(_TOP, unsupported.VOLUMES)
        name, is_external = checks.name_of(definition, key, self.stack, given)
        if is_external:
            return {"source": name}
        driver, options = definition.get("driver"), definition.get("driver_opts")
        config = {
            **({"name": driver.text()} if driver else {}),
            **({"options": options.labels()} if options else {}),
        }
        labels = checks.labels_of(definition.get("labels"), self.stack)
        return {"source": name, "labels": labels, **({"driver_config": config} if config else {})}


def _is_selinux(part: Value) -> bool:
    """Whether the part of another type says no more than what ``docker compose config`` makes of ``data:/data:z``."""
    if part.path[-1] != "bind" or set(part.mapping()) != {"selinux"}:
        return False
    part.check_keys((), unsupported.BIND)
    return True


def _tmpfs(value: Value) -> Options:
    source, tmpfs = value.get("source"), value.get("tmpfs")
    if source:
        raise source.wrong("cannot be set for a tmpfs; remove source")
    if not tmpfs:
        return {}
    tmpfs.check_keys(("size", "mode"))
    size, mode = tmpfs.get("size"), tmpfs.get("mode")
    return {
        **({"tmpfs_size": size.text()} if size else {}),
        **({"tmpfs_mode": mode.file_mode()} if mode else {}),
    }


def _plain(value: Value) -> Options:
    return {"source": value.need("source").text()}


def tmpfs_mount(value: Value) -> Options:
    """An entry of ``tmpfs`` of a service, such as ``/run:size=64m,mode=1777``, as ``mounts`` of swarm_service has it.

    Raises:
        Refused: the value is not such an entry.
    """
    target, _colon, words = value.text().partition(":")
    if not target.startswith("/"):
        raise value.wrong(f"is {value.text()!r}, not like /run or /run:size=64m")
    mount: Options = {"type": "tmpfs", "target": target}
    others = []
    for word in filter(None, words.split(",")):
        name, equals, text = word.partition("=")
        if name in ("size", "mode") and equals:
            mount[f"tmpfs_{name}"] = text
        elif word in ("ro", "rw"):
            mount["readonly"] = word == "ro"
        else:
            others.append(word)
    mount.update({"tmpfs_options": others} if others else {})
    checks.check(value, "mounts", [mount])
    return mount
