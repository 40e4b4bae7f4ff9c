"""Advertisement lint: unlawful or misleading words in a vacancy, found and explained.

Pure Python. The rules are data (``rules.yaml``); this package only reads text and reports.
"""

from enterprises.lint.check import apply_fix, innocents, lint
from enterprises.lint.findings import Finding, Innocent, Severity

__all__ = ["Finding", "Innocent", "Severity", "apply_fix", "innocents", "lint"]
