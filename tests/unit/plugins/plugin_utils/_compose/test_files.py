# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible_collections.flotilla.swarm.plugins.module_utils._engine.errors import Refused
from ansible_collections.flotilla.swarm.plugins.plugin_utils._compose.compose import Stack, read_stack
from ansible_collections.flotilla.swarm.tests.unit.support.compose import refusal, stack


def names(found: Stack) -> list[str]:
    return [service["name"] for service in found.services]


# include


def test_included_files_with_paths_and_variables_of_their_own() -> None:
    files = {
        "web.yml": """
            include:
              - parts/db.yml
              - path: [parts/cache.yml, parts/cache-more.yml]
                env_file: parts/cache.env
            services: {web: {image: "x:${TAG-none}", networks: [back]}}
            """,
        "parts/db.yml": "services: {db: {image: y, env_file: db.env}}\nnetworks: {back: {internal: true}}",
        "parts/db.env": "A=1",
        "parts/cache.yml": "services: {cache: {image: 'z:${TAG}', labels: {v: '${V}'}}}",
        "parts/cache-more.yml": "services: {cache: {labels: {more: '1'}}}",
        "parts/cache.env": "TAG=7\nV=env",
    }
    found = stack(files, "web.yml", variables={"V": "given"})
    services = {service["name"]: service for service in found.services}
    assert sorted(services) == ["shop_cache", "shop_db", "shop_web"]
    assert services["shop_db"]["env"] == {"A": "1"}
    assert services["shop_cache"]["image"] == "z:7"
    assert services["shop_cache"]["container_labels"]["v"] == "given"
    assert services["shop_cache"]["container_labels"]["more"] == "1"
    assert services["shop_web"]["image"] == "x:none"
    assert {network["name"]: network.get("internal") for network in found.networks}["shop_back"] is True
    assert found.where("shop_db") == "parts/db.yml: services.db"
    assert found.where("shop_web") == "web.yml: services.web"


def test_a_bare_name_of_an_included_file_has_the_value_that_file_was_included_with() -> None:
    files = {
        "web.yml": """
            include: [{path: b.yml, env_file: b.env}]
            services: {web: {image: x, environment: [INNER, GIVEN]}}
            """,
        "b.yml": "services: {b: {image: y, environment: [INNER, GIVEN, NOBODY]}}",
        "b.env": "INNER=1\nGIVEN=of the file",
    }
    found = stack(files, "web.yml", variables={"GIVEN": "of the task"})
    environments = {service["name"]: service["env"] for service in found.services}
    assert environments == {
        "shop_b": {"INNER": "1", "GIVEN": "of the task"},
        "shop_web": {"GIVEN": "of the task"},
    }


def test_a_circle_of_includes() -> None:
    files = {"web.yml": "include: [sub/b.yml]", "sub/b.yml": "include: [../web.yml]"}
    assert refusal(files) == (
        "sub/b.yml: include[0]: the files include each other in a circle: web.yml includes sub/b.yml includes web.yml."
    )


def test_an_included_file_that_is_not_there_or_that_defines_the_same() -> None:
    assert (
        refusal("include: [none.yml]")
        == "web.yml: include[0]: none.yml cannot be read: there is no such file."
    )
    files = {"web.yml": "include: b.yml\nservices: {a: {image: x}}", "b.yml": "services: {a: {image: y}}"}
    assert refusal(files).startswith("web.yml: include brings in services.a, which web.yml defines too;")
    files["b.yml"] = "services: {a: {image: x}}"
    assert names(stack(files)) == ["shop_a"]


# extends


def test_a_service_that_extends_others() -> None:
    files = {
        "web.yml": """
            services:
              web: {extends: {file: base/common.yml, service: app}, ports: ["80:80"], labels: {a: web}}
              again: {extends: web, command: own, ports: !override ["81:81"]}
            """,
        "base/common.yml": """
            services:
              root: {image: x, command: base, labels: {a: root, b: root}, env_file: root.env}
              app: {extends: {service: root}, labels: [b=app]}
              broken: {image: "${NEVER:?asked for}"}
            """,
        "base/root.env": "A=1",
    }
    web, again = stack(files, "web.yml").services
    assert (web["image"], web["args"], web["env"]) == ("x", ["base"], {"A": "1"})
    assert {key: web["container_labels"][key] for key in "ab"} == {"a": "web", "b": "app"}
    assert again["args"] == ["own"]
    assert [port["published_port"] for port in again["publish"]] == ["81"]


def test_a_wrong_value_is_told_of_the_file_it_stands_in() -> None:
    files = {
        "web.yml": "services: {web: {extends: {file: base.yml, service: app}, deploy: {mode: global}}}",
        "base.yml": "services: {app: {image: x, deploy: {endpoint_mode: wrong}, tty: perhaps}}",
    }
    assert refusal(files).startswith("base.yml: services.web.tty is 'perhaps'")
    files["base.yml"] = files["base.yml"].replace("perhaps", "true")
    assert refusal(files).startswith("base.yml: services.web.deploy.endpoint_mode is 'wrong'")


@pytest.mark.parametrize(
    ("files", "told"),
    [
        (
            {"web.yml": "services: {a: {extends: b}, b: {extends: a}}"},
            "web.yml: services.a.extends goes in a circle: a extends b extends a.",
        ),
        (
            {"web.yml": "services: {a: {extends: a}}"},
            "web.yml: services.a.extends goes in a circle: a extends a.",
        ),
        (
            {
                "web.yml": "services: {a: {extends: {file: b.yml, service: b}}}",
                "b.yml": "services: {b: {extends: {file: web.yml, service: a}}}",
            },
            "b.yml: services.b.extends.file: goes in a circle: a of web.yml extends b of b.yml extends a of web.yml.",
        ),
        (
            {"web.yml": "services: {web: {extends: {service: wep}}}"},
            "web.yml: services.web.extends names the service wep, which the file does not have; did you mean web?",
        ),
        (
            {
                "web.yml": "services: {web: {extends: {service: x, file: b.yml}}}",
                "b.yml": "services: {y: {image: x}}",
            },
            "web.yml: services.web.extends names the service x, which b.yml does not have.",
        ),
        (
            {"web.yml": "services: {web: {extends: {service: x, file: b.yml}}}"},
            "web.yml: services.web.extends.file: b.yml cannot be read: there is no such file.",
        ),
        (
            {"web.yml": "services: {web: {extends: {file: b.yml}}}"},
            "web.yml: services.web.extends has no service.",
        ),
    ],
)
def test_what_cannot_be_extended(files: dict[str, str], told: str) -> None:
    assert refusal(files).startswith(told)


# Variables


def test_variables_are_filled_in_everywhere_and_become_what_the_key_wants() -> None:
    text = """
        services:
          web:
            image: x:${TAG}
            read_only: $FLAG
            deploy: {replicas: "${COUNT}", labels: ["a=${TAG}"]}
            configs: [{source: c, mode: "${MODE}"}]
        configs: {c: {content: "tag ${TAG}", name: "c-${TAG}"}}
        """
    found = stack(text, variables={"TAG": 7, "FLAG": True, "COUNT": "3", "MODE": "0440"})
    [web] = found.services
    assert (web["image"], web["read_only"], web["replicas"]) == ("x:7", True, 3)
    assert web["configs"][0]["config_name"] == "c-7"
    assert found.warnings == []


def test_env_files_stand_below_the_variables_and_later_ones_above_earlier_ones() -> None:
    files = {
        "web.yml": "services: {web: {image: '$A-$B-$C-$D'}}",
        "one.env": "A=one\nB=one\nC=one\n",
        "two.env": "B=two\nC=two\nD=${B}${A}\nE\n",
    }
    found = stack(files, "web.yml", variables={"C": "given"}, env_files=["one.env", "two.env"])
    assert found.services[0]["image"] == "one-two-given-oneone"
    assert found.warnings == ["two.env: E has no value there, so it sets nothing."]
    assert refusal(files, "web.yml", env_files=["none.env"]) == (
        "env_files: none.env cannot be read: there is no such file."
    )


def test_a_variable_that_is_not_set() -> None:
    files = {
        "web.yml": "services: {web: {image: 'x$V', hostname: 'y$V'}}",
        "b.yml": "services: {web: {user: 'a$V'}}",
    }
    found = stack(files, "web.yml", "b.yml", variables={"V": None})
    assert found.services[0]["image"] == "x"
    assert found.warnings == [
        f"{file}: the variable V is not set, so it is empty text there." for file in ("web.yml", "b.yml")
    ]
    told = refusal("services: {web: {image: '${V:?say which}'}}")
    assert told == "web.yml: services.web.image needs the variable V: say which."


# Sources


def test_inline_definitions() -> None:
    inline = {"services": {"web": {"image": "x", "ports": [80], "env_file": "/etc/e"}}}
    found = read_stack("shop", [inline], lambda path: b"A=1" if path == "/etc/e" else b"", {})
    assert found.services[0]["env"] == {"A": "1"}
    inline["services"]["web"]["env_file"] = "e"
    with pytest.raises(
        Refused, match=r"the inline definition: services.web.env_file is e, relative to no file"
    ):
        read_stack("shop", [inline], lambda path: b"", {})
    found = read_stack(
        "shop", [inline], lambda path: b"A=2" if path == "/srv/e" else b"", {}, project_dir="/srv"
    )
    assert found.services[0]["env"] == {"A": "2"}
    with pytest.raises(Refused, match=r"inline definition 2: services.web.image is a list, not a text\."):
        read_stack(
            "shop", [inline, {"services": {"web": {"image": []}}}], lambda path: b"", {}, project_dir="/srv"
        )


def test_keys_of_inline_definitions_need_not_be_text() -> None:
    found = read_stack("shop", [{"services": {7: {"image": "x", "labels": {1: 2}}}}], lambda path: b"", {})
    assert found.services[0]["name"] == "shop_7"
    with pytest.raises(Refused, match="the inline definition: 1 is no key that Compose knows"):
        read_stack("shop", [{1: 2}], lambda path: b"", {})


def test_the_top_of_a_file() -> None:
    text = "version: '3.8'\nname: other\nx-any: [1]\nservices: {web: {image: x, x-more: {}}}"
    assert stack(text).warnings == [
        "web.yml: name is other, but the stack is called shop by its task, which counts."
    ]
    assert refusal("servces: {}").startswith(
        "web.yml: servces is no key that Compose knows; did you mean services?"
    )
    assert refusal("services: {}") == "web.yml has no services."
    assert refusal("services: [web]") == "web.yml: services is a list, not a mapping of keys to values."
    assert (
        refusal("services: {web: x}") == "web.yml: services.web is a text, not a mapping of keys to values."
    )
    assert refusal("services: {web: }") == "web.yml: services.web is empty, not a mapping of keys to values."


def test_names_that_the_engine_would_refuse() -> None:
    assert refusal(f"services: {{{59 * 'a'}: {{image: x}}}}") == (
        f"web.yml: services.{59 * 'a'} makes a service named shop_{59 * 'a'}: 64 characters, and the Engine takes 63."
    )
    assert names(stack(f"services: {{{58 * 'a'}: {{image: x}}}}"))
    assert refusal("services: {a.b: {image: x}}").startswith(
        "web.yml: services.a.b makes a service named 'shop_a.b'"
    )
    with pytest.raises(Refused, match="The stack's name 'my shop' is no name"):
        read_stack("my shop", [], lambda path: b"", {})
    with pytest.raises(Refused, match="No Compose file was given"):
        read_stack("shop", [], lambda path: b"", {})
