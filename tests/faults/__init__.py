"""Fault runs: each breaks something for a while under load, and shows that nothing is lost.

``python -m tests.faults.<name>`` runs one of them at full length, ``make soak`` all of them. Short
forms run in ``make test``.
"""
