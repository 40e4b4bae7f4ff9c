"""The matching kernel: plain arrays in, edges out. Nothing here knows about Django.

``match`` and the column classes are loaded on first use, because loading numba costs half a
second that a web process which only shows results should not pay.
"""

from importlib import import_module

_HOMES = {
    "Lists": "columns",
    "MatchResult": "engine",
    "MatchSettings": "settings",
    "SeekerColumns": "columns",
    "VacancyColumns": "columns",
    "match": "engine",
}

__all__ = list(_HOMES)


def __getattr__(name: str):
    """Return the public name from its module, importing that module now."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
