"""What a search asks for, read from the address and written back to it."""

from dataclasses import dataclass, field, replace
from urllib.parse import urlencode

from django.urls import reverse

from .enums import Education

PAY_STEPS = (4000, 5000, 6000, 8000, 10000, 15000)
EXPERIENCE = {"0": ("没有经验", 0), "1": ("1–3 年", 3), "3": ("3 年以上", 99)}
ONLY = {
    "key": "重点企业",
    "lodging": "包住",
    "meals": "包吃",
    "day": "长白班",
    "fresh": "三天内发布",
}
SORTS = {"": "最相关", "new": "最新", "pay": "工资从高到低"}
MAX_TEXT = 40


def chosen_regions(values):
    """The division codes of an address, ten at most. A value may hold several ("320412,320411").

    A street says more than its district: the district it lies in is dropped.
    """
    codes = [code.strip() for value in values for code in value.split(",")]
    codes = [code for code in dict.fromkeys(codes) if code.isdecimal() and len(code) in (6, 9)]
    return tuple(
        code
        for code in codes
        if not any(other != code and other.startswith(code) for other in codes)
    )[:10]


@dataclass(frozen=True)
class SearchParams:
    """One search. regions: division codes; pay: at least so many yuan a month (0 any);
    experience: a key of EXPERIENCE or ""; education: what the person has, or None;
    occupation: a code of any level or ""; only: keys of ONLY."""

    text: str = ""
    regions: tuple[str, ...] = ()
    occupation: str = ""
    pay: int = 0
    experience: str = ""
    education: int | None = None
    only: tuple[str, ...] = ()
    sort: str = ""
    after: str = ""
    ignored: tuple[str, ...] = field(default=(), compare=False)

    @classmethod
    def read(cls, query):
        """From a QueryDict. What cannot be read is left out and named in `ignored`."""
        ignored = []

        def one_of(name, allowed, default=""):
            value = query.get(name, "").strip()
            if value and value not in allowed:
                ignored.append(value[:20])
                return default
            return value or default

        regions = chosen_regions(query.getlist("region"))
        occupation = query.get("occupation", "").strip()
        if occupation and not all(part.isdigit() for part in occupation.split("-")):
            ignored.append(occupation[:20])
            occupation = ""
        pay = one_of("pay", {str(step) for step in PAY_STEPS})
        education = one_of("education", {str(value) for value in Education.values})
        return cls(
            text=query.get("q", "").replace("\x00", "").strip()[:MAX_TEXT],
            regions=regions,
            occupation=occupation,
            pay=int(pay) if pay else 0,
            experience=one_of("experience", EXPERIENCE),
            education=int(education) if education else None,
            only=tuple(dict.fromkeys(key for key in query.getlist("only") if key in ONLY)),
            sort=one_of("sort", SORTS),
            after=query.get("after", "")[:80],
            ignored=tuple(ignored),
        )

    def pairs(self):
        """The parts of the address, defaults left out."""
        pairs = [("q", self.text)] if self.text else []
        pairs += [("region", code) for code in self.regions]
        pairs += [("occupation", self.occupation)] if self.occupation else []
        pairs += [("pay", self.pay)] if self.pay else []
        pairs += [("experience", self.experience)] if self.experience else []
        pairs += [("education", self.education)] if self.education is not None else []
        pairs += [("only", key) for key in self.only]
        pairs += [("sort", self.sort)] if self.sort else []
        pairs += [("after", self.after)] if self.after else []
        return pairs

    @property
    def query(self):
        """The search as a query string, "" when nothing is asked for."""
        return urlencode(self.pairs())

    def url(self, **changes):
        """The address of this search with some parts changed; always its first page unless
        `after` is among the changes."""
        changes.setdefault("after", "")
        query = replace(self, **changes).query
        return reverse("vacancies:search") + (f"?{query}" if query else "")

    @property
    def is_narrowed(self):
        """Whether anything is asked for at all."""
        return bool(
            self.text
            or self.regions
            or self.occupation
            or self.pay
            or self.experience
            or self.education is not None
            or self.only
        )
