"""Handclasp: rate a handoff and say thank you right where the work is."""

__version__ = "0.1.0"
