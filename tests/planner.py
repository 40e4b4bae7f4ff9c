"""What the planner believes of a table."""

from django.db import connection


def pages_without_rows(*models):
    """As it believes after a large load that was rolled back and vacuumed; undone by ROLLBACK."""
    with connection.cursor() as cursor:
        for model in models:
            cursor.execute(
                "SELECT pg_restore_relation_stats('schemaname', 'public', 'relname', %s,"
                " 'relpages', 500::integer, 'reltuples', 0::real)",
                [model._meta.db_table],
            )


def known_rows(model):
    """How many rows it believes a table to have."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT reltuples::bigint FROM pg_class WHERE oid = %s::regclass",
            [model._meta.db_table],
        )
        return cursor.fetchone()[0]
