"""Bring a generated city into the database."""

from .city import CityNotEmpty, load_city

__all__ = ["CityNotEmpty", "load_city"]
