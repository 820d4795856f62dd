"""``python -m api`` is ``songgang``."""

from api.command import main

main()
