"""Enterprises, vacancies, shortages."""

from datetime import timedelta

import factory
from django.utils import timezone

from enterprises.enums import LicenceState, ReviewResult, VacancyState
from enterprises.models import (
    Enterprise,
    ShortageDeclaration,
    ShortageItem,
    Vacancy,
    VacancyReview,
)
from portal.accounts.models import Membership

from .accounts import UserFactory
from .places import division, industry, occupation

_CODE = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_WEIGHTS = [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28]


def credit_code(number):
    """A valid unified social credit code of 武进区 for a running number."""
    body = f"91320412MA{number:07d}"
    total = sum(_CODE.index(c) * w for c, w in zip(body, _WEIGHTS, strict=True))
    return body + _CODE[(31 - total % 31) % 31]


class EnterpriseFactory(factory.django.DjangoModelFactory):
    """An approved enterprise of 武进区."""

    class Meta:
        model = Enterprise
        skip_postgeneration_save = True

    class Params:
        pending = factory.Trait(
            licence_state=LicenceState.PENDING, licence_checked_at=None, licence_checked_by=None
        )

    credit_code = factory.Sequence(credit_code)
    name = factory.Sequence(lambda n: f"常州测样{n}机械有限公司")
    region = factory.LazyFunction(lambda: division("320412"))
    industry = factory.LazyFunction(lambda: industry("C34"))
    licence_state = LicenceState.APPROVED
    licence_checked_at = factory.LazyFunction(timezone.now)
    licence_checked_by = factory.SubFactory(UserFactory, city=True)


class MembershipFactory(factory.django.DjangoModelFactory):
    """A live membership with an account of its own."""

    class Meta:
        model = Membership

    user = factory.SubFactory(UserFactory, member=True)
    enterprise = factory.SubFactory(EnterpriseFactory)
    is_owner = True


class VacancyFactory(factory.django.DjangoModelFactory):
    """A live vacancy; `draft=True` for one not yet sent in."""

    class Meta:
        model = Vacancy
        skip_postgeneration_save = True

    class Params:
        draft = factory.Trait(
            state=VacancyState.DRAFT, published_at=None, starts_on=None, expires_on=None
        )
        in_review = factory.Trait(
            state=VacancyState.IN_REVIEW,
            published_at=None,
            starts_on=None,
            expires_on=None,
            submitted_at=factory.LazyFunction(timezone.now),
        )

    enterprise = factory.SubFactory(EnterpriseFactory)
    state = VacancyState.PUBLISHED
    title = factory.Sequence(lambda n: f"数控车床操作工{n}")
    occupation = factory.LazyFunction(lambda: occupation("6-18-01"))
    region = factory.LazyAttribute(lambda v: v.enterprise.region)
    headcount = 3
    pay_min = 6500
    pay_max = 8500
    created_by = factory.SubFactory(UserFactory, member=True)
    published_at = factory.LazyFunction(timezone.now)
    starts_on = factory.LazyFunction(timezone.localdate)
    expires_on = factory.LazyFunction(lambda: timezone.localdate() + timedelta(days=30))

    @classmethod
    def _create(cls, model_class, *args, **kwargs):
        """A published vacancy needs its review first, so it is made in three writes."""
        state = kwargs["state"]
        if state != VacancyState.PUBLISHED:
            return super()._create(model_class, *args, **kwargs)
        vacancy = super()._create(model_class, *args, **{**kwargs, "state": VacancyState.DRAFT})
        vacancy.approved_review = VacancyReview.objects.create(
            vacancy=vacancy,
            result=ReviewResult.APPROVED,
            reviewed_by=vacancy.enterprise.licence_checked_by,
        )
        vacancy.state = state
        vacancy.save()
        return vacancy


class ShortageFactory(factory.django.DjangoModelFactory):
    """An open declaration with one kind of work."""

    class Meta:
        model = ShortageDeclaration
        skip_postgeneration_save = True

    enterprise = factory.SubFactory(EnterpriseFactory)
    missing_total = 12
    reason = "订单增加"
    declared_by = factory.SubFactory(UserFactory, member=True)

    @factory.post_generation
    def items(self, create, extracted, **kwargs):
        """One item that holds the whole number."""
        ShortageItem.objects.create(
            declaration=self,
            title="车工",
            occupation=occupation("6-18-01"),
            missing=self.missing_total,
            skills=["数控"],
            pay_min=6000,
            pay_max=8000,
        )
