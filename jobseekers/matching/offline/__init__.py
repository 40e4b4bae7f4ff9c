"""Matching of two CSV files into a third, without a database: ``manage.py match offline``."""
