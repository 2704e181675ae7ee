# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What has to change on which service. PRIVATE to the collection. Pure."""

from __future__ import annotations

import copy
import typing as t
from dataclasses import dataclass, field

from .._engine.errors import Refused
from .._options.option import Option, Table, declared
from .._options.plan import MEMORY, Changes, memory, plan, remembered, side
from .image import same_image
from .masks import HIDDEN
from .mode import bare, check_mode, mode_of, mode_options
from .options import SERVICE
from .values import env_pairs


@dataclass
class Order:
    """What a user declares for one service.

    Attributes:
        name: the service's name.
        state: ``present``, ``absent`` or ``rolled_back``.
        mode: the declared mode, ``None`` where it was left out.
        values: option name to value in the Engine's form.
        whole: the declaration is the service's whole YAML. One without an image cannot be: it changes a service and
            leaves what it does not name.
        reset: what the declaration does not name goes back to its default, whoever set it.
        force: replace the tasks, or run the job again, though nothing changed.
        resolve: ``always``, ``changed`` or ``never``: when the tag of the image is looked up in its registry.
        auth: the registry's credentials, ``None`` where none were given.
    """

    name: str
    state: str = "present"
    mode: str | None = None
    values: dict[str, t.Any] = field(default_factory=dict)
    whole: bool = False
    reset: bool = False
    force: bool = False
    resolve: str = "changed"
    auth: dict[str, str] | None = None


@dataclass
class ServicePlan:
    """What is done to one service.

    Attributes:
        action: ``create``, ``update``, ``rebuild``, ``roll_back``, ``remove`` or ``none``.
        changes: option name to (before, after) in the user's words.
        spec: what is sent.
        live: the service as the Engine reports it, ``None`` where there is none.
    """

    order: Order
    action: str
    live: dict[str, t.Any] | None = None
    spec: dict[str, t.Any] = field(default_factory=dict)
    changes: Changes = field(default_factory=dict)

    def diff(self, after: bool, show_values: bool) -> dict[str, t.Any]:
        """One side of the diff: the changed options in the user's words, and whether there is a service at all."""
        if self.action == ("remove" if after else "create"):
            return {"state": "absent"}
        changes = self.changes if show_values else _masked(self.changes)
        return {"state": "present", **side(changes, after)}


def table(mode: str) -> Table:
    """All options of a service of some mode."""
    return (*SERVICE, *mode_options(mode))


def order(params: dict[str, t.Any], env_files: t.Iterable[str] = ()) -> Order:
    """An order from one service's options.

    Args:
        params: the options, as Ansible has checked them.
        env_files: the contents of its ``env_files``, in their order.

    Raises:
        Refused: an option that cannot work, with the service it was meant for.
    """
    name = params["name"]
    params = dict(params)
    if params.get("replicas") == -1:
        # The incumbent's word for: as many as there are.
        params["replicas"] = None
    try:
        if params.get("env_files") is not None:
            params["env"] = _merged_env(params.get("env"), env_files)
        values = declared(SERVICE, params)
        # The numbers of tasks travel the same way in every mode that has them; where they stand is the mode's affair.
        values.update(declared(mode_options("replicated-job"), params))
    except Refused as error:
        raise Refused(f"{name}: {error}") from None
    auth = {key: text for key, text in (params.get("registry_auth") or {}).items() if text}
    if auth and not ("identity_token" in auth or {"username", "password"} <= set(auth)):
        raise Refused(f"{name}: registry_auth needs username and password, or identity_token.")
    if params.get("mode"):
        check_mode(name, params["mode"], values)
    return Order(
        name,
        params.get("state") or "present",
        params.get("mode"),
        values,
        whole="image" in values,
        reset=params.get("undeclared") == "reset",
        force=bool(params.get("force_update")),
        resolve=_resolve(name, params.get("resolve_image")),
        auth=auth or None,
    )


def _resolve(name: str, value: t.Any) -> str:
    # The incumbent knows only yes and no.
    text = {"none": "changed", "true": "always", "yes": "always", "false": "never", "no": "never"}.get(
        str(value).lower(), str(value)
    )
    if text not in ("always", "changed", "never"):
        raise Refused(f"{name}: resolve_image is {value!r}, none of always, changed, never.")
    return text


def _merged_env(env: t.Any, files: t.Iterable[str]) -> dict[str, str | None]:
    pairs: dict[str, str | None] = {}
    try:
        for text in files:
            lines = [line.strip() for line in text.splitlines()]
            pairs.update(env_pairs([line for line in lines if line and not line.startswith("#")]))
        return {**pairs, **env_pairs(env or {})}
    except ValueError as error:
        raise Refused(f"env: {error}.") from None


def plan_service(
    wanted: Order, live: dict[str, t.Any] | None, image: str | None = None, platforms: t.Any = None
) -> ServicePlan:
    """Plan one service.

    Args:
        wanted: what is declared, with the IDs of what it refers to.
        live: the service as the Engine reports it, ``None`` where there is none.
        image: the pinned image, where the registry was asked.
        platforms: that image's platforms, for the scheduler.

    Raises:
        Refused: it cannot be done, and why.
    """
    if wanted.state == "absent":
        return ServicePlan(wanted, "remove" if live else "none", live)
    if live is None:
        if wanted.state == "rolled_back":
            raise Refused(f"{wanted.name} cannot be rolled back: there is no such service.")
        if not wanted.whole:
            raise Refused(f"{wanted.name} does not exist yet, and a new service needs an image.")
        return _new(wanted, "create", image, platforms)
    if wanted.state == "rolled_back":
        return _back(wanted, live)
    mode = mode_of(live["Spec"])
    if wanted.mode and wanted.mode != mode:
        return _rebuilt(wanted, live, image, platforms)
    check_mode(wanted.name, mode, wanted.values)
    values = dict(wanted.values)
    if "image" in values:
        values["image"] = _image(wanted, live["Spec"], image)
    made = plan(table(mode), values, live["Spec"], three_way=wanted.whole, reset=wanted.reset)
    if platforms and "image" in made.changes:
        _place(made.spec, platforms)
    if wanted.force:
        template = made.spec.setdefault("TaskTemplate", {})
        before = template.get("ForceUpdate") or 0
        template["ForceUpdate"] = before + 1
        made.changes["force_update"] = (before, before + 1)
    return ServicePlan(wanted, "update" if made else "none", live, made.spec, made.changes)


def _image(wanted: Order, spec: dict[str, t.Any], pinned: str | None) -> str:
    """The image to write: the live one where it is what was declared, so that no task is replaced for nothing."""
    live = str(((spec.get("TaskTemplate") or {}).get("ContainerSpec") or {}).get("Image") or "")
    same = same_image(wanted.values["image"], live)
    return live if same and not (pinned and wanted.resolve == "always") else pinned or wanted.values["image"]


def _place(spec: dict[str, t.Any], platforms: t.Any) -> None:
    spec["TaskTemplate"].setdefault("Placement", {})["Platforms"] = platforms


def _new(wanted: Order, action: str, image: str | None, platforms: t.Any) -> ServicePlan:
    mode = wanted.mode or "replicated"
    check_mode(wanted.name, mode, wanted.values)
    values = dict(wanted.values)
    if image:
        values["image"] = image
    if mode == "replicated-job" and "replicas" in values:
        # As the command line has it: all at once, unless something else was said.
        values.setdefault("max_concurrent", values["replicas"])
    bones = {"Name": wanted.name, "Mode": bare(mode), "TaskTemplate": {"ContainerSpec": {}}}
    made = plan(table(mode), values, bones, three_way=True)
    # What was not said is not remembered either.
    made.spec["Labels"][MEMORY] = memory(remembered(made.spec["Labels"]) - (set(values) - set(wanted.values)))
    if platforms:
        _place(made.spec, platforms)
    return ServicePlan(wanted, action, None, made.spec, made.changes)


def _rebuilt(wanted: Order, live: dict[str, t.Any], image: str | None, platforms: t.Any) -> ServicePlan:
    """A mode cannot be changed in place, so the service is removed and made anew."""
    mode = mode_of(live["Spec"])
    if not wanted.whole:
        raise Refused(
            f"{wanted.name} is {mode}: to make it {wanted.mode} it has to be made anew, so declare all of it, with its "
            "image."
        )
    made = _new(wanted, "rebuild", image, platforms)
    made.live = live
    made.changes = {"mode": (mode, wanted.mode)}
    return made


def _back(wanted: Order, live: dict[str, t.Any]) -> ServicePlan:
    status = (live.get("UpdateStatus") or {}).get("State", "")
    if status in ("rollback_started", "rollback_completed"):
        return ServicePlan(wanted, "none", live)
    previous = live.get("PreviousSpec")
    if not previous:
        raise Refused(f"{wanted.name} cannot be rolled back: the swarm remembers no earlier state of it.")
    mode = mode_of(live["Spec"])
    changes: Changes = {}
    for option in table(mode):
        before, after = option.read(live["Spec"]), option.read(previous)
        if not option.same(before, after):
            changes.update(option.told(before, after))
    # The memory goes back too, which is nobody's news.
    changes.pop(f"labels.{MEMORY}", None)
    return ServicePlan(wanted, "roll_back", live, copy.deepcopy(live["Spec"]), changes)


def _masked(changes: Changes) -> Changes:
    """Changes without the values of options that may hold secrets; that they differ stays to be seen."""
    hidden = tuple(option.name for option in SERVICE if option.hidden)
    shown = {}
    for name, (before, after) in changes.items():
        if name.startswith("mounts."):
            shown[name] = (_without_driver_options(before), _without_driver_options(after))
        elif name.partition(".")[0] in hidden or name in hidden:
            shown[name] = (
                None if before is None else HIDDEN,
                None if after is None else HIDDEN if before is None else f"{HIDDEN}, changed",
            )
        else:
            shown[name] = (before, after)
    return shown


def _without_driver_options(mount: t.Any) -> t.Any:
    """A mount whose driver's options, which can hold a password of a file server, are not shown."""
    driver = (mount or {}).get("driver_config") or {}
    if not driver.get("options"):
        return mount
    return {**mount, "driver_config": {**driver, "options": dict.fromkeys(driver["options"], HIDDEN)}}


def whole_words(spec: dict[str, t.Any], show_values: bool) -> dict[str, t.Any]:
    """A service's spec in the user's words: every option that is not at its default."""
    mode = mode_of(spec)
    words: dict[str, t.Any] = {"mode": mode}
    for option in table(mode):
        value = option.read(spec)
        if option.keyed:
            value = {key: text for key, text in value.items() if key != MEMORY}
        if option.same(value, option.default):
            continue
        group, _dot, name = option.name.rpartition(".")
        within = words.setdefault(group, {}) if group else words
        within[name] = _shown(option, value, show_values)
    return words


def _shown(option: Option, value: t.Any, show_values: bool) -> t.Any:
    shown = option.kind.show(value)
    if show_values:
        return shown
    if option.name == "mounts":
        return [_without_driver_options(mount) for mount in shown]
    if not option.hidden:
        return shown
    return dict.fromkeys(option.kind.parts(shown) if option.kind.parts else shown, HIDDEN)
