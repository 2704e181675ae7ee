# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a user declares of frontends, in the inventory and in labels of services, checked. PRIVATE to the collection. Pure."""

from __future__ import annotations

import re
import typing as t

from .._engine.errors import Refused
from .options import FRONTEND

Frontend = t.Dict[str, t.Any]

#: A label of a service that asks for a frontend: the port comes after it, and the value has words such as ``mode=http``.
LABEL = "load_balancer."
# What a label may say; the rest it says by where it stands.
_WORDS = tuple(name for name in FRONTEND if name not in ("service", "port"))
_TRUE = {"true": True, "yes": True, "false": False, "no": False}
# What a request line takes without quotes, and the configuration without escapes.
_PATH = re.compile(r"/[A-Za-z0-9._~/?&=:@+,;-]*\Z")
_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*\Z")


def in_labels(service: str, labels: t.Mapping[str, str]) -> list[Frontend]:
    """The frontends that the labels of a service ask for.

    Raises:
        Refused: a label that cannot be understood.
    """
    return [_in_label(service, name, labels[name]) for name in sorted(labels) if name.startswith(LABEL)]


def _in_label(service: str, name: str, text: str) -> Frontend:
    where = f"The label {name} of the service {service}"
    port = name[len(LABEL) :]
    if not re.match(r"[0-9]{1,5}\Z", port):
        raise Refused(f"{where} has to end with a port, such as {LABEL}443. Nothing was changed.")
    found: Frontend = {"service": service, "port": int(port)}
    for word in text.split():
        key, sign, value = word.partition("=")
        if key not in _WORDS or not sign or not value or key in found:
            raise Refused(
                f"{where} says {word!r}: write words such as mode=http, each once, of {', '.join(_WORDS)}. Nothing was changed."
            )
        found[key] = _value(where, key, value)
    return found


def _value(where: str, key: str, text: str) -> t.Any:
    kind = FRONTEND[key]["type"]
    if kind == "int":
        if not re.match(r"[0-9]{1,9}\Z", text):
            raise Refused(f"{where} says {key}={text}, which is not a number. Nothing was changed.")
        return int(text)
    if kind == "bool":
        if text.lower() not in _TRUE:
            raise Refused(f"{where} says {key}={text}: write true or false. Nothing was changed.")
        return _TRUE[text.lower()]
    return text


def checked(declared: t.Iterable[Frontend], certificates: t.Collection[str]) -> list[Frontend]:
    """Frontends with all their options.

    Args:
        declared: the frontends; what an option does not say has its default.
        certificates: the names of the certificates that there are.

    Raises:
        Refused: one of them cannot be carried out.
    """
    return [_checked(one, certificates) for one in declared]


def _checked(one: Frontend, certificates: t.Collection[str]) -> Frontend:
    made = {name: spec.get("default") for name, spec in FRONTEND.items()}
    made.update({name: value for name, value in one.items() if value is not None})
    where = f"The frontend of the service {made['service']}"
    for name in ("port", "published_port"):
        if made[name] is not None and not 0 < made[name] < 65536:
            raise Refused(f"{where} has the {name} {made[name]}, which is not a port. Nothing was changed.")
    if made["mode"] not in FRONTEND["mode"]["choices"]:
        raise Refused(f"{where} has the mode {made['mode']!r}: write tcp or http. Nothing was changed.")
    if made["check"] != "tcp" and not _PATH.match(made["check"]):
        raise Refused(
            f"{where} has the check {made['check']!r}: write tcp, or a path such as /health. Nothing was changed."
        )
    if made["certificate"] is not None and made["certificate"] not in certificates:
        known = ", ".join(sorted(certificates)) or "none"
        raise Refused(
            f"{where} has the certificate {made['certificate']!r}, and there is none of that name (there are: {known}). "
            "Nothing was changed."
        )
    if made["timeout"] is None:
        # A connection of a database or a queue rests for long; a request does not.
        made["timeout"] = 60 if made["mode"] == "http" else 3600
    return made


def check_ports(frontends: t.Iterable[Frontend]) -> None:
    """Refuse two frontends on one port.

    Raises:
        Refused: names both.
    """
    seen: dict[int, str] = {}
    for one in frontends:
        if one["port"] in seen:
            both = f"{seen[one['port']]} and {one['service']}"
            raise Refused(
                f"Two frontends want the port {one['port']}, those of {both}: give one of them another port. Nothing was changed."
            )
        seen[one["port"]] = one["service"]


def check_certificates(certificates: t.Iterable[Frontend]) -> None:
    """Refuse certificates that cannot be what they are to be.

    Raises:
        Refused: names the certificate, and nothing of its content.
    """
    seen = set()
    for one in certificates:
        name = one["name"]
        if not _NAME.match(name) or name in seen:
            raise Refused(
                f"{name!r} cannot name a certificate: use letters, digits and . _ -, and each name once. Nothing was changed."
            )
        seen.add(name)
        if bool(one.get("path")) == bool(one.get("content")):
            raise Refused(f"The certificate {name} needs either a path or its content. Nothing was changed.")
        if one.get("path") and not re.match(r"/[A-Za-z0-9._/+@-]+\Z", one["path"]):
            raise Refused(
                f"The certificate {name} has the path {one['path']!r}: write an absolute one without spaces. Nothing was changed."
            )
        content = one.get("content")
        if content and ("-----BEGIN CERTIFICATE-----" not in content or "PRIVATE KEY-----" not in content):
            raise Refused(
                f"The content of the certificate {name} is not PEM with a certificate and its private key. Nothing was changed."
            )
