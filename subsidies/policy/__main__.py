"""``python -m subsidies.policy``: the ``policy`` command without Django."""

import sys

from .cli import main

sys.exit(main())
