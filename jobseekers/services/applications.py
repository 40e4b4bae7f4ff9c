"""Applying and answering (B2): every change of an application is here."""

from datetime import timedelta

from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from enterprises.models import Vacancy
from enterprises.services.notices import tell_members
from jobseekers.enums import TRANSITIONS, UNANSWERED_STATES, ApplicationState
from jobseekers.models import Application, JobSeeker
from portal.accounts.enums import ConsentKind
from portal.accounts.services import give_consent, withdraw_consent
from portal.outbox.services import post
from portal.refused import Refused
from portal.runs.services import running
from portal.ui.formatting import cn_time, full_date

from .invitations import applied_after

SILENCE = timedelta(weeks=3)

# The timestamp each state leaves.
STAMPS = {
    ApplicationState.SEEN: "seen_at",
    ApplicationState.INTERVIEW: "invited_at",
    ApplicationState.OFFERED: "offered_at",
    ApplicationState.HIRED: "hired_at",
    ApplicationState.DECLINED: "declined_at",
    ApplicationState.WITHDRAWN: "withdrawn_at",
}


def consent_wording(enterprise):
    """The sentence one agrees to before a résumé goes to an employer (PIPL art. 23)."""
    return (
        f"我同意把这份简历交给{enterprise.name}，只用于这次招聘。"
        "对方能看到：姓名、手机号、工作经历、技能和证书。看不到：身份证号、家庭住址。"
    )


def apply(seeker, vacancy, *, agreed, note=""):
    """Apply for a live vacancy; the same click twice gives one and the same application.

    agreed: whether the person ticked the consent, which is recorded with its words. Raises
    Refused when they did not, when the vacancy is no longer open, or when they have no account.
    """
    if not agreed:
        raise Refused("要先同意把简历交给这家单位，才能申请。")
    if seeker.user_id is None:
        raise Refused("请先注册账号，再申请。")
    with transaction.atomic():
        seeker = (
            JobSeeker.objects.select_for_update(of=("self",))
            .select_related("user")
            .get(pk=seeker.pk)
        )
        before = Application.objects.live().filter(seeker=seeker, vacancy=vacancy).first()
        if before is not None:
            return before
        vacancy = Vacancy.objects.select_related("enterprise").get(pk=vacancy.pk)
        if not vacancy.is_live:
            raise Refused("这个岗位已经结束招聘，不能再申请。")
        consent = give_consent(
            seeker.user,
            ConsentKind.RESUME_TO_EMPLOYER,
            consent_wording(vacancy.enterprise),
            vacancy.enterprise,
        )
        try:
            with transaction.atomic():
                application = Application.objects.create(
                    seeker=seeker, vacancy=vacancy, consent=consent, note=note[:300]
                )
        except IntegrityError:  # another process was first; the constraint kept it to one
            return Application.objects.live().get(seeker=seeker, vacancy=vacancy)
        applied_after(seeker, vacancy)
        _tell_members(
            application,
            "applied",
            f"有人申请“{vacancy.title}”",
            f"{seeker.masked_name}申请了“{vacancy.title}”。请在三周内答复。",
        )
        return application


def mark_seen(application):
    """The employer opened it; later states stay as they are."""
    with transaction.atomic():
        application = _locked(application)
        if application.state == ApplicationState.APPLIED:
            _move(application, ApplicationState.SEEN)
        return application


def invite(application, *, at, place, words=""):
    """Ask for an interview: when (an aware moment in the future) and where."""
    if at <= timezone.now():
        raise Refused("面试时间要晚于现在。")
    if not place.strip():
        raise Refused("请写明面试地点。")
    return _answer(
        application,
        ApplicationState.INTERVIEW,
        words,
        f"约您面试：{full_date(timezone.localtime(at))} {cn_time(at)}，{place}。",
        interview_at=at,
        interview_place=place,
    )


def offer(application, words=""):
    """Say yes."""
    return _answer(application, ApplicationState.OFFERED, words, "单位同意录用您。")


def hire(application):
    """The person has begun to work."""
    return _answer(application, ApplicationState.HIRED, "", "单位已登记您入职。")


def decline(application, words):
    """Say no, with a sentence the person can read."""
    if not words.strip():
        raise Refused("请写一句答复，应聘的人会看到。")
    return _answer(application, ApplicationState.DECLINED, words, "单位答复：这次不合适。")


def withdraw(application):
    """The seeker takes it back; the employer loses sight of the résumé."""
    with transaction.atomic():
        application = _locked(application)
        if application.state == ApplicationState.WITHDRAWN:
            return application
        _check(application, ApplicationState.WITHDRAWN, "seeker")
        _move(application, ApplicationState.WITHDRAWN)
        others = Application.objects.live().filter(consent=application.consent_id)
        if not others.exists():
            withdraw_consent(application.consent)
        _tell_members(
            application,
            "withdrawn",
            f"有人撤回了对“{application.vacancy.title}”的申请",
            "撤回后不再显示简历。",
        )
        return application


def vacancy_ended(vacancy):
    """Tell everyone who still waits for an answer that the post has closed; in the caller's
    transaction. Their applications stay open: the employer still owes an answer."""
    waiting = (
        Application.objects.unanswered()
        .filter(vacancy=vacancy)
        .select_related("seeker__user", "vacancy__enterprise")
    )
    for application in waiting:
        _tell_seeker(
            application,
            "closed",
            f"“{vacancy.title}”已结束招聘",
            "单位结束了这个岗位的招聘。您的申请还没有答复，单位仍应答复您；也可以先看别的岗位。",
        )


def report_silence(report=None):
    """Tell seeker and employer of applications without an answer for three weeks; once each.

    Returns how many were reported. Runs once a day; a second run finds nothing new.
    """
    key = f"silence:{timezone.localdate().isoformat()}"
    with running("silence", key, report, again=True) as log:
        before = timezone.now() - SILENCE
        waiting = (
            Application.objects.unanswered()
            .filter(applied_at__lte=before, silence_reported_at__isnull=True)
            .values_list("pk", flat=True)
        )
        told = sum(_report_one(pk) for pk in list(waiting))
        log.count(reported=told)
    return told


def _report_one(pk):
    with transaction.atomic():
        application = (
            Application.objects.select_for_update(of=("self",))
            .select_related("seeker__user", "vacancy__enterprise")
            .get(pk=pk)
        )
        if (
            application.silence_reported_at is not None
            or application.state not in UNANSWERED_STATES
        ):
            return 0
        application.silence_reported_at = timezone.now()
        application.save(update_fields=["silence_reported_at"])
        title = application.vacancy.title
        _tell_seeker(
            application,
            "silence",
            f"“{title}”三周没有答复",
            "单位三周没有答复您的申请，已提醒单位。您可以继续等，也可以撤回后申请别的岗位。",
        )
        _tell_members(
            application,
            "silence",
            f"“{title}”有申请三周没有答复",
            "请尽快答复。按规定，三周内要给应聘的人一个答复。",
        )
    return 1


def _answer(application, state, words, sentence, **values):
    with transaction.atomic():
        application = _locked(application)
        if application.state == state:
            same = all(getattr(application, name) == value for name, value in values.items())
            if same and words[:300] in ("", application.answer):
                return application
            raise Refused(
                f"这份申请已经是“{application.get_state_display()}”，这次的答复没有保存，"
                f"对方也没有收到。您写的内容：{words or sentence}"
            )
        _check(application, state, "employer")
        for name, value in values.items():
            setattr(application, name, value)
        if words:
            application.answer = words[:300]
        _move(application, state)
        body = sentence + (f"单位留言：{words}" if words else "")
        _tell_seeker(application, state, f"“{application.vacancy.title}”有答复", body)
        return application


def _locked(application):
    return (
        Application.objects.select_for_update(of=("self",))
        .select_related("seeker__user", "vacancy__enterprise", "consent")
        .get(pk=application.pk)
    )


def _check(application, state, who):
    allowed = TRANSITIONS[ApplicationState(application.state)]
    if allowed.get(state) != who:
        now = application.get_state_display()
        raise Refused(f"这份申请现在是“{now}”，不能改成“{ApplicationState(state).label}”。")


def _move(application, state):
    application.state = state
    setattr(application, STAMPS[state], timezone.now())
    application.save()


def _tell_seeker(application, what, subject, body):
    if application.seeker.user_id is None:
        return
    post(
        application.seeker.user,
        kind="application",
        key=f"application:{application.pk}:{what}:seeker",
        subject=subject,
        body=body,
        path=reverse("jobseekers:application", args=[application.public_id]),
    )


def _tell_members(application, what, subject, body):
    tell_members(
        application.vacancy.enterprise,
        kind="application",
        key=f"application:{application.pk}:{what}",
        subject=subject,
        body=body,
        path=reverse("enterprises:applicant", args=[application.public_id]),
    )
