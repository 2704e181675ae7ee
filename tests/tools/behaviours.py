# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Check docs/behaviours.md and docs/reliability.md: each row names tests that exist, or says "not yet"."""

from __future__ import annotations

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = [ROOT / "docs" / "behaviours.md", ROOT / "docs" / "reliability.md"]
# The first column is the row's name, the last one its proof.
ROW = re.compile(r"^\| ([A-Z]\d+) ★? ?\|(.*)\|(.*)\|$")
# `tests/integration/test_join.py::test_worker` or a molecule scenario, `extensions/molecule/site`
PROOF = re.compile(r"`((?:tests|extensions)/[^`:]+)(?:::(\w+))?`")


def missing(path: str, test: str | None) -> bool:
    """Whether what a row points at is not there."""
    file = ROOT / path
    if test is None:
        return not file.exists()
    return not (file.is_file() and re.search(rf"^ *def {test}\(", file.read_text(encoding="utf-8"), re.M))


def check(document: Path) -> bool:
    """Print what is wrong with a document's table, and how many rows are proven; whether all is right."""
    wrong, open_rows, rows = [], [], []
    for number, line in enumerate(document.read_text(encoding="utf-8").splitlines(), 1):
        row = ROW.match(line)
        if not row:
            continue
        where, name = f"{document.relative_to(ROOT)}:{number}", row[1]
        proofs = PROOF.findall(row[3])
        wrong += [
            f"{where}: {name}: there is no {path}{'::' + test if test else ''}"
            for path, test in proofs
            if missing(path, test or None)
        ]
        if name in rows:
            wrong.append(f"{where}: a second row is named {name}")
        if "not yet" in row[3]:
            open_rows.append(name)
        elif not proofs:
            wrong.append(f"{where}: {name} names no test and does not say not yet")
        rows.append(name)
    print("\n".join(wrong), end="\n" if wrong else "")
    print(
        f"{document.stem}: {len(rows)} rows"
        + (f", not yet proven: {' '.join(open_rows)}" if open_rows else "")
    )
    return not wrong and bool(rows)


def main() -> int:
    """Check every document; the exit code is 1 where one is wrong."""
    wrong = [document for document in DOCUMENTS if not check(document)]
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main())
