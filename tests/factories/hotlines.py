"""Hotlines, commissioners, tickets."""

from datetime import timedelta

import factory
from django.utils import timezone

from hotlines.enums import CommissionerRank, TicketSource
from hotlines.models import Assignment, Commissioner, Hotline, Ticket

from .accounts import UserFactory
from .enterprises import EnterpriseFactory
from .places import division


class HotlineFactory(factory.django.DjangoModelFactory):
    """A hotline of 武进区."""

    class Meta:
        model = Hotline

    region = factory.LazyFunction(lambda: division("320412"))
    office = factory.Sequence(lambda n: f"测试服务中心{n}")
    phone = "80000000"
    hours = "工作日 9:00–17:30"


class CommissionerFactory(factory.django.DjangoModelFactory):
    """A commissioner of 武进区."""

    class Meta:
        model = Commissioner

    user = factory.SubFactory(UserFactory, commissioner_role=True)
    rank = CommissionerRank.STAFF
    office = "武进区就业服务中心"
    phone = "80000001"


class AssignmentFactory(factory.django.DjangoModelFactory):
    """An active assignment."""

    class Meta:
        model = Assignment

    enterprise = factory.SubFactory(EnterpriseFactory)
    commissioner = factory.SubFactory(CommissionerFactory)
    assigned_by = factory.SubFactory(UserFactory, city=True)


class TicketFactory(factory.django.DjangoModelFactory):
    """A question of an enterprise, due in a day."""

    class Meta:
        model = Ticket

    source = TicketSource.HOTLINE
    enterprise = factory.SubFactory(EnterpriseFactory)
    region = factory.LazyAttribute(lambda t: t.enterprise.region)
    contact_name = "测试丙"
    subject = "缺夜班分拣"
    body = "夜班分拣缺 25 人，请求支援。"
    due_at = factory.LazyFunction(lambda: timezone.now() + timedelta(hours=24))
