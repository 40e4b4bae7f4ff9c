"""The parts of the portal's pages as template tags and filters. docs/ui.md shows each in use."""

import re
from urllib.parse import urlencode

from django import template
from django.conf import settings
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import escape, format_html
from django.utils.safestring import mark_safe

from portal.ui import formatting, navigation
from portal.ui.clocks import read_clock
from portal.ui.icons import ICON_SET
from portal.ui.parts import Slice
from portal.ui.status import look_of

register = template.Library()


def _today():
    return timezone.localdate()


# ---- filters ------------------------------------------------------------------------------------

register.filter("yuan", formatting.yuan)
register.filter("wan", formatting.wan)
register.filter("wan_number", formatting.wan_number)
register.filter("thousands", formatting.thousands)
register.filter("capped", formatting.capped)
register.filter("pay_range", formatting.pay_range)
register.filter("pay_amount", formatting.pay_amount)
register.filter("pay_words", formatting.pay_words)
register.filter("phone_display", formatting.phone_display)
register.filter("full_date", formatting.full_date)
register.filter("cn_weekday", formatting.cn_weekday)
register.filter("cn_time", formatting.cn_time)
register.filter("plain_percent", formatting.plain_percent)


@register.filter
def cn_date(day):
    """“4月13日”, with the year when it is not this year's."""
    return formatting.cn_date(day, _today())


@register.filter
def cn_day(day):
    """“今天”, “昨天”, “4月7日”."""
    return formatting.cn_day(day, _today())


@register.filter
def cn_datetime(moment):
    """“今天 6:10”, “4月9日 10:42”."""
    return formatting.cn_datetime(moment, _today())


@register.filter
def percent(value, limit=None):
    """A ratio as “6.0%”, on the true side of its limit when one is given."""
    return formatting.MISSING if value is None else formatting.percent(value, limit)


@register.filter
def phone_href(number):
    """The `tel:` address of a number."""
    return formatting.phone_href(number, settings.CITY_AREA_CODE)


@register.filter
def local_phone(number):
    """A telephone number for pages that name the area code once: without the city's own."""
    digits = (number or "").replace("-", "").replace(" ", "")
    return formatting.phone_display(digits.removeprefix(settings.CITY_AREA_CODE) or number)


@register.filter
def mark_words(text, words):
    """The text with each of the words (a list, or one string) on the ground of a search hit."""
    if isinstance(words, str):
        words = words.split()
    text = str(text)
    spans = sorted(_hits(text, [word for word in words or () if word]))
    out, at = [], 0
    for begin, end in spans:
        if end <= at:
            continue
        begin = max(begin, at)
        out += [escape(text[at:begin]), "<mark>", escape(text[begin:end]), "</mark>"]
        at = end
    return mark_safe("".join([*out, escape(text[at:])]))


def _hits(text, words):
    lowered = text.lower()
    for word in {word.lower() for word in words}:
        at = lowered.find(word)
        while at >= 0:
            yield at, at + len(word)
            at = lowered.find(word, at + len(word))


_LINE_WITH_ADDRESS = re.compile(r"(?P<words>\S.*) (?P<path>/(?!/)[\w/:.?=&%+-]*)")


@register.filter
def message_lines(body):
    """The text of a message, line by line; a line that ends in an address of this site is a link
    with the words before it."""
    lines = []
    for line in str(body or "").splitlines():
        found = _LINE_WITH_ADDRESS.fullmatch(line)
        if found:
            lines.append(
                format_html(
                    '<a class="inline-link" href="{}">{}</a>', found["path"], found["words"]
                )
            )
        else:
            lines.append(escape(line))
    return mark_safe("<br>".join(lines))


# ---- small parts --------------------------------------------------------------------------------


@register.simple_tag
def icon(name, size=20, css=""):
    """One icon of the sprite, hidden from screen readers: a word always stands beside it.

    Raises ValueError for a name that is not in portal/ui/icons.py.
    """
    if name not in ICON_SET:
        raise ValueError(f"unknown icon {name!r}: see portal/ui/icons.py")
    return format_html(
        '<svg class="icon {}" width="{}" height="{}" aria-hidden="true" focusable="false">'
        '<use href="{}#{}"></use></svg>',
        css,
        size,
        size,
        static("vendor/tabler/icons.svg"),
        name,
    )


@register.inclusion_tag("components/pay.html", takes_context=True)
def pay(context, low, high, unit="月"):
    """A pay range in whole yuan: figures large, unit small; in full words in 关怀版."""
    return {
        "amount": formatting.pay_amount(low, high),
        "unit": formatting.pay_unit(low, high, unit),
        "words": formatting.pay_words(low, high, unit),
        "care_mode": context.get("care_mode", False),
    }


@register.inclusion_tag("components/status_label.html")
def status_label(status, tone=None, icon=None):
    """Icon, word and ground of a state: an enum member, or the word itself."""
    label, tone, icon = look_of(status, tone, icon)
    return {"label": label, "tone": tone, "icon": icon}


@register.inclusion_tag("components/clock.html")
def clock(deadline, now=None, started=None, words=None):
    """The clock of a deadline. `words` replaces the words, never the colour."""
    reading = read_clock(deadline, now or timezone.now(), started)
    return {"clock": reading, "words": words or reading.words, "deadline": deadline}


@register.inclusion_tag("components/workday_clock.html")
def workday_clock(reading):
    """The working-day clock of a `portal.ui.clocks.WorkdayClock`."""
    return {"clock": reading}


@register.inclusion_tag("components/approval_steps.html")
def approval_steps(steps, layout="line"):
    """Numbered steps (`portal.ui.parts.Step` or dicts): side by side (line) or listed (list)."""
    return {"steps": steps, "layout": layout}


@register.inclusion_tag("components/figure_tile.html")
def figure_tile(
    label, value, unit="", url="", change="", change_tone="", change_icon="", meaning="", tone=""
):
    """A figure with its unit, its change and one sentence of meaning; the whole is a link."""
    return {
        "label": label,
        "value": value,
        "unit": unit,
        "url": url,
        "change": change,
        "change_tone": change_tone,
        "change_icon": change_icon,
        "meaning": meaning,
        "tone": tone,
    }


@register.inclusion_tag("components/vacancy_row.html", takes_context=True)
def vacancy_row(context, row, words="", level=3):
    """One line of a list of vacancies (`portal.ui.parts.VacancyRow`), hits of `words` marked.

    Where the page says which are `bookmarked` (a set of public ids), with a button to keep it.
    """
    request = context.get("request")
    return {
        "row": row,
        "words": words,
        "heading": f"h{int(level)}",
        "care_mode": context.get("care_mode", False),
        "bookmarked": context.get("bookmarked"),
        "back": request.get_full_path() if request else "",
    }


@register.inclusion_tag("components/vacancy_card.html", takes_context=True)
def vacancy_card(context, row, level=3):
    """One vacancy as a card of the home page."""
    return {
        "row": row,
        "heading": f"h{int(level)}",
        "care_mode": context.get("care_mode", False),
    }


@register.inclusion_tag("components/empty.html")
def empty(title, text="", action_url="", action_label="", level=2):
    """Why a list is empty and the one thing to do."""
    return {
        "title": title,
        "text": text,
        "action_url": action_url,
        "action_label": action_label,
        "heading": f"h{int(level)}",
    }


@register.inclusion_tag("components/ratio_bar.html")
def ratio_bar(value, limit, value_word="您", limit_word="上限", tone="plain"):
    """A ratio beside its limit: a bar, a tick, both labelled. Ratios as Fraction or Decimal."""
    scale = max(float(limit) * 1.45, float(value) * 1.1) or 1.0
    tick = float(limit) / scale * 100
    return {
        "length": f"{max(0.0, float(value)) / scale * 100:.2f}%",
        "tick": f"{tick:.2f}%",
        "anchor": "end" if tick > 85 else "middle",
        "value_text": f"{value_word}：{formatting.percent(value, limit)}",
        "limit_text": f"{limit_word} {formatting.plain_percent(limit)}",
        "value_at_end": tick < 40,
        "tone": tone,
    }


@register.inclusion_tag("components/share_bar.html")
def share_bar(part, whole, label=""):
    """A plain bar of a part of a whole; the figures stand beside it as text."""
    share = min(1.0, part / whole) if whole else 0.0
    return {"length": f"{share * 100:.2f}%", "label": label}


@register.inclusion_tag("components/pagination.html", takes_context=True)
def pagination(context, page, unit="个", label="翻页"):
    """上一页 / 下一页 with the capped count, for a `parts.Slice` or a Django paginator's page."""
    if isinstance(page, Slice):
        return {"slice": page, "label": label}
    return {"slice": _slice_of(page, context["request"], unit), "label": label}


def _slice_of(page, request, unit):
    def address(number):
        query = request.GET.copy()
        query["page"] = str(number)
        return f"?{query.urlencode()}"

    return Slice(
        start=page.start_index(),
        end=page.end_index(),
        total=page.paginator.count,
        previous_url=address(page.previous_page_number()) if page.has_previous() else "",
        next_url=address(page.next_page_number()) if page.has_next() else "",
        unit=unit,
    )


@register.inclusion_tag("components/decision.html")
def decision(view, level=2):
    """A decision explained clause by clause (`portal.ui.parts.DecisionView`)."""
    rank = {"fail": 0, "unknown": 1}
    tone = look_of(view.status)[1]
    return {
        "decision": view,
        "conditions": sorted(view.conditions, key=lambda line: rank.get(line.outcome, 2)),
        "tone": "plain" if tone == "bad" else tone,
        "heading": f"h{int(level)}",
        "subheading": f"h{int(level) + 1}",
    }


@register.simple_tag(takes_context=True)
def with_query(context, **changes):
    """The present query string with some values replaced; an empty value takes one out."""
    query = context["request"].GET.copy()
    for name, value in changes.items():
        if value in (None, ""):
            query.pop(name, None)
        else:
            query[name] = str(value)
    return f"?{query.urlencode()}"


# ---- navigation ---------------------------------------------------------------------------------


def _path_and_role(context):
    request = context.get("request")
    user = getattr(request, "user", None)
    return getattr(request, "path", ""), navigation.role_of(user)


@register.simple_tag(takes_context=True)
def nav_links(context, name):
    """The links of a flat menu: public, seeker_bar, seeker_menu, enterprise or footer."""
    menus = {
        "public": navigation.PUBLIC,
        "public_offers": navigation.PUBLIC_OFFERS,
        "seeker_bar": navigation.SEEKER_BAR,
        "seeker_menu": navigation.SEEKER_MENU,
        "enterprise": navigation.ENTERPRISE,
        "footer": navigation.FOOTER,
    }
    path, role = _path_and_role(context)
    counts = context.get("nav_counts") if name in ("enterprise", "seeker_menu") else None
    return navigation.links_for(menus[name], path, role, counts)


@register.simple_tag(takes_context=True)
def staff_groups(context):
    """The groups of the staff rail with the counts of what waits for this person."""
    path, role = _path_and_role(context)
    return navigation.groups_for(navigation.STAFF, path, role, context.get("nav_counts"))


@register.simple_tag
def url_or_none(url_name, *args, **kwargs):
    """The address of a URL name, or None when it does not exist."""
    return navigation.resolve(url_name, *args, **kwargs)


@register.simple_tag(takes_context=True)
def care_url(context, mode):
    """The address that turns 关怀版 "on" or "off" and comes back to this page."""
    url = navigation.resolve("care")
    if url is None:
        return None
    request = context.get("request")
    back = request.get_full_path() if request else "/"
    return f"{url}?{urlencode({'mode': mode, 'next': back})}"
