"""The job seeker's own register entry and wishes (B1)."""

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from jobseekers.enums import MatchSide
from jobseekers.models import JobIntention, JobSeeker
from portal.accounts.enums import ConsentKind
from portal.accounts.identity import birth_date
from portal.accounts.models import ConsentRecord, User
from portal.accounts.services import give_consent, withdraw_consent
from portal.places.models import Division
from portal.places.title_coding import occupations_of_titles

from . import match_now

FINDABLE_WORDING = (
    "我同意招聘单位在候选人名单里看到我的工种、地区、学历、经验和技能。"
    "姓名和电话要我另外同意后才给对方看。"
)
SMS_WORDING = "我同意用短信告诉我：应聘有答复、约面试、同意录用。不发广告。"


def seeker_of(user):
    """The register entry of an account, or None before the first saving."""
    return JobSeeker.objects.filter(user=user).select_related("region").first()


def accepted_places(seeker):
    """The names of the places a seeker would work in, in their order; empty means the whole city."""
    names = dict(
        Division.objects.filter(pk__in=seeker.accepted_regions).values_list("code", "name")
    )
    return [names[code] for code in seeker.accepted_regions if code in names]


def profile_gaps(seeker):
    """[(field, what to fill in, what it brings)]: the blanks that cost recommendations."""
    blanks = (
        ("pay_expected", not seeker.pay_expected, "期望工资", "不再推荐工资不够的岗位"),
        ("education", not seeker.education, "学历", "能推荐有学历要求的岗位"),
        ("skills", not seeker.skills, "会什么", "技能对口的岗位排在前面"),
        ("certificates", not seeker.certificates, "有哪些证", "能推荐要持证上岗的岗位"),
        ("summary", not seeker.summary, "做过什么", "单位更愿意答复"),
    )
    return [(name, label, brings) for name, blank, label, brings in blanks if blank]


def save_profile(user, data, wishes):
    """Write the entry and the wishes; makes the entry the first time.

    data: cleaned values of ProfileForm. wishes: up to three titles, the one wanted most first.
    Raises ValidationError when the identity number belongs to another entry; one from a supply
    list without an account is taken over by the person it is about, who has its number and name.
    """
    number = data["identity_number"]
    try:
        with transaction.atomic():
            User.objects.select_for_update().get(pk=user.pk)  # two first savings at once
            seeker = JobSeeker.objects.select_for_update().filter(user=user).first()
            seeker = seeker or _adopt(user, number, data["name"]) or JobSeeker(user=user)
            for name in (
                "name", "region", "education", "experience_years", "skills", "certificates",
                "groups", "summary", "status", "accepted_regions", "pay_expected",
                "wants_lodging",
            ):  # fmt: skip
                setattr(seeker, name, data[name])
            seeker.phone = user.phone
            if number:
                seeker.identity_number = number
                seeker.birth_year = birth_date(number).year
            seeker.updated_at = timezone.now()
            seeker.save()
            seeker.intentions.all().delete()
            codes = occupations_of_titles(wishes[:3])
            JobIntention.objects.bulk_create(
                JobIntention(seeker=seeker, rank=rank, title=title, occupation_id=codes.get(title))
                for rank, title in enumerate(wishes[:3], start=1)
            )
            match_now.ask(MatchSide.SEEKER, seeker.pk)
    except IntegrityError as error:
        if "identity_index" not in str(error):
            raise
        raise ValidationError(
            {"identity_number": "这个身份证号已经登记过，姓名或账号不同。有疑问请拨打服务热线。"}
        ) from error
    return seeker


def _adopt(user, number, name):
    """The entry of the same person that staff had imported, if nobody has it yet."""
    if not number:
        return None
    probe = JobSeeker(identity_number=number)
    index = JobSeeker._meta.get_field("identity_index").pre_save(probe, add=False)
    seeker = (
        JobSeeker.objects.select_for_update()
        .filter(identity_index=index, name=name.strip(), user__isnull=True)
        .first()
    )
    if seeker is not None:
        seeker.user = user
    return seeker


def set_findable(user, agreed):
    """Agree, or stop agreeing, to stand among the candidates employers see."""
    return _set_consent(user, ConsentKind.FINDABLE, FINDABLE_WORDING, agreed)


def set_sms(user, agreed):
    """Agree, or stop agreeing, to be told by SMS."""
    return _set_consent(user, ConsentKind.SMS, SMS_WORDING, agreed)


def _set_consent(user, kind, wording, agreed):
    if agreed:
        return give_consent(user, kind, wording)
    live = ConsentRecord.objects.filter(user=user, kind=kind, withdrawn_at__isnull=True).first()
    return withdraw_consent(live) if live else None
