"""Shortage declarations (A3): declared, served, filled step by step, closed with the outcome.

The totals of a declaration are the sums of its items and fills; they are written under the lock of
the declaration's row, together with what changed them.
"""

from datetime import timedelta

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Sum
from django.urls import reverse
from django.utils import timezone

from enterprises.access import check_acting_staff, check_member
from enterprises.enums import FillChannel, ShortageOutcome, ShortageState
from enterprises.models import Enterprise, ShortageDeclaration, ShortageFill, ShortageItem
from enterprises.refusals import TAKEN, constraints_speak
from portal.ui.formatting import cn_datetime

from .notices import tell_commissioner, tell_members, tell_officers

MOST_ITEMS = 6
SECOND_CLICK = timedelta(minutes=10)
ITEM_FACTS = ("title", "occupation", "missing", "skills", "pay_min", "pay_max")


def declare_shortage(enterprise, by, *, reason, items, needed_by=None):
    """Declare a shortage with its four clears.

    items: 1 to 6 dicts with title, missing (persons), skills (list of words), pay_min and pay_max
    (whole yuan a month) and, when known, occupation. From SHORTAGE_EMERGENCY_FROM missing it is an
    emergency and the commissioner and the district are told. Returns the declaration; the one that
    is there already when the same person sends the very same again within ten minutes, since one
    need counted twice would be wrong in every report.
    """
    if by.is_bureau:
        check_acting_staff(by, enterprise)
    else:
        check_member(by, enterprise)
    _check_items(items)
    if not reason.strip():
        raise ValidationError({"reason": "请写为什么缺人，例如“订单增加”。"})
    missing = sum(item["missing"] for item in items)
    reason = reason.strip()
    with transaction.atomic(), constraints_speak(ShortageDeclaration):
        # The enterprise is the lock: clicks at the same moment wait for each other.
        Enterprise.objects.select_for_update(no_key=True).get(pk=enterprise.pk)
        same = _sent_before(enterprise, by, reason, items, needed_by)
        if same is not None:
            return same
        declaration = ShortageDeclaration.objects.create(
            enterprise=enterprise,
            missing_total=missing,
            is_emergency=missing >= settings.SHORTAGE_EMERGENCY_FROM,
            reason=reason,
            needed_by=needed_by,
            declared_by=by,
        )
        with constraints_speak(ShortageItem):
            ShortageItem.objects.bulk_create(
                ShortageItem(declaration=declaration, **_facts(item)) for item in items
            )
        _tell_staff(declaration)
        if by.is_bureau:
            tell_members(
                enterprise,
                kind="shortage",
                key=f"shortage:{declaration.pk}:declared",
                subject=f"工作人员替您申报了缺工 {missing} 人",
                body="请核对工种、人数和工资；不对的可以修改。",
                path=_member_path(declaration),
            )
    return declaration


def _sent_before(enterprise, by, reason, items, needed_by):
    """The open declaration that a second click would write again, else None."""
    alike = ShortageDeclaration.objects.filter(
        enterprise=enterprise,
        declared_by=by,
        reason=reason,
        needed_by=needed_by,
        state=ShortageState.OPEN,
        declared_at__gt=timezone.now() - SECOND_CLICK,
    ).prefetch_related("items__occupation")
    facts = [_facts(item) for item in items]
    for declaration in alike:
        rows = sorted(declaration.items.all(), key=lambda row: row.pk)  # in the order they came
        if len(rows) == len(facts) and all(
            getattr(row, name) == value
            for row, fact in zip(rows, facts, strict=True)
            for name, value in fact.items()
        ):
            return declaration
    return None


def amend_shortage(declaration, by, *, reason, items, needed_by=None):
    """Correct a declaration that is not closed: its items are replaced, the totals follow.

    The new total may not fall under what has been filled. An amendment that makes it an emergency
    tells the same people as a declaration does; an emergency stays one.
    """
    check_member(by, declaration.enterprise)
    _check_items(items)
    missing = sum(item["missing"] for item in items)
    with transaction.atomic(), constraints_speak(ShortageDeclaration):
        declaration = _lock(declaration)
        if missing < declaration.filled_total:
            raise ValidationError(
                f"已经到岗 {declaration.filled_total} 人，缺工人数合计不能比这少。"
            )
        was_emergency = declaration.is_emergency
        _replace_items(declaration, items)
        declaration.missing_total = missing
        declaration.reason = reason.strip() or declaration.reason
        declaration.needed_by = needed_by
        declaration.is_emergency = was_emergency or missing >= settings.SHORTAGE_EMERGENCY_FROM
        declaration.save()
        if declaration.is_emergency and not was_emergency:
            _tell_staff(declaration)
    return declaration


def start_serving(declaration, by):
    """Staff take the declaration on. Raises ValidationError (code "taken") when someone has."""
    check_acting_staff(by, declaration.enterprise)
    with transaction.atomic():
        declaration = _lock(declaration)
        if declaration.state != ShortageState.OPEN:
            when = cn_datetime(declaration.serving_since, timezone.localdate())
            raise ValidationError(f"{declaration.served_by} 已经在 {when} 开始服务。", code=TAKEN)
        _begin(declaration, by)
        declaration.save()
    return declaration


def record_fill(declaration, by, *, filled_on, persons, channel):
    """Record people who came through a channel. An open declaration is being served from then on.

    persons: at least 1, at most what is still missing. Returns the ShortageFill.
    """
    check_acting_staff(by, declaration.enterprise)
    today = timezone.localdate()
    if persons < 1:
        raise ValidationError({"persons": "到岗人数要填 1 以上。"})
    if filled_on > today:
        raise ValidationError({"filled_on": "到岗日期不能晚于今天。"})
    with transaction.atomic():
        declaration = _lock(declaration)
        if filled_on < timezone.localdate(declaration.declared_at):
            raise ValidationError({"filled_on": "到岗日期不能早于申报那天。"})
        if persons > declaration.still_missing:
            raise ValidationError(
                {"persons": f"只差 {declaration.still_missing} 人。多招到的，请企业先改缺工人数。"}
            )
        with constraints_speak(ShortageFill):
            fill = ShortageFill.objects.create(
                declaration=declaration,
                filled_on=filled_on,
                persons=persons,
                channel=FillChannel(channel),
                recorded_by=by,
            )
        if declaration.state == ShortageState.OPEN:
            _begin(declaration, by)
        declaration.filled_total = declaration.fills.aggregate(n=Sum("persons"))["n"]
        declaration.save()
        tell_members(
            declaration.enterprise,
            kind="shortage",
            key=f"shortage:{declaration.pk}:fill:{fill.pk}",
            subject=f"到岗 {persons} 人，还差 {declaration.still_missing} 人",
            body=f"渠道：{FillChannel(channel).label}。人数不对请告诉您的服务专员。",
            path=_member_path(declaration),
        )
    return fill


def close_shortage(declaration, by, *, outcome, note=""):
    """Close 销号 with the outcome, which has to fit the figures.

    Staff close with any outcome; a member may only say that people are no longer needed
    (withdrawn). Withdrawn and unmet need a note.
    """
    outcome, note = ShortageOutcome(outcome), note.strip()
    if by.is_bureau:
        check_acting_staff(by, declaration.enterprise)
    else:
        check_member(by, declaration.enterprise)
        if outcome != ShortageOutcome.WITHDRAWN:
            raise ValidationError("企业自己只能撤回申报；招到的情况由工作人员登记后销号。")
    if outcome in (ShortageOutcome.WITHDRAWN, ShortageOutcome.UNMET) and not note:
        raise ValidationError({"note": "请写明原因，例如“订单取消”。"})
    with transaction.atomic():
        declaration = _lock(declaration)
        _check_outcome(declaration, outcome)
        declaration.state = ShortageState.CLOSED
        declaration.closed_at = timezone.now()
        declaration.outcome, declaration.outcome_note = outcome, note
        with constraints_speak(ShortageDeclaration):
            declaration.save()
        words = {
            "kind": "shortage",
            "key": f"shortage:{declaration.pk}:closed",
            "subject": f"缺工申报已销号：{outcome.label}",
            "body": f"缺 {declaration.missing_total} 人，到岗 {declaration.filled_total} 人。{note}",
        }
        tell_members(declaration.enterprise, path=_member_path(declaration), but=by, **words)
        if not by.is_bureau:
            tell_commissioner(declaration.enterprise, path=_staff_path(declaration), **words)
    return declaration


def fitting_outcome(declaration):
    """The outcome the figures speak for."""
    if declaration.still_missing == 0:
        return ShortageOutcome.FILLED
    return ShortageOutcome.PARTLY if declaration.filled_total else ShortageOutcome.UNMET


def _check_outcome(declaration, outcome):
    if outcome == ShortageOutcome.WITHDRAWN or outcome == fitting_outcome(declaration):
        return
    raise ValidationError(
        {
            "outcome": f"缺 {declaration.missing_total} 人，到岗 {declaration.filled_total} 人，"
            f"结果应当是“{fitting_outcome(declaration).label}”。人数不对请先登记到岗。"
        }
    )


def _check_items(items):
    if not items:
        raise ValidationError("请至少写一个工种。")
    if len(items) > MOST_ITEMS:
        raise ValidationError(f"一次最多申报 {MOST_ITEMS} 个工种，其余的请另外申报。")
    for number, item in enumerate(items, 1):
        if not item.get("title"):
            raise ValidationError(f"第 {number} 个工种没有写名称。")
        if not item.get("missing") or item["missing"] < 1:
            raise ValidationError(f"“{item['title']}”缺多少人要填 1 以上。")
        if item["pay_min"] > item["pay_max"]:
            raise ValidationError(f"“{item['title']}”的月薪下限不能高于上限。")


def _replace_items(declaration, items):
    """Rows that stay the same are left alone, so that the history tells of real changes only."""
    kept = []
    facts = [_facts(item) for item in items]
    for row in declaration.items.all():
        same = {name: getattr(row, name) for name in ITEM_FACTS if name in facts[0]}
        if same in facts:
            facts.remove(same)
            kept.append(row.pk)
        if not facts:
            break
    declaration.items.exclude(pk__in=kept).delete()
    with constraints_speak(ShortageItem):
        ShortageItem.objects.bulk_create(
            ShortageItem(declaration=declaration, **fact) for fact in facts
        )


def _facts(item):
    return {name: item[name] for name in ITEM_FACTS if name in item}


def _lock(declaration):
    """The row, locked and still open for changes."""
    declaration = (
        ShortageDeclaration.objects.select_for_update(of=["self"])
        .select_related("enterprise")
        .prefetch_related("served_by")  # read after the lock, not in its join
        .get(pk=declaration.pk)
    )
    if declaration.state == ShortageState.CLOSED:
        when = cn_datetime(declaration.closed_at, timezone.localdate())
        raise ValidationError(f"这份申报已经在 {when} 销号，不能再改。", code=TAKEN)
    return declaration


def _begin(declaration, by):
    declaration.state = ShortageState.SERVING
    declaration.serving_since = timezone.now()
    declaration.served_by = by


def _tell_staff(declaration):
    """The commissioner hears of every declaration, the district of emergencies."""
    enterprise, missing = declaration.enterprise, declaration.missing_total
    event = "emergency" if declaration.is_emergency else "declared"
    word = "应急缺工" if declaration.is_emergency else "缺工"
    words = {
        "kind": "shortage",
        "key": f"shortage:{declaration.pk}:{event}",
        "subject": f"{word} {missing} 人：{enterprise.name}",
        "body": f"{declaration.reason}。请尽快联系企业。",
        "path": _staff_path(declaration),
    }
    tell_commissioner(enterprise, **words)
    if declaration.is_emergency:
        tell_officers(enterprise, **words)


def _member_path(declaration):
    return reverse("enterprises:shortage", args=[declaration.public_id])


def _staff_path(declaration):
    return reverse("workbench:shortage", args=[declaration.public_id])
