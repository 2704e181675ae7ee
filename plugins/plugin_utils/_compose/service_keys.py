# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Keys of a Compose file's service that are not simply an option. PRIVATE to the collection. Pure but for reading env files.

A key that is an option under the same or another name is a row of ``service.OPTIONS`` and needs nothing here.
"""

from __future__ import annotations

import difflib
import re
import typing as t

from ...module_utils._options.convert import quoted
from ...module_utils._rollout.service import is_job
from ...module_utils._stack.order import COMPLETED, CONDITIONS, HEALTHY, STARTED, Need, reaches
from .files import ComposeFiles
from .secrets import ComposeSecrets
from .unsupported import DEPENDENCY, LINK_ALIAS, LINK_ELSEWHERE, NO_JOB, SECURITY_OPT
from .value import Value
from .variables import EnvFile

Options = dict[str, t.Any]

_ON_FAILURE = re.compile(r"on-failure(?::(\d+))?\Z")


def words(value: Value) -> list[str]:
    """The words of ``command`` or ``entrypoint``.

    Raises:
        Refused: a text cannot be split.
    """
    if isinstance(value.content, list):
        return value.texts()
    try:
        return split(value.text())
    except ValueError as error:
        raise value.wrong(f"cannot be split as a shell does it: {error}") from None


def split(text: str) -> list[str]:
    """The words of a text as docker stack deploy splits it.

    A shell does the same, but for a backslash between double quotes: it is dropped, whatever stands behind it, where Python's
    ``shlex`` keeps most of them. A # where a word could begin is a comment until the end of its line.

    Raises:
        ValueError: a quotation is not closed, or nothing stands behind the last backslash.
    """
    found: list[str] = []
    word: list[str] | None = None
    quote = ""
    characters = iter(text)
    for character in characters:
        if quote == character:
            quote = ""
            continue
        if not quote and word is None and character == "#":
            next((one for one in characters if one == "\n"), None)
            continue
        if not quote and character in " \t\r\n":
            found += ["".join(word)] if word is not None else []
            word = None
            continue
        word = [] if word is None else word
        if not quote and character in "'\"":
            quote = character
        elif character == "\\" and quote != "'":
            word += [next(characters, "")]
            if not word[-1]:
                raise ValueError("no escaped character")
        else:
            word.append(character)
    if quote:
        raise ValueError("no closing quotation")
    return found if word is None else [*found, "".join(word)]


def health_test(value: Value) -> list[str]:
    """The ``test`` of a health check; a text is the command of a shell."""
    return value.texts() if isinstance(value.content, list) else ["CMD-SHELL", value.text()]


def restart(value: Value) -> Options:
    """The suboptions of ``restart_config`` that ``restart`` means.

    Raises:
        Refused: the value is none of the words of ``restart``.
    """
    word = "no" if value.content is False else value.text()
    on_failure = _ON_FAILURE.match(word)
    if word in ("always", "unless-stopped"):
        return {"condition": "any"}
    if on_failure:
        return {"condition": "on-failure", "max_attempts": int(on_failure[1] or 0)}
    if word not in ("no", ""):
        raise value.wrong(f"is {word!r}, none of no, always, unless-stopped, on-failure, on-failure:3")
    value.warn(
        "is 'no' and has no effect, as with docker stack deploy: tasks are restarted when they end; to prevent it, set "
        "deploy.restart_policy.condition to none"
    )
    return {}


# The architectures of images, in all of their spellings, and what nodes call them (``uname -m``).
_ARCHITECTURES = {
    "386": "i686",
    "i386": "i686",
    "amd64": "x86_64",
    "x86_64": "x86_64",
    "arm64": "aarch64",
    "aarch64": "aarch64",
    "armel": "armv6l",
    "arm/v6": "armv6l",
    "arm": "armv7l",
    "armhf": "armv7l",
    "arm/v7": "armv7l",
    "loong64": "loongarch64",
    "mips64le": "mips64",
    **{name: name for name in ("ppc64le", "s390x", "riscv64")},
}
# Those of Windows; its nodes do not use the words of Linux.
_OF_WINDOWS = {"amd64": "x86_64", "x86_64": "x86_64", "arm64": "arm64", "aarch64": "arm64"}
_KNOWN = {"linux": _ARCHITECTURES, "windows": _OF_WINDOWS}


def platform(value: Value) -> list[str]:
    """The option ``placement.constraints`` that ``platform`` means, such as ``linux/amd64``.

    A platform that no node of Docker has gets a warning: it may be a word that a newer Engine knows.

    Raises:
        Refused: the value is no platform.
    """
    system, _slash, architecture = value.text().partition("/")
    if system in _ARCHITECTURES and (not architecture or re.fullmatch(r"v\d+", architecture)):
        # An architecture alone is one of Linux.
        system, architecture = "linux", value.text()
    if not re.fullmatch(r"[a-z0-9]+", system) or not re.fullmatch(r"[a-z0-9_]*(/v\d+)?", architecture):
        raise value.wrong(f"is {quoted(value.text())}, not a platform like linux/amd64")
    constraints = [f"node.platform.os == {system}"]
    if architecture:
        known, plain = _KNOWN.get(system, {}), architecture.partition("/")[0]
        constraints.append(f"node.platform.arch == {known.get(architecture) or known.get(plain, plain)}")
    _warn_of_platform(value, system, architecture)
    return constraints


def _warn_of_platform(value: Value, system: str, architecture: str) -> None:
    known = _KNOWN.get(system)
    if known is None:
        what, words = f"the operating system {system}", sorted(_KNOWN)
    elif architecture and not {architecture, architecture.partition("/")[0]} & set(known):
        what, words = f"the architecture {architecture} with {system}", sorted(known)
    else:
        return
    value.warn(
        f"names {what}, which no known node of Docker has, so the service finds no node; known are {', '.join(words)}"
    )


# A node pulls an image that it does not have, by its digest, so none gets out of date.
_WHERE_MISSING = ("missing", "if_not_present", "build", "refresh", "daily", "weekly")


def pull_policy(value: Value) -> str:
    """The option ``resolve_image`` that ``pull_policy`` means.

    Raises:
        Refused: the value is no policy.
    """
    word = value.text()
    if word in ("always", "never"):
        return word
    if word in _WHERE_MISSING or word.startswith("every_"):
        return "changed"
    raise value.wrong(f"is {quoted(word)}, none of always, never, {', '.join(_WHERE_MISSING)}, every_…")


def check_links(value: Value | None) -> None:
    """Report links that give another service a name of their own; services know each other by their own names."""
    for item in value.items() if value else ():
        service, _colon, alias = item.text().partition(":")
        if alias not in ("", service):
            item.unsupported("links", LINK_ALIAS)


def add_links(
    needs: dict[str, dict[str, Need]], services: t.Mapping[str, Value], selected: t.Collection[str]
) -> None:
    """Add what services need because they link to others, which Compose starts before them. ``depends_on`` takes precedence.

    A link from a circle gives no order, since files that have one work with ``docker stack deploy``.

    Args:
        needs: what each service needs of others, see ``needs``.
        services: all services of the stack.
        selected: the keys of those that are deployed.
    """
    for key in selected:
        links = services[key].get("links")
        for item in links.items() if links else ():
            other, _colon, alias = item.text().partition(":")
            if alias not in ("", other):
                # See check_links.
                continue
            if other not in selected:
                item.unsupported("links", LINK_ELSEWHERE)
            elif reaches(other, key, needs):
                item.warn(f"gives no order, since {other} needs {key} itself")
            else:
                needs.setdefault(key, {}).setdefault(other, {"condition": STARTED, "required": True})


def needs(key: str, services: t.Mapping[str, Value], selected: t.Collection[str]) -> dict[str, Need]:
    """What a service needs of others before it is sent: its ``depends_on``.

    Args:
        key: of the service.
        services: all services of the stack.
        selected: the keys of those that are deployed.

    Raises:
        Refused: another service is not deployed, or can never be what is asked of it.
    """
    own = services[key].get("depends_on")
    found: dict[str, Need] = {}
    for other, item in own.fields() if own else ():
        need = _need(item)
        if other in selected:
            if _can_be(item, need["condition"], services[other]):
                found[other] = need
        elif need["required"]:
            hint = difflib.get_close_matches(other, [one for one in services if one != key], 1)
            what = "which the files do not have" + (f"; did you mean {hint[0]}?" if hint else "")
            if other in services:
                what = "whose profiles the task does not select; name one of them in profiles, or set required: false"
            raise item.wrong(f"names the service {other}, {what}")
    return found


def _need(item: Value) -> Need:
    item.check_keys(("condition", "required"), DEPENDENCY)
    condition, required = item.get("condition"), item.get("required")
    return {
        "condition": condition.choice(*CONDITIONS) if condition else STARTED,
        "required": required.flag() if required else True,
    }


def _can_be(item: Value, condition: str, other: Value) -> bool:
    """Whether another service can be what a condition wants; of no use is the condition of a job where it is none."""
    mode, disabled = other.find("deploy.mode"), other.find("healthcheck.disable")
    if condition == COMPLETED and not (mode and is_job(mode.text())):
        item.unsupported(COMPLETED, NO_JOB)
        return False
    if condition == HEALTHY and disabled and disabled.flag():
        raise item.wrong(
            "waits until the other service is healthy, whose health check is disabled; use service_started"
        )
    return True


def label_files(value: Value | None, files: ComposeFiles) -> dict[str, str]:
    """The labels of containers that the files of ``label_file`` set.

    Raises:
        Refused: a file cannot be read, or is malformed.
    """
    labels: dict[str, str] = {}
    for item in value.items() if value else ():
        labels.update(files.env_file(item.text(), item.where, files.variables))
    return labels


def ulimits(value: Value) -> list[Options]:
    """The option ``ulimits``.

    Raises:
        Refused: a limit is not a number.
    """
    limits = []
    for name, limit in value.fields():
        if isinstance(limit.content, dict):
            limit.check_keys(("soft", "hard"))
            soft, hard = limit.need("soft").whole(), limit.need("hard").whole()
        else:
            soft = hard = limit.whole()
        limits.append({"name": name, "soft": soft, "hard": hard})
    return limits


def hosts(value: Value) -> dict[str, str | list[str]]:
    """The option ``hosts``: names with their address, or with a list of them.

    Raises:
        Refused: a name has no address.
    """
    by_name: dict[str, str | list[str]] = {}
    for name, addresses in value.fields():
        found = [re.sub(r"\A\[(.*)\]\Z", r"\1", item.text()) for item in addresses.one_or_more()]
        if not found:
            raise addresses.wrong("has no address")
        by_name[name] = found if len(found) > 1 else found[0]
    return by_name


def generic_resources(value: Value) -> dict[str, int]:
    """The option ``reservations.generic_resources``.

    Raises:
        Refused: an entry is not such a resource.
    """
    resources = {}
    for item in value.items():
        item.check_keys(("discrete_resource_spec",))
        spec = item.need("discrete_resource_spec")
        spec.check_keys(("kind", "value"))
        resources[spec.need("kind").text()] = spec.need("value").whole()
    return resources


def preferences(value: Value) -> list[dict[str, str]]:
    """The option ``placement.preferences``, without the entries that name no label.

    Raises:
        Refused: an entry is not such a preference.
    """
    found = []
    for item in value.items():
        item.check_keys(("spread",))
        spread = item.get("spread")
        if spread and spread.text():
            found.append({"spread": spread.text()})
        else:
            item.warn("has no spread and no effect, as with docker stack deploy")
    return found


def environment(own: Value | None, env_files: Value | None, files: ComposeFiles) -> EnvFile:
    """The option ``env``: the variables of the env files, and those of ``environment``, which take precedence.

    A name without a value takes the value from the variables of swarm_stack. Where they do not have it, a name in an env file
    is left out, and one in ``environment`` is ``None``, as docker stack deploy has it: it unsets the variable of the image.

    Raises:
        Refused: a file cannot be read, or a value is not a text.
    """
    variables: EnvFile = {}
    for item in env_files.items() if env_files else ():
        for name, value in files.env_file_of_service(item).items():
            found = _value(name, value, files, item)
            if found is None:
                variables.pop(name, None)
            else:
                variables[name] = found
    for name, item in own.fields() if own else ():
        variables[name] = _value(name, None if item.content is None else item.text(), files, item)
    return variables


def _value(name: str, value: str | None, files: ComposeFiles, item: Value) -> str | None:
    value = files.variables.get(name) if value is None else value
    if value is None:
        item.warn(
            f"has no value for {name}, and variables has none either, so the service does not get {name}"
        )
    return value


def capabilities(added: list[str], dropped: list[str]) -> dict[str, list[str]]:
    """The options ``cap_add`` and ``cap_drop``, as docker stack deploy makes them of both keys.

    ``ALL`` stands for all others, and a capability that is added is not dropped.
    """
    add, drop = ({name.upper().removeprefix("CAP_"): name for name in names} for names in (added, dropped))
    add, drop = ({"ALL": "ALL"} if "ALL" in names else names for names in (add, drop))
    return {
        "cap_add": list(add.values()),
        "cap_drop": [name for short, name in drop.items() if short not in add],
    }


def security(value: Value) -> Options:
    """The suboptions of ``privileges`` that ``security_opt`` means.

    Raises:
        Refused: an entry is a wrong SELinux label.
    """
    privileges: Options = {}
    for item in value.items():
        name, _sign, text = re.sub("[=:]", "\0", item.text(), count=1).partition("\0")
        if name == "no-new-privileges" and text in ("", "true", "false"):
            privileges["no_new_privileges"] = text != "false"
        elif name == "seccomp" and text == "unconfined":
            privileges["seccomp"] = {"mode": "unconfined"}
        elif name == "apparmor" and text == "unconfined":
            privileges["apparmor"] = "disabled"
        elif name == "label":
            privileges.setdefault("selinux", {}).update(_selinux(item, text))
        else:
            item.unsupported("security_opt", SECURITY_OPT)
    return privileges


def _selinux(value: Value, text: str) -> Options:
    key, _colon, word = text.partition(":")
    if key == "disable" and not word:
        return {"disable": True}
    if key in ("user", "role", "type", "level") and word:
        return {key: word}
    raise value.wrong("is a label, but none of disable, user:…, role:…, type:…, level:…")


def credential_spec(value: Value, configs: ComposeSecrets) -> dict[str, str]:
    """The option ``privileges.credential_spec``.

    Raises:
        Refused: the value does not say in exactly one way where the specification is.
    """
    given = value.check_keys(("config", "file", "registry"))
    if len(given) != 1:
        raise value.wrong("does not have exactly one of config, file and registry")
    [key] = given
    inner = value.need(key)
    return {key: configs.name(inner) if key == "config" else inner.text()}
