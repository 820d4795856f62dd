"""Makes ``python -m api`` run the ``songgang`` command line."""

from api.cli.main import main

main()
