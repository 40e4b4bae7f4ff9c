"""Computing stored decisions again from what is stored with them, and comparing byte for byte.

Nothing of today is looked at: the facts are the decision's own, the policy is the published text of
its version, local parameters and the legal day are those kept with its run. So a replay must come
out the same after records, parameters and policies have moved on; where it does not, a row was
changed, or the program computes otherwise than it did. docs/decisions/second-evaluator.md.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import groupby

from django.db.models import Q, QuerySet

from subsidies.models import Decision, PolicyVersion
from subsidies.policy import ENGINE_VERSION, Evaluator, PolicyError, choose_winner
from subsidies.policy import facts as catalogue
from subsidies.policy.parameters import check_local

from . import application_cases
from .bundles import (
    JSON_COLUMNS,
    LEADING_ORDER,
    canonical,
    content_sha256,
    near_miss_of,
    screened_keys,
)
from .parameters import figures_for
from .publishing import compiled

CHUNK = 500  # decisions read at once
REPORT_EVERY = 5000
KEPT = 200  # differences kept in words; all are counted
COLUMN_WORDS = {
    "outcome": "结论",
    "amount_fen": "金额",
    "trace": "逐条依据",
    "amount_steps": "金额算法",
    "near_miss": "只差一个条件",
    "manual_checks": "审核人要看的",
    "leads": "本户结论",
    "content_sha256": "决定校验值",
    "facts": "数据",
}


@dataclass(frozen=True)
class Difference:
    """A decision that does not come out as it is stored. what: in Chinese, for staff."""

    public_id: str
    provision_id: str
    what: str


@dataclass
class ReplayReport:
    """What a replay found. engines: engine version → decisions the same, decisions different."""

    checked: int = 0
    different: int = 0
    differences: list[Difference] = field(default_factory=list)
    engines: dict[str, Counter] = field(default_factory=dict)

    def add(self, decision: Decision, faults: list[str]) -> None:
        """Count one decision; faults: what differs, none if nothing does."""
        self.checked += 1
        counts = self.engines.setdefault(decision.engine_version, Counter())
        counts["different" if faults else "same"] += 1
        if faults:
            self.different += 1
            if len(self.differences) < KEPT:
                self.differences.append(
                    Difference(decision.public_id, decision.provision_id, "；".join(faults))
                )


def replay_all(report: Callable[[str], None] | None = None) -> ReplayReport:
    """Replay every stored decision, superseded ones too, in constant memory.

    report: called with a Chinese line every few thousand decisions.
    """
    return _replay(Decision.objects.all(), report or (lambda line: None))


def replay(public_ids: list[str]) -> ReplayReport:
    """Replay some decisions, with the enterprise's others of the same run (one may exclude another).

    Raises Decision.DoesNotExist naming the first id that there is no decision of.
    """
    wanted = Q(pk__in=[])
    for public_id in dict.fromkeys(public_ids):
        try:
            one = Decision.objects.only("screening", "enterprise").get(public_id=public_id)
        except Decision.DoesNotExist:
            raise Decision.DoesNotExist(public_id) from None
        if one.screening_id is None:
            wanted |= Q(pk=one.pk)
        else:
            wanted |= Q(screening=one.screening_id, enterprise=one.enterprise_id)
    return _replay(Decision.objects.filter(wanted), lambda line: None)


def _replay(decisions: QuerySet, report) -> ReplayReport:
    found = ReplayReport()
    rows = decisions.order_by("screening_id", "enterprise_id", "pk").iterator(chunk_size=CHUNK)
    # Joined, every row would bring a policy's whole text with it.
    policies: dict[int, PolicyVersion] = {}
    bench, told = None, 0
    for (screening_id, _), bundle in groupby(rows, lambda d: (d.screening_id, d.enterprise_id)):
        bundle = list(bundle)
        for decision in bundle:
            if decision.policy_id not in policies:
                policies[decision.policy_id] = decision.policy
            decision.policy = policies[decision.policy_id]
        if screening_id is None:
            results = ((decision, _application_faults(decision)) for decision in bundle)
        else:
            if bench is None or bench.screening.pk != screening_id:
                bench = _StoredBench(bundle[0].screening)
            results = bench.faults(bundle)
        for decision, faults in results:
            found.add(decision, faults)
        if found.checked - told >= REPORT_EVERY:
            told = found.checked
            report(f"已核对 {found.checked:,d} 条，不一致 {found.different:,d} 条")
    return found


def _application_faults(decision):
    try:
        return _words(application_cases.recompute(decision))
    except (PolicyError, KeyError, TypeError, ValueError) as error:
        return [_unreadable(error)]


def _unreadable(error):
    if isinstance(error, PolicyError):
        return f"算不出来：{error}"
    return f"算不出来：存下的数据缺了或改了格式（{error}）"


def _words(columns):
    return [f"{COLUMN_WORDS[name]}不一致" for name in columns]


class _StoredBench:
    """The evaluators of one run, made from what the run keeps."""

    def __init__(self, screening):
        self.screening = screening
        self._evaluators: dict[tuple, list[Evaluator]] = {}

    def faults(self, bundle: list[Decision]) -> Iterator[tuple[Decision, list[str]]]:
        """Each of an enterprise's decisions of the run, with what differs from its replay."""
        try:
            again = self._again(bundle)
        except (PolicyError, KeyError, TypeError, ValueError) as error:
            yield from ((decision, [_unreadable(error)]) for decision in bundle)
            return
        outcomes = [again[d.provision_id].outcome for d in bundle]
        lead = min(range(len(bundle)), key=lambda i: (LEADING_ORDER[outcomes[i]], i))
        missing = self._missing(bundle)
        for index, decision in enumerate(bundle):
            columns = _differing(decision, again[decision.provision_id])
            if decision.leads != (index == lead):
                columns.append("leads")
            if canonical(decision.facts) != canonical(bundle[0].facts):
                columns.append("facts")
            yield decision, _words(columns) + missing

    def _again(self, bundle):
        """provision id → the evaluator's decision, after one grant was chosen in each group."""
        again = {}
        for _, of_policy in groupby(bundle, lambda d: d.policy_id):
            stored = list(of_policy)
            values = stored[0].facts["values"]
            known = catalogue.normalise(values)
            policy = compiled(stored[0].policy)
            keys = tuple(d.provision_id.partition("/")[2] for d in stored)
            decisions = [e.decide(known) for e in self._line(stored[0], keys, values["region"])]
            for group in policy.groups.values():
                decisions = choose_winner(decisions, group)
            again |= {decision.provision: decision for decision in decisions}
        return again

    def _line(self, decision, keys, region):
        place = (decision.policy_id, keys, region)
        line = self._evaluators.get(place)
        if line is None:
            policy = compiled(decision.policy)
            local = figures_for(policy, region, self.screening.parameters)
            local = check_local(policy.file, local)
            line = [Evaluator(policy, key, local, self.screening.legal_date) for key in keys]
            self._evaluators[place] = line
        return line

    @staticmethod
    def _missing(bundle):
        stored = {d.provision_id for d in bundle}
        policies = {d.policy_id: compiled(d.policy) for d in bundle}.values()
        wanted = {f"{p.file.id}/{key}" for p in policies for key in screened_keys(p)}
        return [f"少了“{name}”的决定" for name in sorted(wanted - stored)]


def _differing(decision, again):
    """Columns of a stored decision that are not, byte for byte, what the replay gives."""
    columns = {
        "facts": decision.facts,
        "trace": again.trace,
        "amount_steps": again.amount_steps,
        "near_miss": near_miss_of(again),
        "manual_checks": again.manual_checks,
    }
    texts = {name: canonical(columns[name]).decode() for name in JSON_COLUMNS}
    differing = [
        name for name in JSON_COLUMNS if canonical(getattr(decision, name)).decode() != texts[name]
    ]
    differing += [n for n in ("outcome", "amount_fen") if getattr(decision, n) != getattr(again, n)]
    sha256 = content_sha256(again, decision.policy.sha256, texts, decision.engine_version)
    if decision.content_sha256 != sha256:
        differing.append("content_sha256")
    return differing


def other_engines(report: ReplayReport) -> dict[str, Counter]:
    """Of a report: the decisions made by another version of the program than today's."""
    return {name: c for name, c in report.engines.items() if name != ENGINE_VERSION}
