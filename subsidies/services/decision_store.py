"""Writing decisions: by COPY, as they are made, inside the caller's transaction.

Facts and decisions are not held in memory: they come page by page, with what stands about the same
enterprises. What the caller's observer keeps of each (messages, grants of who had a claim) does
grow with them, and so do the shared parts of decisions, of which there are few. A page is decided
in a thread of its own while the server stores the one before and checks its foreign keys, so that a
run takes the longer of the two and not their sum. The thread computes only; the connection is this
one's alone.
"""

import gc
import io
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from django.db import connection

from subsidies.models import Decision

from .bundles import Bench
from .facts import COLUMNS as FACT_COLUMNS
from .facts import PAGE, TABLE, FactTable
from .written import COLUMNS, Line, Writer, public_ids

RESULTS = "screening_results"
_BEFORE = "screening_standing"

_STANDING = f"""
CREATE TEMP TABLE {_BEFORE} AS
SELECT d.enterprise_id,
       array_agg(d.provision_id ORDER BY d.provision_id) AS provisions,
       array_agg(d.content_sha256 ORDER BY d.provision_id) AS hashes,
       array_agg(d.id ORDER BY d.provision_id) AS ids
  FROM subsidies_decision d
  JOIN {TABLE} f ON f.enterprise_id = d.enterprise_id
 WHERE d.base_year = %s AND d.screening_id IS NOT NULL
   AND NOT EXISTS (SELECT FROM subsidies_decision later
                    WHERE later.enterprise_id = d.enterprise_id AND later.base_year = d.base_year
                      AND later.screening_id > d.screening_id AND later.leads)
 GROUP BY d.enterprise_id
"""  # noqa: S608 - tables and columns of our own, as below
_PAGE = f"""
SELECT {", ".join(f"f.{name}" for name in FACT_COLUMNS)}, s.provisions, s.hashes, s.ids
  FROM (SELECT * FROM {TABLE} WHERE enterprise_id > %s ORDER BY enterprise_id LIMIT %s) f
  LEFT JOIN {_BEFORE} s ON s.enterprise_id = f.enterprise_id
 ORDER BY f.enterprise_id
"""  # noqa: S608
_WIDTH = len(FACT_COLUMNS)


def store_decisions(screening, sheet: FactTable, bench: Bench, observe, stored) -> None:
    """Decide for every enterprise and append what changed; all results go to screening_results.

    An enterprise's decisions are renewed together, each superseding the one of its provision; what
    stood of a provision that is no longer decided ends with them (DecisionQuerySet.standing).
    observe(bundle, lines, before) is called for each enterprise; before: None when nothing stood,
    False when what stood still stands, True when it was replaced. stored(after, last) is called when
    the decisions of the enterprises with keys above `after` up to `last` are in the table: what
    hangs on them is written while the next ones are being decided.
    """
    writer = Writer(screening, bench.memory)

    def decided(page):
        return _decided(bench, writer, sheet.base_year, page, observe)

    with connection.cursor() as cursor, _without_collecting(), ThreadPoolExecutor(1) as pool:
        _make_tables(cursor, screening.base_year)
        last, page = 0, _next_page(cursor, 0)
        deciding = pool.submit(decided, page)
        while page:
            after, last = last, page[-1][0]
            page = _next_page(cursor, last)
            lines, results = deciding.result()
            deciding = pool.submit(decided, page)
            copy_lines(cursor, Decision._meta.db_table, COLUMNS, lines)
            copy_lines(cursor, RESULTS, _RESULT_COLUMNS, results)
            stored(after, last)
            connection.check_constraints()
        _store_parts(cursor, writer.pieces.parts.new)


def _next_page(cursor, after):
    cursor.execute(_PAGE, [after, PAGE])
    return cursor.fetchall()


@contextmanager
def _without_collecting():
    """No search for cycles of garbage meanwhile: deciding makes none, and each search would go
    through everything that the evaluators remember."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


_RESULT_COLUMNS = ("enterprise_id", "provision_id", "outcome", "amount_fen")


def _make_tables(cursor, base_year):
    cursor.execute(f"DROP TABLE IF EXISTS {_BEFORE}, {RESULTS}")
    cursor.execute(_STANDING, [base_year])
    cursor.execute(f"ALTER TABLE {_BEFORE} ADD PRIMARY KEY (enterprise_id)")
    cursor.execute(f"ANALYZE {_BEFORE}")
    cursor.execute(
        f"CREATE TEMP TABLE {RESULTS} (enterprise_id bigint NOT NULL, provision_id text NOT NULL,"
        " outcome text NOT NULL, amount_fen bigint NOT NULL)"
    )


def _decided(bench, writer, base_year, page, observe):
    """(the lines of the decisions of a page that are new, the results of all), bytes for COPY."""
    copied: list[bytes] = []
    results: list[str] = []
    ids: list[bytes] = []
    for row in page:
        bundle = bench.decide(row[:_WIDTH], base_year)
        lines = writer.lines(bundle)
        for verdict in bundle.verdicts:
            decided = verdict.decided
            results.append(
                f"{bundle.enterprise_id}\t{decided.provision}\t{decided.outcome}"
                f"\t{decided.amount_fen}\n"
            )
        before = _before(row, lines)
        observe(bundle, lines, before)
        if before is False:
            continue
        if len(ids) < len(lines):
            ids = public_ids(max(3 * len(page), len(lines)))
        superseded = dict(zip(row[_WIDTH], row[_WIDTH + 2], strict=True)) if before else {}
        for line in lines:
            old = superseded.get(line.verdict.provision_id)
            copied.append(
                writer.copied(
                    bundle.enterprise_id, line, ids.pop(), b"\\N" if old is None else b"%d" % old
                )
            )
    return b"".join(copied), "".join(results).encode()


def _before(row, lines: list[Line]):
    """None when nothing stood, False when nothing changes, True when what stood is replaced."""
    provisions, hashes = row[_WIDTH], row[_WIDTH + 1]
    if provisions is None:
        return None
    now = {line.verdict.provision_id: line.content_sha256.decode() for line in lines}
    return now != dict(zip(provisions, hashes, strict=True))


def copy_lines(cursor, table: str, columns: tuple[str, ...], lines: bytes) -> None:
    """COPY lines of the text format into a table. All go to the server at one go: another thread
    computes meanwhile, and would hand the interpreter over for each piece anew."""
    cursor.copy_expert(
        f"COPY {table} ({', '.join(columns)}) FROM STDIN", io.BytesIO(lines), size=len(lines) + 1
    )


def _store_parts(cursor, parts):
    """Add the shared parts that are not there yet; one that is there must be the same."""
    lines = "\n".join(
        f"{number}\t{sha256}\t" + body.decode().replace("\\", "\\\\")
        for number, sha256, body in parts
    )
    cursor.execute("DROP TABLE IF EXISTS screening_parts")
    cursor.execute("CREATE TEMP TABLE screening_parts (LIKE subsidies_decisionpart)")
    copy_lines(cursor, "screening_parts", ("id", "sha256", "body"), lines.encode())
    cursor.execute(
        "INSERT INTO subsidies_decisionpart SELECT * FROM screening_parts"
        " ON CONFLICT (id) DO NOTHING"
    )
    cursor.execute(
        "SELECT count(*) FROM screening_parts new JOIN subsidies_decisionpart held USING (id)"
        " WHERE new.sha256 <> held.sha256"
    )
    if cursor.fetchone()[0]:
        raise RuntimeError("two parts of decisions have one number")
