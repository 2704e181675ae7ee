# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is mounted into a service's containers. PRIVATE to the collection. Pure.

The Engine takes a mount without a type for a bind, drops what its converter does not know (moby
``daemon/cluster/convert/container.go``: no ``CreateMountpoint``, no ``Consistency``) and leaves out empty objects.
"""

from __future__ import annotations

import posixpath
import re
import typing as t

from .._options import convert
from .._options.driver_options import hide_options
from .._options.hidden import hide_value
from .._options.kernel import is_path, is_windows
from .._options.labels import labels
from .._options.option import ValueType

_TYPES = ("bind", "volume", "tmpfs", "npipe", "cluster")
# Which suboptions belong to which type; the others take all types.
_BELONGS = {
    "propagation": ("bind",),
    "non_recursive": ("bind",),
    "no_copy": ("volume",),
    "labels": ("volume",),
    "driver_config": ("volume",),
    "subpath": ("volume",),
    "tmpfs_size": ("tmpfs",),
    "tmpfs_mode": ("tmpfs",),
    "tmpfs_options": ("tmpfs",),
}
_SPEC: dict[str, t.Any] = {
    "target": {"type": "str", "required": True},
    "source": {"type": "str"},
    "type": {"type": "str", "choices": list(_TYPES)},
    "readonly": {"type": "bool"},
    "propagation": {
        "type": "str",
        "choices": ["shared", "slave", "private", "rshared", "rslave", "rprivate"],
    },
    "non_recursive": {"type": "bool"},
    "no_copy": {"type": "bool"},
    "labels": {"type": "dict"},
    "driver_config": {
        "type": "dict",
        "options": {
            "name": {"type": "str"},
            "options": {"type": "dict", "hidden": hide_options, "text": "lines"},
        },
    },
    "subpath": {"type": "str"},
    "tmpfs_size": {"type": "str"},
    "tmpfs_mode": {"type": "raw"},
    "tmpfs_options": {"type": "list", "elements": "str"},
}


def _mount(value: dict[str, t.Any]) -> dict[str, t.Any]:
    target, source = value["target"], value.get("source") or ""
    kind = value.get("type") or _guessed(source, target)
    _check(value, kind)
    mount: dict[str, t.Any] = {"Type": kind, "Source": source, "Target": target}
    mount["ReadOnly"] = value.get("readonly")
    if kind == "bind":
        mount["BindOptions"] = {
            "Propagation": value.get("propagation"),
            "NonRecursive": value.get("non_recursive"),
        }
    elif kind == "volume":
        mount["VolumeOptions"] = _volume(value)
    elif kind == "tmpfs":
        mount["TmpfsOptions"] = _tmpfs(value)
    return _without_empty(mount)


def _check(value: dict[str, t.Any], kind: str) -> None:
    target, source = value["target"], value.get("source") or ""
    for name, types in _BELONGS.items():
        if value.get(name) is not None and kind not in types:
            raise ValueError(f"{target}: {name} is for a mount of type {types[0]}, this one is a {kind}")
    _check_target(target, kind)
    if is_windows(source) and not is_windows(target):
        raise ValueError(f"{target}: the source {source!r} is a path of Windows, and the target one of Linux")
    if kind == "bind" and not is_path(source):
        raise ValueError(f"{target}: a bind needs the absolute path of a directory or file as its source")
    if kind in ("npipe", "cluster") and not source:
        raise ValueError(f"{target}: a mount of type {kind} needs a source")
    driver = (value.get("driver_config") or {}).get("name") or "local"
    if kind == "volume" and source and driver == "local" and "{{" not in source and not _VOLUME.match(source):
        raise ValueError(
            f"{target}: {convert.quoted(source)} is not the name of a volume: use two or more letters, digits and _ . -"
        )
    if kind == "tmpfs" and source:
        raise ValueError(f"{target}: a tmpfs has no source")


# A volume that Docker itself makes; other drivers have names of their own, and a template is filled in on the node.
_VOLUME = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9_.-]+\Z")


def _check_target(target: str, kind: str) -> None:
    # A named pipe of Windows has a path of its own form.
    if kind != "npipe" and not is_path(target):
        raise ValueError(f"the target {convert.quoted(target)} is not an absolute path in the container")
    if _place(target) == "":
        raise ValueError("the target is / itself, on which nothing can be mounted: name a directory below it")


def _place(target: str) -> str:
    """Where a target is for the kernel: /data/, //data, /./data and /srv/../data are /data; / is empty."""
    if is_windows(target) or not target.startswith("/"):
        return target
    return posixpath.normpath(re.sub("/+", "/", target)).rstrip("/")


def _volume(value: dict[str, t.Any]) -> dict[str, t.Any]:
    driver = value.get("driver_config") or {}
    return {
        "NoCopy": value.get("no_copy"),
        "Labels": labels(value.get("labels") or {}),
        "DriverConfig": {
            "Name": driver.get("name"),
            "Options": convert.texts(
                convert.whole_numbers_as_text(driver.get("options") or {}), "driver option"
            ),
        },
        "Subpath": value.get("subpath"),
    }


def _tmpfs(value: dict[str, t.Any]) -> dict[str, t.Any]:
    size, mode = value.get("tmpfs_size"), value.get("tmpfs_mode")
    return {
        "SizeBytes": None if size is None else convert.size(size),
        "Mode": None if mode is None else convert.file_mode(mode),
        "Options": [text.split("=", 1) for text in value.get("tmpfs_options") or []],
    }


def _guessed(source: str, target: str) -> str:
    if is_path(source):
        return "bind"
    raise ValueError(
        f"{target}: the source {source!r} is not an absolute path; set type to what it is: volume, tmpfs or cluster"
    )


# Names and values of the user, where an empty text is a value like others.
_USERS_OWN = ("Labels", "Options", "labels", "options")


def _without_empty(value: t.Any) -> t.Any:
    """The value without what means that nothing is set."""
    if not isinstance(value, dict):
        return value
    inner = {key: part if key in _USERS_OWN else _without_empty(part) for key, part in value.items()}
    return {key: part for key, part in inner.items() if part not in (None, False, "", 0, {}, [])}


def _mounts(values: list[dict[str, t.Any]]) -> list[dict[str, t.Any]]:
    made = sorted((_mount(value) for value in values), key=lambda mount: str(mount["Target"]))
    seen = set()
    for target in (str(mount["Target"]) for mount in made):
        # The Engine refuses each task of such a service on its node.
        place = _place(target)
        if place in seen:
            raise ValueError(f"{target}: two mounts have this target")
        seen.add(place)
    return made


def _canonical(values: list[dict[str, t.Any]]) -> list[dict[str, t.Any]]:
    made = []
    for value in values:
        mount = {"Type": "bind", **_without_empty({**value, "Consistency": None})}
        bind = dict(mount.get("BindOptions") or {})
        if bind.get("Propagation") == "rprivate":
            del bind["Propagation"]
        made.append(_without_empty({**mount, "BindOptions": bind}))
    return sorted(made, key=lambda mount: str(mount.get("Target")))


def _shown(values: list[dict[str, t.Any]]) -> list[dict[str, t.Any]]:
    made = []
    for mount in _canonical(values):
        bind, volume = mount.get("BindOptions") or {}, mount.get("VolumeOptions") or {}
        driver, tmpfs = volume.get("DriverConfig") or {}, mount.get("TmpfsOptions") or {}
        shown = {
            "target": mount.get("Target"),
            "type": mount["Type"],
            "source": mount.get("Source"),
            "readonly": mount.get("ReadOnly"),
            "propagation": bind.get("Propagation"),
            "non_recursive": bind.get("NonRecursive"),
            "no_copy": volume.get("NoCopy"),
            "labels": volume.get("Labels"),
            "driver_config": {"name": driver.get("Name"), "options": driver.get("Options")},
            "subpath": volume.get("Subpath"),
            "tmpfs_size": convert.size_text(tmpfs["SizeBytes"]) if "SizeBytes" in tmpfs else None,
            "tmpfs_mode": convert.file_mode_text(tmpfs["Mode"]) if "Mode" in tmpfs else None,
            "tmpfs_options": ["=".join(option) for option in tmpfs.get("Options") or []],
        }
        made.append(_without_empty(shown))
    return made


def _by_target(shown: list[dict[str, t.Any]]) -> dict[str, t.Any]:
    return {mount["target"]: {k: v for k, v in mount.items() if k != "target"} for mount in shown}


def _needs(values: list[dict[str, t.Any]]) -> t.Iterator[tuple[str, str]]:
    for mount in values:
        if mount["Type"] == "cluster":
            yield "mounts of type cluster", "1.42"
        if "Subpath" in mount.get("VolumeOptions", {}):
            yield "mounts.subpath", "1.45"
        if "Options" in mount.get("TmpfsOptions", {}):
            yield "mounts.tmpfs_options", "1.46"


# Where the options of a volume's driver stand, which can hold the password of a file server: as users write a mount, and as
# the Engine has it.
_DRIVER_OPTIONS = (("driver_config", "options"), ("VolumeOptions", "DriverConfig", "Options"))


def _hidden(values: t.Any) -> t.Any:
    if isinstance(values, (list, tuple)):
        return [_mount_hidden(mount) for mount in values]
    return hide_value(values)


def _mount_hidden(mount: t.Any) -> t.Any:
    """A mount in the user's form or the Engine's, without the options of a volume's driver."""
    if not isinstance(mount, dict):
        return hide_value(mount)
    for path in _DRIVER_OPTIONS:
        mount = _hidden_at(mount, path)
    return mount


def _hidden_at(value: t.Any, path: tuple[str, ...]) -> t.Any:
    """A copy of a dictionary in which what stands at a path is hidden; anything but a dictionary on the way is hidden too."""
    if not path:
        return hide_options(value)
    if not isinstance(value, dict):
        return hide_value(value)
    first, *rest = path
    return {**value, first: _hidden_at(value[first], tuple(rest))} if first in value else value


MOUNTS = ValueType(
    {"type": "list", "elements": "dict", "options": _SPEC},
    _mounts,
    _shown,
    _canonical,
    _by_target,
    _needs,
    hide=_hidden,
    hide_part=lambda _target, mount: _mount_hidden(mount),
)
