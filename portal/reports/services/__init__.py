"""Figures, lists and snapshots of the reports."""
