"""Tests. The environment is set here, before any test module is imported."""

from tests import environment

__all__ = ["environment"]
