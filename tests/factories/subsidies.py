"""Insurance records, local parameters."""

from datetime import date

import factory

from portal.outbox.models import Message
from subsidies.models import InsuranceImport, InsuranceMonth, LocalParameter, PolicyVersion
from subsidies.services.policy_drafts import approve
from subsidies.services.policy_files import import_files, repository_files

from .accounts import UserFactory
from .places import division


class InsuranceImportFactory(factory.django.DjangoModelFactory):
    """The import of the twelve months of 2019."""

    class Meta:
        model = InsuranceImport

    kind = "enterprise_month"
    source = factory.Sequence(lambda n: f"测试缴费表{n}.csv")
    sha256 = factory.Sequence(lambda n: f"{n:064x}")
    first_month = date(2019, 1, 1)
    last_month = date(2019, 12, 1)
    lines = 12
    accepted = 12
    rejected = 0
    premium_fen = 0


def insure(enterprise, start, end, premium_enterprise_fen, premium_employee_fen, *, year=2019):
    """Twelve months of records. Money is the year's sum, paid in January but for 11 fen.

    start and end: insured persons in January and December, the months between have start's.
    Returns the months by number.
    """
    source = InsuranceImportFactory()
    months = [
        InsuranceMonth(
            enterprise=enterprise,
            month=date(year, number, 1),
            headcount=end if number == 12 else start,
            premium_enterprise_fen=premium_enterprise_fen - 11 if number == 1 else 1,
            premium_employee_fen=premium_employee_fen - 11 if number == 1 else 1,
            social_insurance_fen=100_000,
            source=source,
        )
        for number in range(1, 13)
    ]
    InsuranceMonth.objects.bulk_create(months)
    return {month.month.month: month for month in months}


def local_parameter(name, value, region="3204", *, since=date(2020, 1, 1), until=None):
    """A figure the bureau chose, entered by one person and approved by another."""
    return LocalParameter.objects.create(
        region=division(region),
        name=name,
        value=value,
        valid_from=since,
        valid_until=until,
        document="测试文件",
        author=UserFactory(city=True),
        approver=UserFactory(city=True),
    )


def publish_policies(*policy_ids):
    """The repository's policies (all but templates, or those named) published by two people.

    What is published already stays. Returns the published versions by policy id.
    """
    for file in repository_files():
        wanted = file.policy_id in policy_ids if policy_ids else not file.is_template
        if wanted and not PolicyVersion.objects.filter(policy_id=file.policy_id).exists():
            place = division(file.region_code)
            author, approver = UserFactory.create_batch(2, city=True, region=place)
            for draft in import_files(author, [file]):
                approve(draft, approver)
    # So that a test finds in the inboxes only what it brought about itself.
    Message.objects.filter(kind="policy").delete()
    return {version.policy_id: version for version in PolicyVersion.objects.published()}
