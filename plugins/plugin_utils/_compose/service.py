# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A service of a Compose file in the options of swarm_service. PRIVATE to the collection. Pure but for reading files."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ...module_utils._options.labels import STACK_IMAGE
from . import checks, unsupported
from . import service_keys as keys
from .files import ComposeFiles
from .networks import ComposeNetworks
from .ports import ComposePorts
from .secrets import ComposeSecrets
from .unsupported import Kind
from .value import Value
from .volumes import ComposeVolumes, tmpfs_mount

Options = dict[str, t.Any]
Tree = dict[str, t.Any]


def _all_of(path: str, group: str, but: tuple[str, ...] = ()) -> dict[str, str]:
    """All suboptions of a group, each a key of the same name."""
    return {f"{path}.{name}": f"{group}.{name}" for name in checks.suboptions(group) if name not in but}


#: The keys below a service that are an option of swarm_service. The option's row in its table says all else: the type, the
#: words, the limits, and that an Engine may be too old for it. Where two keys are one option, the lower row takes precedence.
OPTIONS = {
    "cap_add": "cap_add",
    "cap_drop": "cap_drop",
    "deploy.endpoint_mode": "endpoint_mode",
    "deploy.placement.constraints": "placement.constraints",
    "deploy.placement.max_replicas_per_node": "placement.replicas_max_per_node",
    "scale": "replicas",
    "deploy.replicas": "replicas",
    "cpus": "limits.cpus",
    "mem_limit": "limits.memory",
    "mem_reservation": "reservations.memory",
    "pids_limit": "limits.pids",
    "deploy.resources.limits.cpus": "limits.cpus",
    "deploy.resources.limits.memory": "limits.memory",
    "deploy.resources.limits.pids": "limits.pids",
    "deploy.resources.reservations.cpus": "reservations.cpus",
    "deploy.resources.reservations.memory": "reservations.memory",
    **_all_of("deploy.restart_policy", "restart_config"),
    **_all_of("deploy.rollback_config", "rollback_config"),
    **_all_of("deploy.update_config", "update_config"),
    "dns": "dns",
    "dns_opt": "dns_options",
    "dns_search": "dns_search",
    "group_add": "groups",
    **_all_of("healthcheck", "healthcheck", but=("test",)),
    "hostname": "hostname",
    "init": "init",
    "isolation": "isolation",
    "logging.driver": "logging.driver",
    "logging.options": "logging.options",
    "oom_score_adj": "oom_score_adj",
    "read_only": "read_only",
    "stdin_open": "interactive",
    "stop_grace_period": "stop_grace_period",
    "stop_signal": "stop_signal",
    "sysctls": "sysctls",
    "tty": "tty",
    "user": "user",
    "working_dir": "working_dir",
}
# The other keys below a service: ``ComposeServices`` reads each of them.
_OTHER_KEYS = (
    *("command", "configs", "credential_spec", "depends_on", "entrypoint", "env_file", "environment"),
    "extends",
    *("extra_hosts", "image", "label_file", "labels", "links", "networks", "platform", "ports", "profiles"),
    *(
        "pull_policy",
        "restart",
        "secrets",
        "security_opt",
        "shm_size",
        "tmpfs",
        "ulimits",
        "volumes",
        "deploy.labels",
        "deploy.mode",
        "deploy.placement.preferences",
    ),
    *("deploy.resources.reservations.generic_resources", "healthcheck.disable", "healthcheck.test"),
)
# Of ``pids_limit``; Swarm's own word for it is zero.
_WITHOUT_LIMIT = (-1, "-1")
_UNSUPPORTED = {"": unsupported.SERVICE, "deploy.resources.reservations": unsupported.RESERVATIONS}


def _tree(paths: t.Iterable[str]) -> Tree:
    """Dotted paths as nested dictionaries."""
    tree: Tree = {}
    for path in paths:
        at = tree
        for key in path.split("."):
            at = at.setdefault(key, {})
    return tree


#: All keys of a service, nested as in a Compose file.
KEYS = _tree((*OPTIONS, *_OTHER_KEYS))


@dataclass(frozen=True)
class ComposeServices:
    """The services of a stack, read one after the other.

    Attributes:
        stack: the stack's name.
        files: reads the files that services name.
        networks, volumes, secrets, configs: those of the stack, to which services refer.
        ports: the ports that the services publish.
    """

    stack: str
    files: ComposeFiles
    networks: ComposeNetworks
    volumes: ComposeVolumes
    secrets: ComposeSecrets
    configs: ComposeSecrets
    ports: ComposePorts

    def options(self, key: str, value: Value) -> Options:
        """The options of a service.

        Args:
            key: the service's key in the Compose file.

        Raises:
            Refused: a value cannot be what its key wants, or names what is not defined.
        """
        _check_keys(value, KEYS)
        image, mode = value.get("image"), value.find("deploy.mode")
        if image is None or not image.text():
            raise value.wrong(
                "has no image, and Swarm builds none; push one to a registry and name it in image"
            )
        options: Options = {
            "name": f"{self.stack}_{key}",
            "mode": mode.choice(*checks.choices("mode")) if mode else "replicated",
            "image": image.text(),
        }
        checks.check(image, "image", options["image"])
        self._add_labels(options, value)
        _add_plain(options, value)
        _add_commands(options, value.get("entrypoint"), value.get("command"))
        _add_health(options, value)
        _add_others(options, value)
        self._add_environment(options, value)
        self._add_references(options, key, value)
        return options

    def _add_labels(self, options: Options, value: Value) -> None:
        own, of_containers = value.find("deploy.labels"), value.get("labels")
        # By this label, Docker's own command line knows the declared image.
        image = {STACK_IMAGE: options["image"]}
        _add(options, "labels", own or value, {**checks.labels_of(own, self.stack), **image})
        in_files = keys.label_files(value.get("label_file"), self.files)
        labels = {**in_files, **checks.labels_of(of_containers, self.stack)}
        _add(options, "container_labels", of_containers or value, labels)

    def _add_environment(self, options: Options, value: Value) -> None:
        own, env_files = value.get("environment"), value.get("env_file")
        variables = keys.environment(own, env_files, self.files)
        if own or variables:
            _add(options, "env", own or value, variables)

    def _add_references(self, options: Options, key: str, value: Value) -> None:
        networks = value.get("networks")
        _add(options, "networks", networks or value, self.networks.references(key, networks))
        mounts = [self.volumes.mount(item) for item in _items(value, "volumes")]
        mounts += [tmpfs_mount(item) for item in _items(value, "tmpfs")]
        mounts += _shared_memory(value.get("shm_size"))
        _check_targets(value, mounts)
        # What is read here was checked item by item, so that an error names the item.
        checked = {
            "mounts": mounts,
            "publish": [port for item in _items(value, "ports") for port in self.ports.options(key, item)],
            "secrets": self.secrets.references(value.get("secrets")),
            "configs": self.configs.references(value.get("configs")),
        }
        options.update({name: entries for name, entries in checked.items() if entries})
        spec = value.get("credential_spec")
        if spec:
            _add(options, "privileges.credential_spec", spec, keys.credential_spec(spec, self.configs))


def _check_keys(value: Value, known: Tree, path: str = "") -> None:
    given = value.check_keys(known, _UNSUPPORTED.get(path))
    for key in known:
        if key in given and known[key]:
            _check_keys(value.need(key), known[key], f"{path}.{key}".lstrip("."))


def _add_plain(options: Options, value: Value) -> None:
    """Add the options that a key is by itself."""
    for path, name in OPTIONS.items():
        inner = value.find(path)
        if inner is None or (
            checks.is_newer(name) and inner.is_ignored(path.rpartition(".")[2], Kind.MEANINGFUL)
        ):
            continue
        checks.check_mode_has(inner, options["mode"], name)
        if path == "pids_limit" and inner.content in _WITHOUT_LIMIT:
            inner = inner.with_content(0)
        if path == "deploy.rollback_config.failure_action" and inner.content == "rollback":
            inner.warn("is rollback, which no rollback does: it becomes pause")
            inner = inner.with_content("pause")
        _set(options, name, checks.read(inner, name))
    capabilities = keys.capabilities(options.get("cap_add", []), options.get("cap_drop", []))
    options.update({name: names for name, names in capabilities.items() if name in options})


def _add_commands(options: Options, entrypoint: Value | None, command: Value | None) -> None:
    for name, value in (("command", entrypoint), ("args", command)):
        words = keys.words(value) if value else []
        if value and words:
            _add(options, name, value, words)
        elif value:
            value.warn("is empty, so Swarm takes that of the image")


def _add_health(options: Options, value: Value) -> None:
    disable, test = value.find("healthcheck.disable"), value.find("healthcheck.test")
    if disable and disable.flag():
        if test:
            raise test.wrong("cannot be combined with disable; remove one of them")
        # Nothing else of a health check has an effect.
        options["healthcheck"] = {"test": ["NONE"]}
    elif test and test.content:
        _add(options, "healthcheck.test", test, keys.health_test(test))


def _add_others(options: Options, value: Value) -> None:
    """Add the options for which a key has another form."""
    readers: tuple[tuple[str, str, t.Callable[[Value], t.Any]], ...] = (
        ("extra_hosts", "hosts", keys.hosts),
        ("ulimits", "ulimits", keys.ulimits),
        ("deploy.placement.preferences", "placement.preferences", keys.preferences),
        (
            "deploy.resources.reservations.generic_resources",
            "reservations.generic_resources",
            keys.generic_resources,
        ),
    )
    for path, name, reader in readers:
        inner = value.find(path)
        if inner and inner.content:
            _add(options, name, inner, reader(inner))
    platform, pull_policy = value.get("platform"), value.get("pull_policy")
    if platform:
        constraints = (options.get("placement") or {}).get("constraints") or []
        _add(options, "placement.constraints", platform, [*constraints, *keys.platform(platform)])
    if pull_policy:
        options["resolve_image"] = keys.pull_policy(pull_policy)
    keys.check_links(value.get("links"))
    restart, security = value.get("restart"), value.get("security_opt")
    if restart and not value.find("deploy.restart_policy"):
        for name, declared in keys.restart(restart).items():
            _add(options, f"restart_config.{name}", restart, declared)
    # Not every supported Engine has it.
    if security and not security.is_ignored("security_opt", Kind.DANGEROUS):
        for name, declared in keys.security(security).items():
            _add(options, f"privileges.{name}", security, declared)


def _add(options: Options, name: str, value: Value, declared: t.Any) -> None:
    """Add an option that was read from a value, and check it."""
    checks.check(value, name, declared)
    _set(options, name, declared)


def _set(options: Options, name: str, declared: t.Any) -> None:
    group, _dot, name = name.rpartition(".")
    within = options.setdefault(group, {}) if group else options
    within[name] = declared


def _shared_memory(value: Value | None) -> list[Options]:
    """The mount of ``shm_size``: Docker's own has 64 MiB, and Swarm cannot change its size."""
    if value is None:
        return []
    mount = {"type": "tmpfs", "target": "/dev/shm", "tmpfs_size": value.text()}
    checks.check(value, "mounts", [mount])
    return [mount]


def _items(value: Value, key: str) -> list[Value]:
    entries = value.get(key)
    return entries.items() if entries else []


def _check_targets(value: Value, mounts: list[Options]) -> None:
    targets = [mount["target"] for mount in mounts]
    for at, target in enumerate(targets):
        if target in targets[:at]:
            raise value.wrong(f"has two mounts with the target {target}; remove one of them")
