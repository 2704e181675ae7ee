# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible_collections.flotilla.swarm.plugins.module_utils._options import kernel
from hypothesis import given
from hypothesis import strategies as st

identities = st.integers(0, 2**31 - 1).map(str) | st.from_regex(r"[a-z_][a-z0-9_.-]{0,30}", fullmatch=True)
no_identities = st.integers(max_value=-1).map(str) | st.integers(min_value=2**31).map(str)


@given(identities, identities)
def test_a_user_is_a_name_or_an_id_and_so_is_its_group(user: str, group: str) -> None:
    for text in ("", user, f"{user}:{group}", f"{user}:", f":{group}", "DOMAIN\\user"):
        kernel.user(text)
    kernel.group(group)


@given(identities, no_identities)
def test_an_id_that_no_kernel_has_is_refused(user: str, wrong: str) -> None:
    for text in (wrong, f"{wrong}:{user}", f"{user}:{wrong}"):
        with pytest.raises(ValueError, match="is no ID: IDs go from 0"):
            kernel.user(text)
    with pytest.raises(ValueError, match="is no ID: IDs go from 0"):
        kernel.group(wrong)


@given(st.lists(st.text("abc", max_size=3), min_size=3, max_size=6).map(":".join))
def test_more_than_a_user_and_a_group_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="has more than a user and a group"):
        kernel.user(text)


def test_two_groups_in_one_entry_are_refused() -> None:
    with pytest.raises(ValueError, match="is more than one group"):
        kernel.group("1:2")


capabilities = st.sets(st.sampled_from(["ALL", "CAP_NET_ADMIN", "CAP_SYS_TIME", "CAP_KILL"]))


@given(capabilities, capabilities)
def test_a_capability_goes_one_way(added: set[str], dropped: set[str]) -> None:
    """ALL on one side and some of them on the other is what most services want."""
    if added & dropped:
        with pytest.raises(ValueError, match="is added and dropped: keep one of them"):
            kernel.one_way(added, dropped)
    else:
        kernel.one_way(added, dropped)
