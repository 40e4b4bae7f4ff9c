"""Users of every role."""

import factory

from portal.accounts.enums import Role
from portal.accounts.models import User

from .places import division

PASSWORD = "fang-xiang-9"


class UserFactory(factory.django.DjangoModelFactory):
    """A job seeker's account unless a trait says otherwise. The password is PASSWORD."""

    class Meta:
        model = User
        skip_postgeneration_save = True

    class Params:
        member = factory.Trait(role=Role.ENTERPRISE_MEMBER)
        commissioner_role = factory.Trait(
            role=Role.COMMISSIONER, region=factory.LazyFunction(lambda: division("320412"))
        )
        district = factory.Trait(
            role=Role.DISTRICT_STAFF, region=factory.LazyFunction(lambda: division("320412"))
        )
        city = factory.Trait(
            role=Role.CITY_STAFF, region=factory.LazyFunction(lambda: division("3204"))
        )
        auditor = factory.Trait(
            role=Role.AUDITOR, region=factory.LazyFunction(lambda: division("3204"))
        )
        administrator = factory.Trait(role=Role.ADMINISTRATOR)

    username = factory.Sequence(lambda n: f"user{n}")
    display_name = factory.Sequence(lambda n: f"测试甲{n}")
    password = factory.django.Password(PASSWORD)
