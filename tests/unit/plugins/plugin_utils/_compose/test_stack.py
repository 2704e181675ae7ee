# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The Compose files that users have, read as a whole. What they come to on real Engines is proven in integration."""

from __future__ import annotations

import base64
import typing as t
from pathlib import Path

import pytest
from ansible_collections.flotilla.swarm.plugins.module_utils._engine.errors import Refused
from ansible_collections.flotilla.swarm.plugins.module_utils._files.read import read_file
from ansible_collections.flotilla.swarm.plugins.module_utils._network.declared import declared_network
from ansible_collections.flotilla.swarm.plugins.module_utils._options.option import given
from ansible_collections.flotilla.swarm.plugins.module_utils._service.declared import declared_service
from ansible_collections.flotilla.swarm.plugins.module_utils._service.options import table
from ansible_collections.flotilla.swarm.plugins.plugin_utils._compose.stack import (
    ComposeStack,
    FileAccess,
    read_stack,
    read_task,
)
from ansible_collections.flotilla.swarm.tests.unit.support.compose import as_the_module_checks, refusal, stack

Options = dict[str, t.Any]
SHAPES = Path(__file__).parents[4] / "shapes"
FILES = sorted(path.name for path in SHAPES.glob("*.yml") if path.name != "several-live.yml")
NAMESPACE = "com.docker.stack.namespace"


def shape(*names: str) -> ComposeStack:
    variables = {"REGISTRY": "registry:5000", "STACK": "shape"}
    return read_stack("shape", [str(SHAPES / name) for name in names], read_file, variables)


def test_there_are_enough_of_them() -> None:
    assert len(FILES) >= 14


@pytest.mark.parametrize("name", FILES)
def test_a_shape_is_what_the_modules_take(name: str) -> None:
    found = shape(name, "several-live.yml") if name == "several-base.yml" else shape(name)
    assert found.services
    for service in found.services:
        options = as_the_module_checks(service)
        values = declared_service(options).values
        names = {row.name for row in table()}
        # Nothing that was read is unknown to the table, and nothing that it knows gets lost.
        assert {
            key for key in service if not isinstance(service[key], dict) or key.endswith("labels")
        } <= names | {"name", "mode"}
        assert set(values) == {name for name in names if given(options, name) is not None}
        assert service["labels"][NAMESPACE] == service["container_labels"][NAMESPACE] == "shape"
    for network in found.networks:
        assert declared_network(network).values["labels"][NAMESPACE] == "shape"
    declared = {network["name"] for network in found.networks}
    named = {network["name"] for service in found.services for network in service["networks"]}
    assert named - declared <= {*found.external["networks"], "host"}


def test_reading_does_not_depend_on_anything_but_the_files() -> None:
    for name in FILES:
        assert shape(name) == shape(name)


@pytest.mark.parametrize("name", FILES)
def test_no_shape_needs_a_warning(name: str) -> None:
    assert shape(name).warnings == []


def test_the_bytes_of_files_reach_the_swarm_as_they_are() -> None:
    found = {config["name"]: config["data"] for config in shape("elasticsearch.yml").configs}
    assert base64.b64decode(found["shape_jvm"]) == (SHAPES / "files" / "jvm.options").read_bytes()
    assert base64.b64decode(found["shape_jvm"]) == b"-Xss1m \n-XX:+UseG1GC"


# The top of a stack


def test_the_name_of_the_stack_is_that_of_the_task() -> None:
    text = "version: '3.8'\nname: other\nx-any: [1]\nservices: {web: {image: x, x-more: {}}}"
    assert stack(text).warnings == [
        "web.yml: name is other and has no effect, since the task names the stack shop."
    ]
    with pytest.raises(
        Refused, match="The stack has the name 'my shop', which cannot be the name of a stack;"
    ):
        read_stack("my shop", [], lambda path, _most: b"", {})


def test_a_stack_without_services() -> None:
    for text in ("services: {}", "services:", "secrets: {key: {content: x}}"):
        found = stack(text)
        assert found.services == []
        assert found.warnings == ["web.yml has no services, so only its secrets and configs are deployed."]
        told = "web.yml has no services, and with prune all services of the stack would be removed; use state: absent"
        assert refusal(text, prunes=True).startswith(told)
    assert refusal("services: [web]") == "web.yml: services is a list, not a mapping of keys to values."


def test_env_files_stand_below_the_variables_and_later_ones_above_earlier_ones() -> None:
    files = {
        "web.yml": "services: {web: {image: '$A-$B-$C-$D'}}",
        "one.env": "A=one\nB=one\nC=one\n",
        "two.env": "B=two\nC=two\nD=${B}${A}\nE\n",
    }
    found = stack(files, "web.yml", variables={"C": "given"}, env_files=["one.env", "two.env"])
    assert found.services[0]["image"] == "one-two-given-oneone"
    assert found.warnings == ["two.env: E has no value and sets nothing."]
    assert refusal(files, "web.yml", env_files=["none.env"]) == (
        "env_files: none.env could not be read: there is no such file."
    )


# The options of a task


class Reading(t.NamedTuple):
    """What became of the options of a task, and where its files were found."""

    options: Options
    warnings: list[str]
    found: list[str]


WEB = "name: other\nservices: {web: {image: 'tiny:$TAG', secrets: [key], volumes: ['./data:/data']}}\n"
WEB += "secrets: {key: {file: ./key}}"
CONTENTS = {"/srv/web.yml": WEB, "/srv/tag.env": "TAG=7", "/srv/key": "s3cret"}


def task(is_remote: bool = True, **args: t.Any) -> Reading:
    """Read the files of a task, all of which are in ``/srv``."""
    found: list[str] = []

    def find(path: str) -> str:
        found.append(path)
        return f"/srv/{path}"

    access = FileAccess(is_remote, find, lambda path, _most: CONTENTS[path].encode())
    return Reading(*read_task({"name": "shop", **args}, access), found)


def test_the_options_of_a_task_with_files_on_the_host_and_on_the_control_node() -> None:
    args = {"compose": "web.yml", "env_files": ["tag.env"], "prune": True}
    there = task(**args)
    assert there.found == ["web.yml", "tag.env"]
    assert sorted(there.options) == ["_declared", "_declared_data", "name", "prune"]
    assert there.options["_declared"]["services"][0]["image"] == "tiny:7"
    assert there.options["_declared"]["secrets"][0]["data_src"] == "/srv/key"
    assert there.options["_declared_data"] == {}
    assert there.warnings == [
        "/srv/web.yml: name is other and has no effect, since the task names the stack shop."
    ]
    here = task(False, **args, remote_src=False, project_dir="/opt")
    assert here.options["_declared_data"] == {"secrets/shop_key": base64.b64encode(b"s3cret").decode()}
    assert "data" not in here.options["_declared"]["secrets"][0]


def test_relative_paths_of_mounts_begin_in_the_folder_of_the_first_file_on_the_host() -> None:
    args = {"compose": ["web.yml"], "variables": {"TAG": 1}}
    for more, source in (({}, "/srv/data"), ({"project_dir": "/opt"}, "/opt/data")):
        [service] = task(**args, **more).options["_declared"]["services"]
        assert service["mounts"][0]["source"] == source
    with pytest.raises(Refused, match=r"is \./data, a relative path without a folder on the nodes;"):
        task(False, **args)


def test_a_home_is_that_of_the_user_on_the_host_unless_the_variables_have_one() -> None:
    compose = [{"services": {"web": {"image": "x", "volumes": ["~/data:/data"]}}}]

    def source(is_remote: bool = True, **variables: str) -> str:
        [service] = task(is_remote, compose=compose, variables=variables).options["_declared"]["services"]
        return str(service["mounts"][0]["source"])

    # Every path is found in /srv here.
    assert source() == "/srv/~/data"
    assert source(HOME="/home/ops") == source(False, HOME="/home/ops") == "/home/ops/data"
    with pytest.raises(Refused, match="set HOME in variables"):
        source(False)


def test_a_text_with_commas_is_a_list_as_for_every_option_of_ansible() -> None:
    compose = {"services": {"web": {"image": "x", "pid": "host", "uts": "host"}}}
    [service] = task(compose=[compose], ignore_unsupported="pid, uts").options["_declared"]["services"]
    assert service["name"] == "shop_web"
    assert task(compose="web.yml,web.yml", env_files="tag.env").found == ["web.yml", "web.yml", "tag.env"]


def test_a_task_that_removes_a_stack_reads_nothing() -> None:
    assert task(state="absent", compose=["gone.yml"], variables={"A": 1}) == Reading(
        {"name": "shop", "state": "absent"}, [], []
    )


@pytest.mark.parametrize(
    ("args", "sentence"),
    [
        ({"compose": 7}, "compose is not a list."),
        *(
            (
                {"compose": text},
                "compose has the text of a file where a path or a dictionary is wanted; use from_yaml on it.",
            )
            for text in ("services:\n  web: {}", ["services: {}"], '{"services":{"web":{}}}')
        ),
        ({"compose": [7]}, "compose has an entry that is neither a path nor a dictionary."),
        ({"compose": "web.yml", "variables": "TAG"}, "variables is not a dictionary of names and values."),
        ({"compose": "web.yml", "env_files": 7}, "env_files is not a list."),
    ],
)
def test_options_that_do_not_say_what_to_read(args: Options, sentence: str) -> None:
    with pytest.raises(Refused) as caught:
        task(**args)
    assert str(caught.value) == sentence


# What depends on what


def test_services_come_behind_those_that_they_depend_on() -> None:
    found = stack("""
        services:
          proxy: {image: x, depends_on: {web: {condition: service_started, required: false}}}
          web: {image: x, depends_on: [db, cache]}
          db: {image: x}
          cache: {image: x}
          move:
            image: x
            deploy: {mode: replicated-job}
            depends_on: {db: {condition: service_healthy, restart: true}}
          late: {image: x, depends_on: {move: {condition: service_completed_successfully}}}
        """)
    names = [service["name"] for service in found.services]
    assert names == [f"shop_{name}" for name in ("db", "cache", "web", "move", "proxy", "late")]
    started = {"condition": "service_started", "required": True}
    assert found.needs == {
        "shop_proxy": {"shop_web": {**started, "required": False}},
        "shop_web": {"shop_db": started, "shop_cache": started},
        "shop_move": {"shop_db": {**started, "condition": "service_healthy"}},
        "shop_late": {"shop_move": {**started, "condition": "service_completed_successfully"}},
    }
    assert found.options()["_declared"]["needs"] == found.needs
    assert found.warnings == [
        "web.yml: services.move.depends_on.db.restart has no effect, as with docker stack deploy."
    ]


def test_what_services_depend_on_is_merged() -> None:
    base = "services: {web: {image: x, depends_on: [db]}, db: {image: x}, cache: {image: x}}"
    over = "services: {web: {depends_on: {db: {condition: service_healthy}, cache: {}}}}"
    found = stack({"a.yml": base, "b.yml": over}, "a.yml", "b.yml").needs["shop_web"]
    assert {name: one["condition"] for name, one in found.items()} == {
        "shop_db": "service_healthy",
        "shop_cache": "service_started",
    }


@pytest.mark.parametrize(
    ("depends_on", "more", "reason"),
    [
        ("[dbb]", "", ".dbb names the service dbb, which the files do not have; did you mean db?"),
        ("{other: }", "", ".other names the service other, which the files do not have."),
        ("[late]", "", ".late names the service late, whose profiles the task does not select; name one of"),
        ("[web]", "", " goes in a circle: web depends on web."),
        ("[db]", "depends_on: [web]", " goes in a circle: web depends on db depends on web."),
        (
            "{db: {condition: ready}}",
            "",
            ".db.condition is 'ready', none of service_started, service_healthy",
        ),
        ("{db: {conditions: x}}", "", ".db.conditions is not a key of Compose; did you mean condition?"),
        ("{db: {required: perhaps}}", "", ".db.required is 'perhaps', neither true nor false"),
        ("{db: 1}", "", ".db is a number, not a mapping"),
        ("db", "", " is a text, not a mapping"),
        (
            "{db: {condition: service_healthy}}",
            "healthcheck: {disable: true}",
            ".db waits until the other service is healthy, whose health check is disabled; use service_started.",
        ),
        (
            "{db: {condition: service_completed_successfully}}",
            "",
            ".db (only a job completes; set deploy.mode of the other service to replicated-job)",
        ),
    ],
)
def test_what_no_service_can_depend_on_is_refused(depends_on: str, more: str, reason: str) -> None:
    text = (
        f"services: {{web: {{image: x, depends_on: {depends_on}}}, db: {{image: x, {more}}}, "
        "late: {image: x, profiles: [night]}}"
    )
    assert f"services.web.depends_on{reason}" in refusal(text)


def test_a_link_gives_an_order_too() -> None:
    found = stack("""
        services:
          proxy: {image: x, links: [web, "web:web", late, elsewhere]}
          web: {image: x, links: [db], depends_on: {db: {condition: service_healthy}}}
          db: {image: x, links: [proxy, db]}
          late: {image: x, profiles: [night]}
        """)
    assert [service["name"] for service in found.services] == ["shop_db", "shop_web", "shop_proxy"]
    assert found.needs == {
        "shop_web": {"shop_db": {"condition": "service_healthy", "required": True}},
        "shop_proxy": {"shop_web": {"condition": "service_started", "required": True}},
    }
    [profile, *others] = found.warnings
    assert "services.late is left out" in profile
    assert others == [
        "web.yml: services.db.links[0] gives no order, since proxy needs db itself.",
        "web.yml: services.db.links[1] gives no order, since db needs db itself.",
        "web.yml: services.proxy.links[2] and services.proxy.links[3] have no effect, as with docker stack deploy.",
    ]


def test_a_link_that_is_left_out_gives_no_order() -> None:
    text = "services: {web: {image: x, links: ['db:database']}, db: {image: x}}"
    assert stack(text, ignore_unsupported=["links"]).needs == {}


def test_what_is_left_out_and_not_required_is_no_obstacle() -> None:
    text = (
        "services: {web: {image: x, depends_on: {late: {required: false}, gone: {required: false}}}, "
        "late: {image: x, profiles: [night]}}"
    )
    assert stack(text).needs == {}
    assert list(stack(text, profiles=["night"]).needs["shop_web"]) == ["shop_late"]


def test_the_condition_of_a_job_can_be_left_out() -> None:
    text = (
        "services: {web: {image: x, depends_on: {db: {condition: service_completed_successfully}}}, "
        "db: {image: x}}"
    )
    for ignored in ("service_completed_successfully", "all"):
        assert stack(text, ignore_unsupported=[ignored]).needs == {}


@pytest.mark.parametrize(("given", "ordered"), [(True, True), ("no", False), (False, False), ("x", True)])
def test_the_task_says_whether_there_is_an_order(given: t.Any, ordered: bool) -> None:
    services = {"web": {"image": "x", "depends_on": ["web"], "links": ["db"]}, "db": {"image": "x"}}
    args = {"name": "shop", "compose": [{"services": services}], "ordered": given}
    access = FileAccess(False, str, lambda *_args: b"")
    if ordered:
        with pytest.raises(Refused, match="goes in a circle: web depends on web"):
            read_task(args, access)
        return
    options, warnings = read_task(args, access)
    assert [one["name"] for one in options["_declared"]["services"]] == ["shop_web", "shop_db"]
    assert (options["ordered"], options["_declared"]["needs"], warnings) == (given, {}, [])
