"""What a log line may say: no identity number, no phone, no row of the database."""

import logging
import re

from .masking import mask_within

# PostgreSQL adds the offending row to its errors, names and all.
_ROW = re.compile(r"(?:\b|(?<=\\n))(DETAIL|CONTEXT):.*$", re.MULTILINE)


class MaskingFormatter(logging.Formatter):
    """Formats as usual, tracebacks included, and masks the result."""

    def format(self, record):
        """The masked line."""
        return mask_within(_ROW.sub(r"\1: left out", super().format(record)))
