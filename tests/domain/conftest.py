"""Hypothesis without a deadline for each example: a slow machine must not fail a test."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("songgang", deadline=None)
settings.load_profile("songgang")
