"""`python -m core`: Tabletalk's command line."""

import sys

from core.cli import main

sys.exit(main(sys.argv[1:]))
