"""Occupation coder: from the words of a job title to a minor class of 职业分类大典 2022.

Pure Python; the synonym table is data (``data/synonyms.csv``).
"""

from portal.places.coder.coding import Coded, Coder, code_title, code_titles, default_coder
from portal.places.coder.fine import fine_occupation

__all__ = ["Coded", "Coder", "code_title", "code_titles", "default_coder", "fine_occupation"]
