# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which image references the Engine can read; the examples are those of Docker's distribution/reference."""

from __future__ import annotations

import pytest
from ansible_collections.flotilla.swarm.plugins.module_utils._service.image import IMAGE

DIGEST = f"sha256:{'a' * 64}"


@pytest.mark.parametrize(
    "text",
    [
        *(
            "nginx",
            "nginx:1.27",
            "a",
            "lib/nginx",
            "docker.io/library/nginx:1",
            "localhost/a",
            "localhost:5000/a/b:c",
        ),
        *("10.0.0.1:5000/a", "[::1]:5000/a", "Registry/a", "xn--n3h.com/a", "a__b/c--d.e", f"nginx@{DIGEST}"),
        *(f"nginx:1@{DIGEST}", f"a:{'t' * 128}", "a" * 255, "a:_x", "a:Upper.Case-1"),
    ],
)
def test_what_is_an_image(text: str) -> None:
    assert IMAGE.to_api(text) == text


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "it has no name"),
        (":1", "it has no name"),
        ("tiny:", "the tag behind the colon is empty, mostly from a variable that is not set"),
        ("host:5000/tiny:", "the tag behind the colon is empty"),
        ("https://x/y", "leave the scheme out"),
        ("Nginx", "write its name in lower case"),
        ("a/Nginx", "write its name in lower case"),
        ("nginx latest", "its name has letters and digits"),
        ("a//b", "its name has letters and digits"),
        ("-a", "its name has letters and digits"),
        ("a/b/", "its name has letters and digits"),
        ("-bad-.com/a", "the part before the first / is no registry"),
        ("a" * 256, "its name has more than 255 characters"),
        ("a:b c", "the tag has letters, digits"),
        (f"a:{'t' * 129}", "the tag has letters, digits"),
        ("a@", "the digest behind the @"),
        ("a@sha256:abc", "the digest behind the @"),
        ("f" * 64, "64 hexadecimal digits are the ID of an image"),
    ],
)
def test_what_is_none(text: str, reason: str) -> None:
    with pytest.raises(ValueError) as refused:
        IMAGE.to_api(text)
    assert reason in str(refused.value)
    assert len(str(refused.value)) < 250
