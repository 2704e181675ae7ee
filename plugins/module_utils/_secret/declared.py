# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a user declares of a secret or a config. PRIVATE to the collection. Pure."""

from __future__ import annotations

import base64
import typing as t
from dataclasses import dataclass, field

from .._engine.errors import Refused
from .._options import convert
from . import versions as content
from .versions import Family

Read = t.Callable[[str], bytes]


@dataclass
class ContentOrder:
    """One declared secret or config.

    Attributes:
        name: the name that services use, whatever its versions are called.
        state: ``present`` or ``absent``.
        data: its content; ``None`` where it goes away, or where a driver has it.
        labels: the declared labels, ``None`` where the user said nothing of them.
        force: make a new version of equal data, too.
        rolling: the first version has a number in its name, too.
        keep: how many older versions stay, ``-1`` for all.
        about: what else makes a version, in the Engine's form: ``Templating`` and ``Driver``.
    """

    name: str
    state: str = "present"
    # Never in a traceback.
    data: bytes | None = field(default=None, repr=False)
    labels: dict[str, str] | None = None
    force: bool = False
    rolling: bool = False
    keep: int = 0
    about: dict[str, t.Any] = field(default_factory=dict)


def content_order(family: Family, params: dict[str, t.Any], read: Read | None = None) -> ContentOrder:
    """An order from one secret's or config's options.

    Args:
        family: which of both.
        params: the options, as Ansible has checked them; what is missing was left out.
        read: reads the file of ``data_src``.

    Raises:
        Refused: an option that cannot work, with the name of what it was meant for.
    """
    name = params["name"]
    content.check_name(family, name)
    if params.get("state") == "absent":
        return ContentOrder(name, "absent")
    driver = params.get("driver")
    order = ContentOrder(
        name,
        data=_data(params, read),
        labels=_labels(name, params.get("labels")),
        force=bool(params.get("force")),
        rolling=bool(params.get("rolling_versions")),
        keep=_keep(params),
    )
    if params.get("template_driver"):
        order.about["Templating"] = {"Name": params["template_driver"]}
    if driver:
        order.about["Driver"] = {"Name": driver["name"], "Options": _options(name, driver.get("options"))}
    if order.data is not None and driver:
        raise Refused(f"{name}: a driver brings the data, so leave data and data_src out. Nothing was sent.")
    if order.data is None and not driver:
        raise Refused(f"{name}: data or data_src is missing. Nothing was sent.")
    if order.data is not None:
        content.check_size(family, name, order.data)
    return order


def _data(params: dict[str, t.Any], read: Read | None) -> bytes | None:
    name, text, path = params["name"], params.get("data"), params.get("data_src")
    if text is not None and path is not None:
        raise Refused(
            f"{name}: data and data_src exclude each other; leave one of them out. Nothing was sent."
        )
    if path is not None and read is not None:
        try:
            return read(path)
        except OSError as error:
            raise Refused(
                f"{name}: the file {path} of data_src could not be read on this host: {error.strerror}. Nothing was sent."
            ) from None
    if text is None:
        return None
    # As Ansible hands over what was no UTF-8.
    data = str(text).encode("utf-8", "surrogateescape")
    if not params.get("data_is_b64"):
        return data
    try:
        return base64.b64decode(b"".join(data.split()), validate=True)
    except ValueError:
        # The error itself could hold a part of it.
        raise Refused(
            f"{name}: the data is no Base64, though data_is_b64 says so. Nothing was sent."
        ) from None


def _labels(name: str, values: t.Any) -> dict[str, str] | None:
    if values is None:
        return None
    try:
        labels = convert.texts(values, "label")
    except ValueError as error:
        raise Refused(f"{name}: labels: {error}. Nothing was sent.") from None
    reserved = sorted(label for label in labels if label.startswith("flotilla."))
    if reserved:
        raise Refused(
            f"{name}: the label {reserved[0]} is the collection's own; leave it out. Nothing was sent."
        )
    return labels


def _options(name: str, values: t.Any) -> dict[str, str]:
    try:
        return convert.texts(values or {}, "option")
    except ValueError as error:
        raise Refused(f"{name}: driver.options: {error}. Nothing was sent.") from None


def _keep(params: dict[str, t.Any]) -> int:
    """How many older versions stay; the incumbent's 0 and 1 both mean none."""
    if not params.get("rolling_versions"):
        return 0
    keep = params.get("versions_to_keep")
    keep = 5 if keep is None else keep
    return -1 if keep < 0 else 0 if keep == 1 else keep
