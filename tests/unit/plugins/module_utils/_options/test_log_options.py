# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import re

import pytest
from ansible_collections.flotilla.swarm.plugins.module_utils._options.log_options import check_log_options
from hypothesis import given
from hypothesis import strategies as st

FILES = ("json-file", "local")
numbers = st.integers(1, 10**9).map(str) | st.tuples(st.integers(1, 99), st.integers(0, 99)).map(
    lambda pair: f"{pair[0]}.{pair[1]}"
)
units = st.sampled_from(["", "b", "k", "m", "g", "t", "p", "kb", "MB", "GiB", "TIB", "P"])
sizes = st.builds(
    lambda number, blank, unit: number + (blank if unit else "") + unit,
    numbers,
    st.sampled_from(["", " "]),
    units,
)
# Letters of which no unit is made.
nonsense = st.builds(
    lambda number, unit: f"{number}{unit}", numbers, st.text("acdfhjlnoqrsuvwxyz", min_size=1, max_size=8)
)


@pytest.mark.parametrize("driver", FILES)
@given(sizes, st.integers(2, 1000), st.sampled_from(["true", "false", "1", "F"]))
def test_what_an_engine_reads_is_taken(driver: str, size: str, count: int, compress: str) -> None:
    check_log_options(
        driver, {"max-size": size, "max-file": str(count), "compress": compress, "tag": "{{.Name}}"}
    )
    check_log_options(driver, {"mode": "non-blocking", "max-buffer-size": size})


@pytest.mark.parametrize("driver", FILES)
@given(
    nonsense
    | st.sampled_from(["", "m", "-1", "-3m", "10 parsecs", "10  m", "10m ", "1,5m", "10mbit", "10kk"])
)
def test_a_size_that_is_none_is_refused_without_it(driver: str, size: str) -> None:
    for options in ({"max-size": size}, {"mode": "non-blocking", "max-buffer-size": size}):
        name = list(options)[-1]
        with pytest.raises(ValueError, match=f"^{name} is not a size such as 10m$"):
            check_log_options(driver, options)


@pytest.mark.parametrize(
    ("driver", "options", "words"),
    [
        ("json-file", {"max-size": "0"}, "max-size is zero"),
        ("json-file", {"max-file": "0"}, "max-file is not a number of files, from 1"),
        ("local", {"max-file": "-1"}, "max-file is not a number of files, from 0"),
        ("json-file", {"max-file": "two"}, "max-file is not a number of files, from 1"),
        ("json-file", {"compress": "yes"}, "compress is neither true nor false"),
        ("json-file", {"compress": "true"}, "compress needs max-size"),
        ("json-file", {"compress": "true", "max-size": "1m", "max-file": "1"}, "compress needs max-size"),
        ("json-file", {"mode": "nonblocking"}, "mode is neither blocking nor non-blocking"),
        ("fluentd", {"mode": "nonblocking"}, "mode is neither blocking nor non-blocking"),
        ("", {"max-buffer-size": "1m"}, "max-buffer-size is for mode non-blocking"),
    ],
)
def test_options_with_which_no_container_starts_are_refused(
    driver: str, options: dict[str, str], words: str
) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(words)}"):
        check_log_options(driver, options)


@pytest.mark.parametrize(
    ("driver", "options"),
    [
        ("none", {"mode": "nonsense", "max-size": "10 parsecs"}),
        ("vendor/driver:1", {"max-size": "10 parsecs", "max-file": "all"}),
        # Each Engine's own driver is known on the node only.
        ("", {"max-size": "10 parsecs"}),
        (None, {}),
        ("local", {"max-size": "0", "max-file": "1"}),
        ("json-file", {"max-size": "0.5m", "max-file": "1", "labels": "a,b", "compress": "False"}),
    ],
)
def test_what_others_read_is_left_to_them(driver: str | None, options: dict[str, str]) -> None:
    check_log_options(driver, options)
