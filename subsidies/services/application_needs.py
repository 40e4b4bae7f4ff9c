"""What a provision wants to know, and of whom: read off the compiled policy, no list kept by hand.

Pure: a policy in, names of facts out. `shared` facts are the applicant's, `each` are those of every
person the subsidy is for. A provision for a person has one person, or several when an enterprise
asks for its employees; one paid to an enterprise, agency or school has persons when it counts them
or looks at something of each.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from subsidies.policy import LoadedPolicy
from subsidies.policy.facts import CATALOGUE
from subsidies.policy.indicators import INDICATORS
from subsidies.policy.schema import AnyOf, Provision, expressions

# Written among a person's facts, but a property of whoever applies.
OF_APPLICANT = frozenset({"agency_kind"})
# Counted or looked up by the portal; nobody is ever asked for them.
NEVER_ASKED = frozenset(
    {
        "persons",
        "region",
        "base_year",
        "size",
        "industry",
        "dispatch_company",
        "dishonest",
        "age",
        "already_paid",
        "months_received",
        "years_received",
        "paid_this_year_fen",
        "persons_paid_agency_referral",
        "employer_dispatch_company",
    }
)
# Proven by the records of the agency, or by staff with a document; a statement alone leaves them
# unknown, so that such a case goes to review.
PROVEN_BY_RECORD = frozenset(
    {
        "insured_months",
        "back_paid_months",
        "first_insured_here",
        "insured_start_2020",
        "insured_end_2020",
        "benefit_exhausted",
        "entitled_to_benefit",
    }
)
# Staff may fill in whatever else is missing, with a document.
FIXED = frozenset({"region", "base_year", "already_paid", "persons", "age"})
_HOLDS_OF_ALL = frozenset({"region", "base_year"})


@dataclass(frozen=True)
class Needs:
    """Names of facts in the order the provision reads them; `amount`: those that make the sum."""

    shared: tuple[str, ...]
    each: tuple[str, ...]
    amount: frozenset[str]
    has_persons: bool

    @property
    def asked_shared(self) -> tuple[str, ...]:
        """What the form asks once."""
        return tuple(name for name in self.shared if name not in NEVER_ASKED)

    @property
    def asked_each(self) -> tuple[str, ...]:
        """What the form asks of every person."""
        return tuple(name for name in self.each if name not in NEVER_ASKED)

    @property
    def all(self) -> tuple[str, ...]:
        """Both."""
        return (*self.shared, *self.each)


def needs_of(policy: LoadedPolicy, key: str) -> Needs:
    """The needs of one provision, each fact once."""
    provision = policy.file.provisions[key]
    amount = frozenset(_of_amount(policy, provision))
    names = list(dict.fromkeys(["region", *_of_rules(policy, provision), *_ordered(amount)]))
    if provision.base_period is not None and "base_year" not in names:
        names.append("base_year")
    if provision.subject == "person":
        each = [name for name in names if name not in _HOLDS_OF_ALL]
        has_persons = True
    else:
        each = [name for name in names if _is_of_each(name)]
        has_persons = "persons" in names or any(name != "already_paid" for name in each)
        if not has_persons:
            each = []
    shared = tuple(name for name in names if name not in each and name != "persons")
    return Needs(shared, tuple(each), amount, has_persons)


def _is_of_each(name):
    return CATALOGUE[name].subject == "person" and name not in OF_APPLICANT


def _ordered(names):
    return [name for name in CATALOGUE if name in names]


def _of_rules(policy, provision: Provision) -> Iterator[str]:
    for rule in (*provision.conditions, *provision.exclusions):
        for condition in rule.any_of if isinstance(rule, AnyOf) else [rule]:
            yield from _of_quantity(policy, condition.fact)
            for name in (getattr(condition, "less", None), getattr(condition, "per", None)):
                if name is not None:
                    yield name
            yield from getattr(condition, "only_if", ())
            if condition.limit.table is not None:
                yield from _of_table(policy, condition.limit.table)


def _of_quantity(policy, name):
    use = policy.file.indicators.get(name)
    yield from INDICATORS[use.use].facts if use else (name,)


def _of_table(policy, name):
    for one in policy.file.tables[name].inputs:
        flag = policy.file.flags.get(one)
        yield flag.fact if flag else one


def _of_amount(policy, provision):
    for expr in expressions(provision):
        if expr.kind == "fact":
            yield expr.fact
        elif expr.kind == "table":
            yield from _of_table(policy, expr.table)
        if expr.otherwise_fact is not None:
            yield expr.otherwise_fact
    if provision.tranches is not None:
        yield provision.tranches.paid
        yield from (part.fact for part in provision.tranches.parts if part.fact is not None)


def may_be_applied_for(provision: Provision) -> bool:
    """On application, and for money: a mere confirmation (a loan's) is given by the office."""
    return provision.delivery.how == "on_application" and provision.amount is not None


_ORGANISATIONS = ("企业", "单位", "机构", "站", "学校", "院校", "基地", "组织", "中心")


def applicants(provision: Provision) -> frozenset[str]:
    """Who may apply in the portal: "enterprise", "person" or both, by subject and the document."""
    if provision.subject != "person":
        return frozenset({"enterprise"})
    words = provision.delivery.applicant or ""
    if any(word in words for word in _ORGANISATIONS):
        return frozenset({"enterprise", "person"})
    return frozenset({"person"})
