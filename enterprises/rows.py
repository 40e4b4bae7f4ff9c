"""Vacancies as lists show them."""

from django.urls import reverse

from portal.ui.parts import VacancyRow

from .enums import Education, Lodging, Shift


def experience_words(years):
    """经验不限 · 经验 3 年以上."""
    return f"经验 {years} 年以上" if years else "经验不限"


def education_words(level):
    """学历不限 · 大专."""
    return "学历不限" if level == Education.NONE else Education(level).label


def place_words(region):
    """武进区湖塘镇 for a street, 武进区 for a district. Needs region.parent loaded."""
    if len(region.code) > 6 and region.parent:
        return f"{region.parent.name}{region.name}"
    return region.name


def vacancy_row(vacancy, key_label="", status=None, url="", query=""):
    """The row of one vacancy; enterprise and region.parent must be loaded.

    query: added to the address of the vacancy's public page, with its question mark.
    """
    tags = []
    if vacancy.lodging in (Lodging.BOTH, Lodging.LODGING, Lodging.MEALS):
        tags.append(Lodging(vacancy.lodging).label)
    tags += vacancy.benefits[:2]
    if vacancy.shift:
        tags.append(Shift(vacancy.shift).label)
    return VacancyRow(
        url=url or reverse("vacancies:detail", args=[vacancy.public_id]) + query,
        title=vacancy.title,
        employer=vacancy.enterprise.name,
        place=place_words(vacancy.region),
        pay_low=vacancy.pay_min,
        pay_high=vacancy.pay_max,
        headcount=vacancy.headcount,
        experience=experience_words(vacancy.experience_years),
        education=education_words(vacancy.education),
        tags=tuple(dict.fromkeys(tags))[:3],
        key_label="重点企业" if key_label else "",
        published=vacancy.published_at,
        status=status,
        public_id=vacancy.public_id,
    )
