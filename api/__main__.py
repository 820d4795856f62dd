"""``python -m api`` is ``songgang``."""

from api.cli.main import main

main()
