"""Rules every provision has without writing them: where, when, which year, and not twice."""

from datetime import date
from functools import lru_cache

from .wording import day


def region_rule(scope, provision):
    """The subject lies in the policy's jurisdiction.

    A code above the jurisdiction (the province) cannot tell and is unknown. ``if_known`` leaves the
    rule out when there is no region: the claim is then made at the office of the place itself.
    A template has no place yet: any region is in it.
    """
    jurisdiction = scope.policy.jurisdiction
    if jurisdiction.code is None:
        return _anywhere_rule(scope, jurisdiction, provision.region == "required")
    codes = [_significant(code) for code in (jurisdiction.code, *jurisdiction.former_codes)]
    base = scope.entry("jurisdiction", "所在地区", jurisdiction.cite, "region", "under")
    base["limit"] = codes
    base["limit_text"] = f"{jurisdiction.name}辖区内"
    required = provision.region == "required"

    def rule(facts, params):
        region = facts.get("region")
        if region is None and not required:
            return None
        entry = base.copy()
        if region is None:
            entry["text"] = "缺少“所在地区”，要人工核实。"
            return entry
        entry["actual"] = entry["actual_text"] = region
        held = _significant(region)
        inside = held.startswith(tuple(codes)) if jurisdiction.includes_below else held in codes
        if not inside and any(code.startswith(held) for code in codes):
            entry["text"] = f"登记的地区 {region} 不够细，看不出是不是在{jurisdiction.name}。"
            return entry
        entry["result"] = inside
        place = f"{jurisdiction.name}辖区内" if inside else f"{jurisdiction.name}辖区外"
        entry["text"] = f"所在地区 {region} 在{place}。"
        return entry

    return rule


def _anywhere_rule(scope, jurisdiction, required):
    base = scope.entry("jurisdiction", "所在地区", jurisdiction.cite, "region", "under")
    base["limit_text"] = "采用这一样板的地区"

    def rule(facts, params):
        region = facts.get("region")
        if region is None and not required:
            return None
        entry = base.copy()
        if region is None:
            entry["text"] = "缺少“所在地区”，要人工核实。"
            return entry
        entry["actual"] = entry["actual_text"] = region
        entry["result"] = True
        entry["text"] = f"所在地区 {region}。这是样板，由采用的地区写明适用范围。"
        return entry

    return rule


@lru_cache(maxsize=65536)
def _significant(code):
    """A division code without the pairs of zeros that stand for "all below"."""
    code = code[:6] if len(code) > 6 and not code[6:].strip("0") else code
    while len(code) > 2 and len(code) <= 6 and code.endswith("00"):
        code = code[:-2]
    return code


def period_rule(scope, provision, as_of: date):
    """The policy is in force on the day of the decision."""
    period = provision.effective or scope.policy.effective
    base = scope.entry("effective_period", "政策有效期", period.cite, "as_of", "within")
    return _days_rule(base, period, as_of, "政策有效期")


def _days_rule(entry, period, as_of, name):
    entry["actual"], entry["actual_text"] = as_of.isoformat(), day(as_of)
    end = period.to.isoformat() if period.to else None
    start = period.start
    entry["limit"] = [start.isoformat() if start else None, end]
    until = f"至{day(period.to)}" if period.to else "起，截止另行通知"
    entry["limit_text"] = f"{day(start) if start else '印发之日'}{until}"
    entry["result"] = (start is None or as_of >= start) and (
        period.to is None or as_of <= period.to
    )
    entry["text"] = f"{day(as_of)}{'在' if entry['result'] else '不在'}{name}内。"

    def rule(facts, params):
        return entry.copy()

    return rule


def claim_window_rule(scope, provision, as_of: date):
    """A claim is made on a day the document accepts claims; ``None`` where there is no such rule.

    What is delivered without an application has no day of claim.
    """
    window = scope.policy.claim_window
    if window is None or provision.delivery.how != "on_application":
        return None
    base = scope.entry("claim_window", "办理期限", window.cite, "as_of", "within")
    return _days_rule(base, window, as_of, "办理期限")


def base_year_rule(scope, provision, as_of: date | None):
    """The records are those of the year before the decision.

    Without a day of decision, the year before any year in which the policy is in force will do.
    """
    period = provision.effective or scope.policy.effective
    cite = provision.base_period.cite
    if as_of is not None:
        first = last = as_of.year - 1
    else:
        first = period.start.year - 1
        last = period.to.year - 1 if period.to else None
    operator = "eq" if first == last else "ge" if last is None else "within"
    base = scope.entry("base_year", "返还年度", cite, "base_year", operator)
    base["limit"] = first if operator != "within" else [first, last]
    words = {"eq": f"{first} 年", "ge": f"{first} 年及以后", "within": f"{first} 至 {last} 年"}
    base["limit_text"] = words[operator]

    def rule(facts, params):
        entry = base.copy()
        year = facts.get("base_year")
        if year is None:
            entry["text"] = "缺少“返还年度”，要人工核实。"
            return entry
        entry["actual"], entry["actual_text"] = year, f"{year} 年"
        held = year >= first and (last is None or year <= last)
        entry["result"] = held
        entry["text"] = (
            f"按 {year} 年的缴费记录计算，是上一年度。"
            if held
            else f"{year} 年不是上一年度（{words[operator]}）。"
        )
        return entry

    return rule


def paid_group_rule(scope, group_name, group, provision_titles):
    """Nothing of the same exclusivity group was paid for the same base period.

    ``provision_titles`` maps full provision ids of the group to titles. Left out of the trace when
    payments are unknown: paying twice is barred by the payment records themselves.
    """
    base = scope.entry(
        f"exclusivity_{group_name}", "不重复享受", group.cite, "already_paid", "contains_any"
    )
    base["limit"] = list(provision_titles)
    base["limit_text"] = "同一年度只享受一种"

    def rule(facts, params):
        paid = facts.get("already_paid")
        if paid is None:
            return None
        entry = base.copy()
        entry["actual"] = list(paid)
        hits = [title for name, title in provision_titles.items() if name in paid]
        entry["actual_text"] = "、".join(hits) or "没有"
        entry["result"] = not hits
        entry["text"] = (
            f"已经享受过{'、'.join(f'“{title}”' for title in hits)}，同一年度不再享受。"
            if hits
            else "没有享受过同一年度的同类返还。"
        )
        return entry

    return rule
