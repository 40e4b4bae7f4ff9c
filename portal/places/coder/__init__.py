"""Occupation coder: from the words of a job title to a minor class of 职业分类大典 2022.

Pure Python; the synonym table is data (``data/synonyms.csv``). What staff corrected is kept in the
database: ``portal.places.title_coding`` gives a coder that knows it.
"""

from portal.places.coder.coding import Coded, Coder, code_title, default_coder
from portal.places.coder.fine import fine_occupation, occupation_code

__all__ = ["Coded", "Coder", "code_title", "default_coder", "fine_occupation", "occupation_code"]
