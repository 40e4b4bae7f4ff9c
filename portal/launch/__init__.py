"""Starts the portal on a machine with nothing on it, and stops what it started.

``bootstrap.py`` makes the virtual environment with the standard library alone; everything else
runs inside it as ``python -m portal.launch``. Nothing here imports Django: the product is driven
through ``manage.py``, gunicorn and Celery as child processes.
"""
