# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import base64
import typing as t

import pytest
from ansible_collections.flotilla.swarm.plugins.plugin_utils._compose.stack import read_stack
from ansible_collections.flotilla.swarm.tests.unit.support.compose import refusal, service, stack

STACK = {"com.docker.stack.namespace": "shop"}


def defined(kind: str, definition: str, **how: t.Any) -> list[dict[str, t.Any]]:
    files = {
        "conf/web.yml": f"services: {{web: {{image: x}}}}\n{kind}: {{key: {definition}}}",
        "conf/data.txt": "geheim\n",
        "other.txt": "other",
    }
    found: list[dict[str, t.Any]] = getattr(stack(files, **how), kind)
    return found


def data(text: str) -> dict[str, t.Any]:
    return {"data": base64.b64encode(text.encode()).decode(), "data_is_b64": True, "labels": STACK}


@pytest.mark.parametrize("kind", ["secrets", "configs"])
@pytest.mark.parametrize(
    ("definition", "made"),
    [
        ("{file: data.txt}", {"name": "shop_key", **data("geheim\n")}),
        ("{file: ./../other.txt}", {"name": "shop_key", **data("other")}),
        ("{environment: V}", {"name": "shop_key", **data("given")}),
        ("{content: 'a=${V}'}", {"name": "shop_key", **data("a=given")}),
        ("{name: its.name, file: data.txt}", {"name": "its.name", **data("geheim\n")}),
        (
            "{file: data.txt, template_driver: golang, labels: [a=b]}",
            {
                "name": "shop_key",
                **data("geheim\n"),
                "template_driver": "golang",
                "labels": {"a": "b", **STACK},
            },
        ),
    ],
)
def test_a_definition(kind: str, definition: str, made: dict[str, t.Any]) -> None:
    assert defined(kind, definition, variables={"V": "given"}) == [made]


def test_what_only_one_of_them_has() -> None:
    assert defined("secrets", "{driver: vault, driver_opts: {a: 1}}") == [
        {"name": "shop_key", "driver": {"name": "vault", "options": {"a": "1"}}, "labels": STACK}
    ]


def test_the_content_of_a_secret_goes_to_the_module_as_data_that_is_never_shown() -> None:
    text = "services: {web: {image: x, secrets: [key]}}\nsecrets: {key: {content: geheim}}"
    options = stack(text).options()
    kept = options.pop("_declared_data")
    assert kept == {"secrets/shop_key": base64.b64encode(b"geheim").decode()}
    assert not any(word in str(options) for word in ("geheim", kept["secrets/shop_key"]))


def test_bytes_stay_what_they_are() -> None:
    def read(path: str, _most: int) -> bytes:
        return (
            b"services: {web: {image: x}}\nsecrets: {s: {file: s}}" if path == "web.yml" else b"\xff\r\n\x00"
        )

    found = read_stack("shop", ["web.yml"], read, {}).secrets[0]
    assert base64.b64decode(found["data"]) == b"\xff\r\n\x00"


@pytest.mark.parametrize(
    ("reference", "option"),
    [
        ("own", {"secret_name": "shop_own", "filename": "own"}),
        ("{source: own}", {"secret_name": "shop_own", "filename": "own"}),
        ("named", {"secret_name": "its.name", "filename": "named"}),
        ("there", {"secret_name": "there", "filename": "there"}),
        ("other", {"secret_name": "elsewhere", "filename": "other"}),
        (
            "{source: own, target: /etc/x, uid: 1000, gid: '1001', mode: 0400}",
            {"secret_name": "shop_own", "filename": "/etc/x", "uid": "1000", "gid": "1001", "mode": 0o400},
        ),
        ("{source: own, mode: '0440'}", {"secret_name": "shop_own", "filename": "own", "mode": "0440"}),
    ],
)
def test_a_reference(reference: str, option: dict[str, t.Any]) -> None:
    top = "own: {environment: V}, named: {environment: V, name: its.name}, there: {external: true}, "
    top += "other: {external: true, name: elsewhere}"
    usual = {"uid": "0", "gid": "0", "mode": "0444"}
    for kind in ("secret", "config"):
        found = service(f"{kind}s: [{reference}]", f"{kind}s: {{{top}}}", variables={"V": "x"})[f"{kind}s"]
        assert found == [{**usual, **{name.replace("secret", kind): value for name, value in option.items()}}]


def test_external_ones_are_listed_only_where_a_service_uses_them() -> None:
    text = "services: {web: {image: x, secrets: [a]}}\nsecrets: {a: {external: true}, b: {external: true}}"
    assert stack(text).external["secrets"] == ["a"]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            "secrets: {a: {}}",
            "secrets.a has no data; set one of file, environment, content, driver, or external: true.",
        ),
        ("secrets: {a:}", "secrets.a has no data;"),
        (
            "configs: {a: {file: x, content: y}}",
            "configs.a has both file and content for its data; set one of file, environment, content, or",
        ),
        ("configs: {a: {driver: x}}", "configs.a.driver is not a key of Compose"),
        (
            "secrets: {a: {content: x, driver: y}}",
            "secrets.a has both content and driver for its data; set one of file, environment, content, driver, or",
        ),
        ("secrets: {a: {content: [geheim]}}", "secrets.a.content is a list, not a text."),
        ("secrets: {a: {file: none}}", "secrets.a.file: none could not be read: there is no such file."),
        ("secrets: {a: {environment: V}}", "secrets.a.environment names the variable V, which is not set;"),
        (
            "secrets: {a: {file: web.yml, labels: {flotilla.name: b}}}",
            "secrets.a.labels: label 'flotilla.name' is reserved for the collection itself: leave it out.",
        ),
        (
            "secrets: {a: {file: web.yml, template_driver: x}}",
            "secrets.a.template_driver is 'x', none of golang.",
        ),
        (
            f"secrets: {{{60 * 'a'}: {{file: web.yml}}}}",
            f"secrets.{60 * 'a'} has the name 'shop_{60 * 'a'}' on the swarm, which has 65 characters, and",
        ),
        (
            "secrets: {a b: {file: web.yml}}",
            "secrets.a b has the name 'shop_a b' on the swarm, which cannot be the name of a secret;",
        ),
    ],
)
def test_a_wrong_definition(text: str, told: str) -> None:
    assert refusal(f"services: {{web: {{image: x}}}}\n{text}").startswith(f"web.yml: {told}")


def test_two_of_one_name() -> None:
    text = "services: {web: {image: x, secrets: [a, {source: b, target: a}]}}\n"
    text += "secrets: {a: {external: true}, b: {external: true}}"
    assert refusal(text).startswith("web.yml: services.web.secrets[1] has the file name a, as another")
    text = "services: {web: {image: x}}\nconfigs: {a: {content: x, name: n}, b: {content: x, name: n}}"
    assert refusal(text) == "web.yml: configs.b has the name n, as another config has."


def test_a_wrong_reference() -> None:
    found = refusal("services: {web: {image: x, configs: [a]}}")
    told = "web.yml: services.web.configs[0].source names the config a, which the top-level configs do not define."
    assert found == told
    text = "services: {web: {image: x, secrets: [{source: a, mode: '0999'}]}}\nsecrets: {a: {external: true}}"
    assert refusal(text).startswith("web.yml: services.web.secrets[0]: '0999' is not a file mode")
