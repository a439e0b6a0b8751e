"""`python -m aicfo_sdk.cli`: the same as `aicfo`."""

from __future__ import annotations

import sys

from . import main

sys.exit(main())
