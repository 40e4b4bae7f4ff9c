"""Job seekers and applications."""

import factory
from django.utils import timezone

from jobseekers.models import Application, JobIntention, JobSeeker, MatchGeneration
from jobseekers.services import generations
from portal.accounts.enums import ConsentKind
from portal.accounts.models import ConsentRecord
from portal.runs.models import JobRun, RunState

from .accounts import UserFactory
from .enterprises import VacancyFactory
from .places import division, occupation


class JobSeekerFactory(factory.django.DjangoModelFactory):
    """A seeker of 武进区 with an account and one intention."""

    class Meta:
        model = JobSeeker
        skip_postgeneration_save = True

    user = factory.SubFactory(UserFactory)
    name = factory.Sequence(lambda n: f"测试乙{n}")
    region = factory.LazyFunction(lambda: division("320412"))
    accepted_regions = ["3204"]
    pay_expected = 6000

    @factory.post_generation
    def intentions(self, create, extracted, **kwargs):
        """One wish."""
        JobIntention.objects.create(
            seeker=self, rank=1, title="车工", occupation=occupation("6-18-01")
        )


class ApplicationFactory(factory.django.DjangoModelFactory):
    """A fresh application with the consent it needs."""

    class Meta:
        model = Application
        skip_postgeneration_save = True

    seeker = factory.SubFactory(JobSeekerFactory)
    vacancy = factory.SubFactory(VacancyFactory)
    consent = factory.LazyAttribute(
        lambda a: ConsentRecord.objects.get_or_create(
            user=a.seeker.user,
            kind=ConsentKind.RESUME_TO_EMPLOYER,
            recipient=a.vacancy.enterprise,
            withdrawn_at=None,
            defaults={"wording": "同意把简历交给这家单位。"},
        )[0]
    )


class MatchGenerationFactory(factory.django.DjangoModelFactory):
    """A generation in use, with its table, ready for recommendations one by one."""

    class Meta:
        model = MatchGeneration
        skip_postgeneration_save = True

    run = factory.SubFactory("tests.factories.jobseekers.MatchRunFactory")
    state = "current"
    weights_version = "1"
    cap_per_headcount = 10
    per_seeker = 10
    switched_at = factory.LazyFunction(timezone.now)

    @factory.post_generation
    def table(self, create, extracted, **kwargs):
        """Empty and hung in."""
        generations.create_table(self.pk)
        generations.index_table(self.pk)
        generations.attach_table(self.pk)


class MatchRunFactory(factory.django.DjangoModelFactory):
    """A finished night."""

    class Meta:
        model = JobRun

    kind = "match"
    key = factory.Sequence(lambda n: f"match:test:{n}")
    state = RunState.DONE
    finished_at = factory.LazyFunction(timezone.now)
