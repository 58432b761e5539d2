"""``python -m jupyter_secrets.cli``."""

import sys

from jupyter_secrets.cli import main

sys.exit(main())
