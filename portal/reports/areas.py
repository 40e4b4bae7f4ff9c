"""Which part of the city figures are about, and how they are divided."""

from dataclasses import dataclass
from functools import cached_property

from django.conf import settings

from portal.accounts.enums import Role
from portal.places.models import Division

CITY_WIDTH, DISTRICT_WIDTH, STREET_WIDTH = 4, 6, 9


@dataclass(frozen=True)
class Scope:
    """A region (prefix of division codes) or, within it, the enterprises of one commissioner.

    region: "3204" the city, "320412" a district. commissioner: user id, None for everyone's.
    """

    region: str
    commissioner: int | None = None

    @classmethod
    def of(cls, user) -> "Scope":
        """What a person of the bureau looks after; the administrator the city."""
        own = user.pk if user.role == Role.COMMISSIONER else None
        return cls(user.region_scope or settings.CITY_CODE, own)

    @property
    def district(self) -> "Scope":
        """The same, or the district around a street: what figures kept by district are about."""
        return Scope(self.region[:DISTRICT_WIDTH], self.commissioner)

    @property
    def width(self) -> int:
        """Length of the codes figures are divided by: a city's districts, a district's streets."""
        return DISTRICT_WIDTH if len(self.region) <= CITY_WIDTH else STREET_WIDTH

    @property
    def params(self) -> dict:
        """For the statements of this package."""
        return {
            "region": f"{self.region}%",
            "width": self.width,
            "commissioner": self.commissioner,
        }

    def area_names(self, codes=()) -> dict[str, str]:
        """Names by code: every listed area of the region in its order, then others of `codes`.

        A district's own code among its streets stands for enterprises that name no street.
        """
        level = Division.DISTRICT if self.width == DISTRICT_WIDTH else Division.STREET
        listed = Division.objects.filter(
            code__startswith=self.region, level=level, listed=True
        ).order_by("order", "code")
        names = dict(listed.values_list("code", "name"))
        missing = sorted(set(codes) - set(names))
        if missing:
            found = dict(Division.objects.filter(code__in=missing).values_list("code", "name"))
            for code in missing:
                name = found.get(code, code)
                names[code] = name if len(code) == self.width else f"{name}（没有写街道）"
        return names

    @cached_property
    def name(self) -> str:
        """The region as people say it."""
        division = Division.objects.filter(pk=self.region).first()
        if division is None:
            return self.region
        return "全市" if division.level == Division.CITY else division.name
