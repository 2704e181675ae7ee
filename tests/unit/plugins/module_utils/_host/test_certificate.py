# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import base64
import datetime
import json
from pathlib import Path

import pytest
from ansible_collections.flotilla.swarm.plugins.module_utils._host.certificate import (
    read_certificate,
    validity,
)
from ansible_collections.flotilla.swarm.tests.unit.support.engine import FakeEngine
from hypothesis import given
from hypothesis import strategies as st

ROOT = json.loads((Path(__file__).parents[3] / "fixtures" / "root_certificate.json").read_text())["TrustRoot"]
BEGINS, ENDS = datetime.datetime(2026, 11, 20, 21, 11), datetime.datetime(2046, 11, 15, 21, 11)


def engine(folder: Path, pem: str | None = ROOT) -> FakeEngine:
    """An Engine whose folder has a certificate."""
    if pem is not None:
        path = folder / "swarm" / "certificates" / "swarm-node.crt"
        path.parent.mkdir(parents=True)
        path.write_text(pem)
    return FakeEngine({"GET /info": {"DockerRootDir": str(folder)}})


def test_the_validity_of_a_certificate_that_an_engine_made() -> None:
    assert validity(ROOT.encode()) == (BEGINS, ENDS)
    # A node's file has its own certificate first, and that of the root behind it.
    assert validity(f"{ROOT}-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n".encode()) == (
        BEGINS,
        ENDS,
    )


@pytest.mark.parametrize(
    ("now", "left", "overdue"),
    [
        (BEGINS, (ENDS - BEGINS).days, False),
        (BEGINS + (ENDS - BEGINS) * 0.84, 1168, False),
        (BEGINS + (ENDS - BEGINS) * 0.86, 1022, True),
        (ENDS - datetime.timedelta(hours=1), 0, True),
        (ENDS + datetime.timedelta(days=2, hours=1), -3, True),
    ],
)
def test_one_that_a_node_was_to_renew_is_overdue(
    tmp_path: Path, now: datetime.datetime, left: int, overdue: bool
) -> None:
    found = read_certificate(engine(tmp_path), now)
    assert found == {"expires": "2046-11-15T21:11:00Z", "days_left": left, "overdue": overdue}


def test_what_cannot_be_read_is_not_known(tmp_path: Path) -> None:
    assert read_certificate(engine(tmp_path / "empty", None)) is None
    assert read_certificate(engine(tmp_path / "other", "words")) is None

    class Remote(FakeEngine):
        where = "tcp://m1:2376"

    assert read_certificate(Remote()) is None


@given(st.binary(max_size=60))
def test_whatever_is_no_certificate_is_refused(data: bytes) -> None:
    pem = b"-----BEGIN CERTIFICATE-----\n" + base64.b64encode(data) + b"\n-----END CERTIFICATE-----\n"
    with pytest.raises(ValueError, match=r"a certificate|an element|no certificate|Incorrect padding"):
        validity(pem)


@given(st.integers(0, 300))
def test_a_certificate_that_is_cut_is_refused_or_read_as_it_is(at: int) -> None:
    data = base64.b64decode("".join(ROOT.splitlines()[1:-1]))[:at]
    pem = b"-----BEGIN CERTIFICATE-----\n" + base64.b64encode(data) + b"\n-----END CERTIFICATE-----\n"
    with pytest.raises(ValueError, match=r"a certificate|an element|no certificate"):
        validity(pem)
