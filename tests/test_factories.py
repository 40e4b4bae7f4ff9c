"""The factories make rows the database accepts."""

import pytest

from tests import factories

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "name",
    [
        "UserFactory",
        "EnterpriseFactory",
        "MembershipFactory",
        "VacancyFactory",
        "ShortageFactory",
        "JobSeekerFactory",
        "ApplicationFactory",
        "HotlineFactory",
        "CommissionerFactory",
        "AssignmentFactory",
        "TicketFactory",
    ],
)
def test_factory_makes_two(name):
    """Twice, so that unique columns are looked at too."""
    factory_class = getattr(factories, name)
    factory_class(), factory_class()
    assert factory_class._meta.model.objects.count() >= 2
