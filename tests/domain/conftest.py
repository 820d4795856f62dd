"""Hypothesis without a deadline an example: a busy machine is no broken rule."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("songgang", deadline=None)
settings.load_profile("songgang")
