# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible_collections.flotilla.swarm.plugins.module_utils._engine.errors import Refused
from ansible_collections.flotilla.swarm.plugins.plugin_utils._compose.stack import ComposeStack, read_stack
from ansible_collections.flotilla.swarm.tests.unit.support.compose import refusal, stack


def names(found: ComposeStack) -> list[str]:
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


def test_an_error_in_an_included_file_names_that_file() -> None:
    for wrong, sentence in (
        ("db", "parts/db.yml: services.db.tty is 'perhaps', neither true nor false."),
        ("web", "web.yml: services.web.tty is 'perhaps', neither true nor false."),
    ):
        tty = {"db": "true", "web": "true", wrong: "perhaps"}
        files = {
            "web.yml": f"include: [parts/db.yml]\nservices: {{web: {{image: x, tty: {tty['web']}}}}}",
            "parts/db.yml": f"services: {{db: {{image: y, tty: {tty['db']}}}}}",
        }
        assert refusal(files) == sentence


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
        "shop_b": {"INNER": "1", "GIVEN": "of the task", "NOBODY": None},
        "shop_web": {"INNER": None, "GIVEN": "of the task"},
    }


def test_a_circle_of_includes() -> None:
    files = {"web.yml": "include: [sub/b.yml]", "sub/b.yml": "include: [../web.yml]"}
    assert refusal(files) == (
        "sub/b.yml: include[0]: the files include each other in a circle: web.yml includes sub/b.yml includes web.yml."
    )


def test_an_included_file_that_is_not_there_or_that_defines_the_same() -> None:
    assert (
        refusal("include: [none.yml]")
        == "web.yml: include[0]: none.yml could not be read: there is no such file."
    )
    files = {"web.yml": "include: b.yml\nservices: {a: {image: x}}", "b.yml": "services: {a: {image: y}}"}
    assert refusal(files).startswith("web.yml: include brings in services.a, which web.yml declares too;")
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


def test_an_error_in_an_extended_file_names_that_file() -> None:
    files = {
        "web.yml": "services: {web: {extends: {file: base.yml, service: app}, deploy: {mode: global}}}",
        "base.yml": "services: {app: {image: x, deploy: {endpoint_mode: wrong}, tty: perhaps}}",
    }
    assert refusal(files).startswith("base.yml: services.web.deploy.endpoint_mode is 'wrong'")
    files["base.yml"] = files["base.yml"].replace("wrong", "dnsrr")
    assert refusal(files).startswith("base.yml: services.web.tty is 'perhaps'")


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
            "web.yml: services.web.extends.file: b.yml could not be read: there is no such file.",
        ),
        (
            {"web.yml": "services: {web: {extends: {file: b.yml}}}"},
            "web.yml: services.web.extends has no service.",
        ),
        (
            {"web.yml": "services: {web: {extends: {file: b.yml, service: b}}}", "b.yml": "services: {b: }"},
            "b.yml: services.b is empty, not a mapping of keys to values.",
        ),
    ],
)
def test_what_cannot_be_extended(files: dict[str, str], told: str) -> None:
    assert refusal(files).startswith(told)


# Sources


def test_inline_definitions() -> None:
    inline = {"services": {"web": {"image": "x", "ports": [80], "env_file": "/etc/e"}}}
    found = read_stack("shop", [inline], lambda path, _most: b"A=1" if path == "/etc/e" else b"", {})
    assert found.services[0]["env"] == {"A": "1"}
    inline["services"]["web"]["env_file"] = "e"
    with pytest.raises(
        Refused, match=r"the inline definition: services.web.env_file is e, a relative path in no file"
    ):
        read_stack("shop", [inline], lambda path, _most: b"", {})
    found = read_stack(
        "shop", [inline], lambda path, _most: b"A=2" if path == "/srv/e" else b"", {}, project_dir="/srv"
    )
    assert found.services[0]["env"] == {"A": "2"}
    with pytest.raises(Refused, match=r"inline definition 2: services.web.image is a list, not a text\."):
        read_stack(
            "shop",
            [inline, {"services": {"web": {"image": []}}}],
            lambda path, _most: b"",
            {},
            project_dir="/srv",
        )


def test_keys_of_inline_definitions_need_not_be_text() -> None:
    found = read_stack(
        "shop", [{"services": {7: {"image": "x", "labels": {1: 2}}}}], lambda path, _most: b"", {}
    )
    assert found.services[0]["name"] == "shop_7"
    with pytest.raises(Refused, match="the inline definition: 1 is not a key of Compose"):
        read_stack("shop", [{1: 2}], lambda path, _most: b"", {})


def test_a_wrong_top_of_a_file() -> None:
    assert refusal("servces: {}") == "web.yml: servces is not a key of Compose; did you mean services?"
    for text, problem in (("web: x", "a text"), ("web: ", "empty")):
        sentence = f"web.yml: services.web is {problem}, not a mapping of keys to values."
        assert refusal(f"services: {{{text}}}") == sentence
    with pytest.raises(Refused, match="No Compose file was given"):
        read_stack("shop", [], lambda path, _most: b"", {})
