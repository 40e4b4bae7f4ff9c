"""Computing every refund a second time, in SQL, and comparing before anything is written.

The evaluator of subsidies/policy reads the conditions from the policy's file; the twins in
subsidies/crosscheck were written by hand from the documents. What the two share are the figures a
policy states and a bureau chose, and the facts. docs/decisions/second-evaluator.md says why.
"""

import json
from datetime import date

from django.db import connection, transaction

from enterprises.models import Enterprise
from portal.refused import Refused
from portal.ui.formatting import yuan
from subsidies.crosscheck.twins import NoTwin, dated_figures, find_twin, groups_of, step
from subsidies.enums import Outcome
from subsidies.models import PolicyVersion

from .bundles import screened_keys
from .parameters import ParameterBook
from .publishing import compiled

TWIN_ENGINE = "sql-1"
SHOWN = 10


class CrossCheckMismatch(Refused):
    """The two evaluators disagree, or the second does not know a provision; nothing is written."""


def compare(
    versions: list[PolicyVersion], book: ParameterBook, base_year: int, legal_date: date
) -> dict:
    """Decide every case of the temp table screening_facts again; compare with screening_results.

    Call it inside the transaction that made the two tables, on the default connection. Returns
    {"engine", "enterprises", "decisions", "sha256" (of the sorted results)}. Raises
    CrossCheckMismatch with the first ten differences in words; and when a provision has no twin, or
    has another logic than its twin.
    """
    policies = [(compiled(version), screened_keys(compiled(version))) for version in versions]
    try:
        compute(policies, book.as_json(), base_year, legal_date)
    except NoTwin as missing:
        raise CrossCheckMismatch(str(missing)) from None
    with connection.cursor() as cursor:
        cursor.execute(step("differences"), {"shown": SHOWN})
        differences = cursor.fetchall()
        if differences:
            cursor.execute(step("count"))
            raise CrossCheckMismatch(_in_words(differences, *cursor.fetchone()))
        cursor.execute(step("digest"))
        enterprises, decisions, sha256 = cursor.fetchone()
    return {
        "engine": TWIN_ENGINE,
        "enterprises": enterprises,
        "decisions": decisions,
        "sha256": sha256,
    }


def compute(policies: list[tuple], chosen: dict, base_year: int, legal_date: date) -> None:
    """Fill the temp table crosscheck_results (one row per enterprise and provision).

    policies: (LoadedPolicy, keys of the provisions to decide). chosen: {region: {name: {"value"}}}
    as ParameterBook.as_json gives it. Raises NoTwin before anything is computed.
    """
    found = [(policy, key, *find_twin(policy, key)) for policy, keys in policies for key in keys]
    groups = [row for policy, keys in policies for row in groups_of(policy, keys)]
    figures = [
        {"region": region, "name": name, "value": entry["value"]}
        for region, rows in chosen.items()
        for name, entry in rows.items()
    ]
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(step("setup"))
        for policy, keys in policies:
            if not keys:
                continue
            cursor.execute(step("cases"), _case_values(policy, figures, base_year, legal_date))
            for of_policy, key, twin, of_tables in found:
                if of_policy is policy:
                    values = _common_values(policy, key, legal_date) | of_tables
                    cursor.execute(twin.sql, values)
        cursor.execute(step("outcomes"), {"groups": json.dumps(groups)})


def _case_values(policy, figures, base_year, legal_date):
    jurisdiction = policy.file.jurisdiction
    parameters = [
        {"name": name, "by": parameter.by, "is_local": parameter.local is not None}
        for name, parameter in policy.file.parameters.items()
    ]
    return {
        "codes": [c for c in (jurisdiction.code, *jurisdiction.former_codes) if c is not None],
        "below": jurisdiction.includes_below,
        "parameters": json.dumps(parameters),
        "dated": json.dumps(dated_figures(policy)),
        "chosen": json.dumps(figures),
        "base_year": base_year,
        "legal_date": legal_date,
    }


def _common_values(policy, key, legal_date):
    period = policy.file.provisions[key].effective or policy.file.effective
    return {
        "provision_id": f"{policy.file.id}/{key}",
        "in_force": (period.start or date.min) <= legal_date <= (period.to or date.max),
    }


def _in_words(differences, count, enterprises):
    names = Enterprise.objects.in_bulk({row[0] for row in differences})
    said = [
        f"双重计算结果不一致：{enterprises} 户企业 {count} 处。"
        f"没有写入任何数据。{'前 10 处' if count > SHOWN else '不一致之处'}："
    ]
    for number, (enterprise_id, provision_id, *sides) in enumerate(differences, 1):
        name = names[enterprise_id].name if enterprise_id in names else f"编号 {enterprise_id}"
        first, second = _side(*sides[:2]), _side(*sides[2:])
        said.append(f"\n{number}. {name}，{provision_id}：第一套{first}，第二套{second}。")
    return said


def _side(outcome, fen):
    if outcome is None:
        return "没有结果"
    return f"“{Outcome(outcome).label}” {yuan(fen)} 元"
