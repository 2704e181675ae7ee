# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One service of a Compose file in the options of swarm_service. PRIVATE to the collection. Pure but for ``read``."""

from __future__ import annotations

import shlex
import typing as t
from dataclasses import dataclass

from ...module_utils._engine.errors import Refused
from ...module_utils._options.option import declared
from ...module_utils._service.mode import check_mode, mode_options
from ...module_utils._service.options import SERVICE as SERVICE_OPTIONS
from . import ports
from .container import healthcheck, hosts, logging, ulimits
from .contents import Contents
from .deploy import deploy_options
from .environment import environment
from .files import Files
from .keys import SERVICE, UNSUPPORTED, check
from .labels import IMAGE, labels, with_stack
from .networks import Networks
from .node import Node
from .privileges import privileges
from .volumes import Volumes, tmpfs_option

Options = dict[str, t.Any]

# Only newer Engines have these, so they can be left out.
_LATER = ("oom_score_adj",)
# Keys that are an option under the same or another name, and what they hold.
_PLAIN: tuple[tuple[str, str, t.Callable[[Node], t.Any]], ...] = (
    ("working_dir", "working_dir", Node.text),
    ("user", "user", Node.text),
    ("hostname", "hostname", Node.text),
    ("tty", "tty", Node.yes_no),
    ("stdin_open", "interactive", Node.yes_no),
    ("init", "init", Node.yes_no),
    ("read_only", "read_only", Node.yes_no),
    ("stop_signal", "stop_signal", Node.text),
    ("stop_grace_period", "stop_grace_period", Node.duration),
    ("oom_score_adj", "oom_score_adj", Node.whole),
    ("isolation", "isolation", lambda node: node.choice("default", "process", "hyperv")),
    ("cap_add", "cap_add", Node.texts),
    ("cap_drop", "cap_drop", Node.texts),
    ("group_add", "groups", Node.texts),
    ("dns", "dns", Node.texts),
    ("dns_search", "dns_search", Node.texts),
    ("dns_opt", "dns_options", Node.texts),
    ("sysctls", "sysctls", labels),
)


@dataclass(frozen=True)
class Converter:
    """Converts the services of a stack.

    Attributes:
        stack: the stack's name.
        files: reads the files that services name.
    """

    stack: str
    files: Files
    networks: Networks
    volumes: Volumes
    secrets: Contents
    configs: Contents
    published: ports.Published

    def service(self, key: str, node: Node) -> Options:
        """A service.

        Raises:
            Refused: a value is not what its key wants, or names what is not defined.
        """
        given = check(node, SERVICE, UNSUPPORTED)
        image = node.need("image").text() if "image" in given else ""
        if not image:
            raise node.wrong(
                "has no image, and the swarm builds none; push it to a registry and name it in image"
            )
        deploy = node.get("deploy")
        own = {**labels(deploy.get("labels") if deploy else None), IMAGE: image}
        made: Options = {
            "name": f"{self.stack}_{key}",
            "image": image,
            "labels": with_stack(own, self.stack),
            "container_labels": with_stack(labels(node.get("labels")), self.stack),
            "networks": self.networks.references(key, node.get("networks")),
        }
        for name, option, kind in _PLAIN:
            if name in given and not (name in _LATER and node.need(name).dropped(name)):
                made[option] = kind(node.need(name))
        made.update(_commands(node))
        made.update(deploy_options(node))
        made.update(self._parts(key, node))
        made.update(privileges(node, self.configs))
        _check(node, made)
        return made

    def _parts(self, key: str, node: Node) -> Options:
        """The options that are put together of several values."""
        made: Options = {}
        env = environment(node, self.files)
        if env or node.get("environment"):
            made["env"] = env
        mounts = [self.volumes.option(item) for item in _items(node, "volumes")]
        mounts += [tmpfs_option(item) for item in _items(node, "tmpfs")]
        _check_targets(node, mounts)
        publish = []
        for item in _items(node, "ports"):
            port = ports.option(item)
            self.published.add(key, item, port)
            publish.append(port)
        secrets, configs = node.get("secrets"), node.get("configs")
        parts = {
            "mounts": mounts,
            "publish": publish,
            "secrets": self.secrets.references(secrets) if secrets else [],
            "configs": self.configs.references(configs) if configs else [],
            "healthcheck": healthcheck(node.get("healthcheck")),
            "logging": logging(node.get("logging")),
            "ulimits": ulimits(node.get("ulimits")),
            "hosts": hosts(node.get("extra_hosts")),
        }
        made.update({name: value for name, value in parts.items() if value})
        return made


def _check(node: Node, made: Options) -> None:
    """Let the tables of the service module see what they would refuse, where file and service are known."""
    try:
        wanted = declared((*SERVICE_OPTIONS, *mode_options(made["mode"])), made)
        check_mode(made["name"], made["mode"], wanted)
    except Refused as error:
        raise node.wrong(f"cannot be: {str(error).rstrip('.')}") from None


def _items(node: Node, key: str) -> list[Node]:
    found = node.get(key)
    return found.items() if found else []


def _check_targets(node: Node, mounts: list[Options]) -> None:
    targets = [mount["target"] for mount in mounts]
    for at, target in enumerate(targets):
        if target in targets[:at]:
            raise node.wrong(f"mounts two things at {target}")


def _commands(node: Node) -> Options:
    made: Options = {}
    for key, option in (("entrypoint", "command"), ("command", "args")):
        value = node.get(key)
        if value is None:
            continue
        words = _words(value)
        if words:
            made[option] = words
        else:
            value.warn("is empty, which for the swarm means: as the image says")
    return made


def _words(node: Node) -> list[str]:
    if isinstance(node.value, list):
        return node.texts()
    try:
        return shlex.split(node.text())
    except ValueError as error:
        raise node.wrong(f"cannot be split as a shell does: {str(error).lower()}") from None
