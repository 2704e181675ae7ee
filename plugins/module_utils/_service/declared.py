# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a user declares for one service, and whether a service and its swarm can have it. PRIVATE to the collection. Pure."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from .._engine.api_version import engine_api, show_api
from .._engine.errors import Refused
from .._options import convert
from .._options.names import name_problem
from .._options.option import declared_values, given
from .._rollout.service import MODES, is_job
from .._swarm.nodes import Node
from .options import OF_MODE, ROLLING, table
from .values import MAY_BE_IN_VAIN, env_pairs, in_vain

Options = t.Dict[str, t.Any]
# The words of community.docker and of YAML for when an image's tag is looked up.
_RESOLVE = {"none": "changed", "true": "always", "yes": "always", "false": "never", "no": "never"}


@dataclass
class DeclaredService:
    """What a user declares for one service.

    Attributes:
        name: the service's name.
        state: ``present``, ``absent`` or ``rolled_back``.
        mode: the declared mode, ``None`` where it was left out.
        values: option name to value in the Engine's form.
        whole: the declaration is the service's whole YAML. One without an image cannot be: it changes a service and
            leaves what it does not name.
        reset: what the declaration does not name returns to its default, whichever client set it.
        force: replace the tasks, or run the job again, though nothing changed.
        retries: go on with a paused update even where its tasks failed by themselves.
        resolve: ``always``, ``changed`` or ``never``: when the tag of the image is looked up in its registry.
        auth: the registry's credentials, ``None`` where none were given.
        warnings: sentences about what was left out, since it says nothing.
    """

    name: str
    state: str = "present"
    mode: str | None = None
    values: dict[str, t.Any] = field(default_factory=dict)
    whole: bool = False
    reset: bool = False
    force: bool = False
    retries: bool = False
    resolve: str = "changed"
    auth: dict[str, str] | None = None
    warnings: list[str] = field(default_factory=list)


def declared_service(
    options: Options, env_files: t.Iterable[str] = (), of_file: bool = False
) -> DeclaredService:
    """What one service's options declare.

    Args:
        options: the options, as Ansible has checked them; what is missing was not declared.
        env_files: the contents of its ``env_files``, in their order.
        of_file: a Compose file declares it: what docker stack deploy sends, although it has no effect, is sent, too. Whoever has
            read the file has warned of it.

    Raises:
        Refused: an option that cannot work, with the service it was meant for.
    """
    name = str(options["name"])
    problem = name_problem(name, "service")
    if problem:
        raise Refused(f"The service has the name {convert.quoted(name)}, {problem}. Nothing was sent.")
    options, ignored = _without_effect(options)
    try:
        values = declared_values(table(), _plain(options, env_files))
        if not of_file:
            _check_effect(options)
        auth = _auth(options.get("registry_auth") or {})
        resolve = _resolve(options.get("resolve_image"))
    except Refused as error:
        raise error.prefixed(f"{name}: ") from None
    if options.get("mode"):
        check_mode(name, options["mode"], values)
    return DeclaredService(
        name,
        options.get("state") or "present",
        options.get("mode"),
        values,
        whole="image" in values,
        reset=options.get("undeclared") == "reset",
        force=bool(options.get("force_update")),
        retries=bool(options.get("retry_paused")),
        resolve=resolve,
        auth=auth or None,
        warnings=[f"{name}: {sentence}" for sentence in ignored],
    )


def check_mode(service: str, mode: str, names: t.Iterable[str]) -> None:
    """Refuse options that a mode does not have.

    Raises:
        Refused: names the option and the modes that have it.
    """
    rolling = {row.name for row in ROLLING}
    for name in names:
        fitting = [other for other in MODES if name in {row.name for row in OF_MODE.get(other, ())}]
        if fitting and mode not in fitting:
            raise Refused(f"{service}: {name} is for mode {' and '.join(fitting)}, this service is {mode}.")
        # The Engine refuses them too, but only once everything else has been sent.
        if name in rolling and is_job(mode):
            raise Refused(f"{service}: {name} makes no sense for a {mode}, whose tasks are not updated.")


def check_nodes(newer: dict[str, tuple[int, int]], nodes: list[Node]) -> list[str]:
    """Refuse options that the swarm's leader would drop silently, and name the nodes that ignore them.

    A manager hands every write to the leader, whatever itself understands, and the leader stores the fields that its own
    swarmkit knows. A node too old for an option starts its tasks without it.

    Args:
        newer: options that not every supported Engine has, with the API version each needs.
        nodes: all nodes of the swarm.

    Returns:
        A warning, where nodes would ignore an option.

    Raises:
        Refused: the leader is too old.
    """
    old = []
    for node in nodes:
        api = engine_api(node["engine_version"])
        missed = [name for name, lowest in newer.items() if api is not None and lowest > api]
        if not missed or node["state"] != "ready":
            continue
        if node["manager"] and node["manager"]["leader"]:
            raise Refused(
                f"{missed[0]} needs API {show_api(newer[missed[0]])}, but the leader of the swarm, {node['hostname']}, is "
                f"Engine {node['engine_version']} and would drop it silently; upgrade it or leave the option out."
            )
        old.append(f"{node['hostname']} ({node['engine_version']})")
    if not old:
        return []
    sentence = (
        f"Tasks on {', '.join(old)} go without {', '.join(sorted(newer))}: their Engines are too old for it; keep the tasks "
        "away with placement.constraints, or upgrade the Engines."
    )
    return [sentence]


def _check_effect(options: Options) -> None:
    """Refuse what an Engine would take, and not do what it says."""
    for name in MAY_BE_IN_VAIN:
        reason = in_vain(name, given(options, name))
        if reason:
            raise Refused(f"{name}: {reason}.")


def _without_effect(options: Options) -> tuple[Options, list[str]]:
    """The options without those that say nothing, which community.docker takes, and a sentence about each."""
    kept, sentences = dict(options), []
    if options.get("mode") == "global" and options.get("replicas") not in (None, -1):
        kept["replicas"] = None
        sentences.append("replicas is ignored, since a global service runs one task on each node.")
    mounts = []
    for mount in options.get("mounts") or []:
        if mount.get("type") == "tmpfs" and mount.get("source"):
            mount = {**mount, "source": None}
            sentences.append(f"mounts: {mount['target']}: source is ignored, since a tmpfs has none.")
        mounts.append(mount)
    return ({**kept, "mounts": mounts} if mounts else kept), sentences


def _plain(options: Options, env_files: t.Iterable[str]) -> Options:
    """The options, with the other ways to write one of them converted."""
    plain = dict(options)
    if plain.get("replicas") == -1:
        # community.docker's word for: as many as the service has.
        plain["replicas"] = None
    if plain.get("env_files") is not None:
        plain["env"] = _merged_env(plain.get("env"), env_files)
    return plain


def _merged_env(env: t.Any, files: t.Iterable[str]) -> dict[str, str | None]:
    pairs: dict[str, str | None] = {}
    try:
        for text in files:
            lines = [line.strip() for line in text.splitlines()]
            pairs.update(
                env_pairs([line for line in lines if line and not line.startswith("#")], last_wins=True)
            )
        return {**pairs, **env_pairs(env or {})}
    except ValueError as error:
        raise Refused(f"env: {error}.") from None


def _auth(given: Options) -> dict[str, str]:
    auth = {key: text for key, text in given.items() if text}
    if auth and not ("identity_token" in auth or {"username", "password"} <= set(auth)):
        raise Refused("registry_auth needs username and password, or identity_token.")
    return auth


def _resolve(value: t.Any) -> str:
    text = _RESOLVE.get(str(value).lower(), str(value))
    if text not in ("always", "changed", "never"):
        raise Refused(f"resolve_image is {convert.quoted(value)}, none of always, changed, never.")
    return text
