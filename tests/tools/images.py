# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Build the images of the test hosts, where they are not there: minutes on a new machine, an instant later."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from lab import LabError, hosts, outer, registry  # found by the path above
from lab.spec import make_spec


def main() -> int:
    """Build for both Engines; the layers for firewalls are small and left to the lab that wants them."""
    try:
        daemon = outer.ensure()
        spec = make_spec("images", 2, 0, None, "mixed", None, "none")
        hosts.build_images(daemon, spec)
        registry.build_image(daemon, spec)
    except LabError as error:
        print(f"images: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
