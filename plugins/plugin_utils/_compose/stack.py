# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Read a stack from Compose files. PRIVATE to the collection. Pure but for reading files.

The stack is in the options of the collection's own modules, with the names and labels that ``docker stack deploy`` gives.
"""

from __future__ import annotations

import posixpath
import typing as t
from dataclasses import dataclass, field, replace

from ...module_utils._engine.errors import Refused
from ...module_utils._options.convert import quoted
from ...module_utils._options.names import name_problem
from ...module_utils._stack.options import KINDS, PRUNE, is_path
from ...module_utils._stack.order import Circle, Need, in_order
from . import checks, service_keys
from .files import ComposeFiles, Read
from .load import Source, load
from .networks import ComposeNetworks
from .ports import ComposePorts
from .secrets import ComposeSecrets
from .service import ComposeServices
from .unsupported import Notices
from .value import Value, text_of
from .volumes import ComposeVolumes

Options = dict[str, t.Any]

# What Ansible takes for false.
_FALSE = ("false", "no", "n", "off", "f", "0", "0.0")
# The options that are used on the control node only. The module does not get them, since variables may hold secrets.
_READ_HERE = (
    "compose",
    "remote_src",
    "project_dir",
    "variables",
    "env_files",
    "ignore_unsupported",
    "profiles",
)


@dataclass
class ComposeStack:
    """A stack as its files declare it.

    Attributes:
        services: each as ``services`` of swarm_service has it.
        networks: those of the stack itself, each as ``networks`` of swarm_network has it.
        secrets: the same, as ``secrets`` of swarm_secret; ``data`` is in Base64.
        configs: the same, as ``configs`` of swarm_config.
        needs: which of the services are sent after which, see ``module_utils/_stack/order.py``.
        external: the names of the external networks, secrets and configs that services use.
        warnings: sentences for the user.
    """

    services: list[Options] = field(default_factory=list)
    networks: list[Options] = field(default_factory=list)
    secrets: list[Options] = field(default_factory=list)
    configs: list[Options] = field(default_factory=list)
    needs: dict[str, dict[str, Need]] = field(default_factory=dict)
    external: dict[str, list[str]] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)

    def options(self) -> Options:
        """The options by which the action hands the stack to the module: the data of secrets and configs is kept apart."""
        declared: Options = {kind: [dict(one) for one in getattr(self, kind)] for kind in KINDS}
        declared["needs"] = self.needs
        data = {}
        for kind in ("secrets", "configs"):
            for one in declared[kind]:
                if "data" in one:
                    data[f"{kind}/{one['name']}"] = one.pop("data")
                    one.pop("data_is_b64", None)
        return {"_declared": declared, "_declared_data": data}


class FileAccess(t.NamedTuple):
    """How the files of a task are found and read.

    Attributes:
        is_remote: they are on the host, not on the control node.
        find: from a path in the task to the whole path; raises ``Refused``.
        read: reads a file by its whole path.
    """

    is_remote: bool
    find: t.Callable[[str], str]
    read: Read


def read_task(args: Options, access: FileAccess) -> tuple[Options, list[str]]:
    """The options for the module from those of a task of swarm_stack, whose Compose files are read.

    Args:
        args: the task's options, not yet checked.
        access: how its files are read.

    Returns:
        The options, and warnings.

    Raises:
        Refused: the files, or the options that say how to read them, are wrong.
    """
    options = {name: value for name, value in args.items() if name not in _READ_HERE}
    if args.get("state", "present") != "present" or not args.get("compose"):
        return options, []
    given = _listed("compose", args["compose"])
    if any(isinstance(one, str) and not is_path(one) for one in given):
        raise Refused(
            "compose has the text of a file where a path or a dictionary is wanted; use from_yaml on it."
        )
    sources = [access.find(one) if isinstance(one, str) else one for one in given]
    first = next((source for source in sources if isinstance(source, str)), None)
    variables = args.get("variables") or {}
    if not isinstance(variables, dict):
        raise Refused("variables is not a dictionary of names and values.")
    stack = read_stack(
        str(args.get("name") or ""),
        sources,
        access.read,
        variables,
        [access.find(str(path)) for path in _listed("env_files", args.get("env_files") or [])],
        _listed("ignore_unsupported", args.get("ignore_unsupported") or []),
        _listed("profiles", args.get("profiles") or []),
        args.get("project_dir") or (posixpath.dirname(first) if access.is_remote and first else None),
        home=(lambda: access.find("~")) if access.is_remote else (lambda: None),
        # The module reads the data of secrets on the host, so that the control node never has it.
        leave_contents=access.is_remote,
        prunes=PRUNE.get(str(args.get("prune", False)).lower()) != "none",
        # The module refuses what is neither.
        ordered=str(args.get("ordered", True)).lower() not in _FALSE,
    )
    return {**options, **stack.options()}, stack.warnings


def read_stack(
    name: str,
    sources: t.Sequence[Source],
    read: Read,
    variables: t.Mapping[str, t.Any],
    env_files: t.Sequence[str] = (),
    ignore_unsupported: t.Iterable[str] = (),
    profiles: t.Collection[str] = (),
    project_dir: str | None = None,
    leave_contents: bool = False,
    ordered: bool = True,
    prunes: bool = False,
    home: t.Callable[[], str | None] = lambda: None,
) -> ComposeStack:
    """Read a stack.

    Args:
        name: the stack's name, with which the names of its objects begin.
        sources: paths of Compose files and inline definitions, merged in this order.
        read: reads a file.
        variables: the variables to fill in; null is not set.
        env_files: files with further variables. Later files take precedence over earlier ones, ``variables`` over all.
        ignore_unsupported: keys to leave out where Swarm does not support them.
        profiles: the profiles whose services are deployed too; ``*`` for all.
        project_dir: the folder on the hosts of the swarm in which relative paths begin, and those in inline definitions.
        leave_contents: do not read the files of secrets and configs, but name them in ``data_src``.
        ordered: whether ``depends_on`` and ``links`` give an order.
        prunes: whether services that the files do not declare are removed.
        home: what stands for ``~`` in the path of a mount, unless there is a variable ``HOME``.

    Raises:
        Refused: one sentence that names the file and the key.
    """
    problem = name_problem(name, "stack")
    if problem:
        raise Refused(f"The stack has the name {quoted(name)}, {problem}.")
    notices = Notices(frozenset(ignore_unsupported))
    given = {str(key): text_of(value) for key, value in variables.items() if value is not None}
    known = given
    files = ComposeFiles(read, known, notices, project_dir, leave_contents)
    for path in env_files:
        known = {**known, **files.env_file(path, "env_files", known), **given}
    files = replace(files, variables=known)
    document = load(files, sources)
    top = Value(document.content, (), document.origins, notices)
    volumes = ComposeVolumes(name, top.get("volumes"), project_dir, lambda: known.get("HOME") or home())
    _check_services(top, prunes)
    stack = _stack(name, top, files, volumes, profiles, ordered)
    notices.finish()
    stack.warnings = notices.warnings
    return stack


def _stack(
    name: str,
    top: Value,
    files: ComposeFiles,
    volumes: ComposeVolumes,
    profiles: t.Collection[str],
    ordered: bool,
) -> ComposeStack:
    own_name = top.get("name")
    if own_name and own_name.text() != name:
        own_name.warn(f"is {own_name.text()} and has no effect, since the task names the stack {name}")
    networks = ComposeNetworks(name, top.get("networks"))
    secrets = ComposeSecrets("secret", name, top.get("secrets"), files)
    configs = ComposeSecrets("config", name, top.get("configs"), files)
    reader = ComposeServices(name, files, networks, volumes, secrets, configs, ComposePorts())
    section = top.get("services") or top.at("services", {})
    services: dict[str, Options] = {}
    for key, value in section.fields():
        if _is_selected(value, profiles):
            checks.check_name(value, f"{name}_{key}", "service")
            services[key] = reader.options(key, value)
    needs = _needs(dict(section.fields()), services) if ordered else {}
    external = {"networks": networks.external, "secrets": secrets.external, "configs": configs.external}
    return ComposeStack(
        [services[key] for key in _in_order(section, services, needs)],
        networks.declared,
        secrets.declared,
        configs.declared,
        {f"{name}_{key}": {f"{name}_{other}": one for other, one in needs[key].items()} for key in needs},
        external,
    )


def _check_services(top: Value, prunes: bool) -> None:
    """Warn of files without services, which docker stack deploy takes, too.

    Raises:
        Refused: all services of the stack would be removed.
    """
    section = top.get("services")
    if section and section.mapping():
        return
    if prunes:
        raise top.wrong(
            "has no services, and with prune all services of the stack would be removed; use state: absent for that"
        )
    top.warn("has no services, so only its secrets and configs are deployed")


def _needs(services: dict[str, Value], selected: t.Collection[str]) -> dict[str, dict[str, Need]]:
    """What each service needs of others, without those that need none."""
    found = {key: service_keys.needs(key, services, selected) for key in selected}
    service_keys.add_links(found, services, selected)
    return {key: needs for key, needs in found.items() if needs}


def _in_order(section: Value, services: t.Collection[str], needs: dict[str, dict[str, Need]]) -> list[str]:
    """The keys of the services in the order in which they are sent.

    Raises:
        Refused: services depend on each other.
    """
    try:
        return in_order(list(services), needs)
    except Circle as circle:
        first = section.need(circle.args[0]).need("depends_on")
        raise first.wrong(f"goes in a circle: {' depends on '.join(circle.args)}") from None


def _is_selected(service: Value, profiles: t.Collection[str]) -> bool:
    """Whether a service has no profile, or one of those that the task names."""
    own = service.get("profiles") if isinstance(service.content, dict) else None
    named = own.texts() if own else []
    if not named or "*" in profiles or set(named) & set(profiles):
        return True
    if not profiles:
        service.warn(
            f"is left out, since it has the profiles {', '.join(named)} and the task names no profiles"
        )
    return False


def _listed(name: str, value: t.Any) -> list[t.Any]:
    """A list; what is none is taken as Ansible takes it for an option of this type."""
    if isinstance(value, str):
        return [part.strip() for part in value.split(",")]
    if isinstance(value, dict):
        return [value]
    if not isinstance(value, (list, tuple)):
        raise Refused(f"{name} is not a list.")
    return list(value)
