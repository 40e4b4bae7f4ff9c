"""Both evaluators over the same rows: the temp tables of a screening, made by hand."""

from dataclasses import dataclass
from datetime import date

from django.db import connection
from psycopg2.extras import execute_values

from subsidies.policy import Evaluator, choose_winner
from subsidies.policy.parameters import check_local
from subsidies.services.cross_check import compute

COLUMNS = (
    "region", "size", "industry", "insured_start", "insured_end", "insured_average", "paid_months",
    "premium_enterprise_fen", "premium_employee_fen", "social_insurance_month_fen",
    "difficult_certified", "hit_by_epidemic", "dispatch_company", "dishonest", "entity_kind",
)  # fmt: skip
FACTS_TABLE = (
    "CREATE TEMP TABLE screening_facts (enterprise_id bigint, region text, size text,"
    " industry text, insured_start bigint, insured_end bigint, insured_average bigint,"
    " paid_months bigint, premium_enterprise_fen bigint, premium_employee_fen bigint,"
    " social_insurance_month_fen bigint, difficult_certified boolean, hit_by_epidemic boolean,"
    " dispatch_company boolean, dishonest boolean, entity_kind text)"
)
RESULTS_TABLE = (
    "CREATE TEMP TABLE screening_results"
    " (enterprise_id bigint, provision_id text, outcome text, amount_fen bigint)"
)


@dataclass(frozen=True)
class Setting:
    """What rows are decided under. chosen: {region prefix: {parameter: value as typed}}."""

    policies: list  # (LoadedPolicy, keys)
    chosen: dict
    base_year: int
    legal_date: date


def blank(**facts):
    """A row with every fact unknown but those given."""
    return dict.fromkeys(COLUMNS) | facts


def first_evaluator(setting, rows):
    """(row number, provision) → (outcome, fen) by subsidies.policy."""
    lines, results = {}, {}
    for number, row in enumerate(rows):
        region = row["region"] or ""
        for policy, keys in setting.policies:
            line = lines.get((policy.name, region))
            if line is None:
                local = check_local(policy.file, _local(setting.chosen, policy, region))
                line = [Evaluator(policy, key, local, setting.legal_date) for key in keys]
                lines[policy.name, region] = line
            facts = {k: v for k, v in row.items() if v is not None}
            facts["base_year"] = setting.base_year
            decisions = [evaluator(facts) for evaluator in line]
            for group in policy.groups.values():
                decisions = choose_winner(decisions, group)
            results |= {(number, d.provision): (d.outcome, d.amount_fen) for d in decisions}
    return results


def _local(chosen, policy, region):
    left_open = [name for name, p in policy.file.parameters.items() if p.local is not None]
    found = {}
    for code in sorted(chosen, key=len):
        if region.startswith(code):
            found |= {name: v for name, v in chosen[code].items() if name in left_open}
    return found


def fill(rows, results=(), ids=None):
    """The two temp tables as a screening makes them; without ids the rows are numbered."""
    ids = range(len(rows)) if ids is None else ids
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS screening_facts, screening_results")
        cursor.execute(FACTS_TABLE)
        cursor.execute(RESULTS_TABLE)
        values = [
            (n, *(row.get(name) for name in COLUMNS)) for n, row in zip(ids, rows, strict=True)
        ]
        execute_values(cursor, "INSERT INTO screening_facts VALUES %s", values, page_size=1000)
        values = [(*key, *value) for key, value in results]
        if values:
            execute_values(cursor, "INSERT INTO screening_results VALUES %s", values)


def second_evaluator(setting, rows):
    """(row number, provision) → (outcome, fen) by subsidies.crosscheck."""
    fill(rows)
    chosen = {
        region: {name: {"value": value} for name, value in figures.items()}
        for region, figures in setting.chosen.items()
    }
    compute(setting.policies, chosen, setting.base_year, setting.legal_date)
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM crosscheck_results")
        return {(n, provision): (outcome, fen) for n, provision, outcome, fen in cursor}


def disagreements(setting, rows):
    """The rows on which the two differ, with what each says; at most five."""
    first, second = first_evaluator(setting, rows), second_evaluator(setting, rows)
    assert len(first) == len(rows) * sum(len(keys) for _, keys in setting.policies)
    assert first.keys() == second.keys()
    differing = [key for key in first if first[key] != second[key]]
    return [(rows[key[0]], key[1], first[key], second[key]) for key in differing[:5]]
