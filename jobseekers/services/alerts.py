"""岗位订阅: saved searches, and telling people once a day or week what is new under them."""

import logging
from dataclasses import replace
from datetime import timedelta

from django.core import signing
from django.db import transaction
from django.db.models import Max, Q
from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone

from enterprises import directory
from enterprises.rows import place_words
from enterprises.search_filters import chips, places_of
from enterprises.search_params import SearchParams
from enterprises.search_results import capped_counts, filtered
from jobseekers.enums import AlertFrequency
from jobseekers.models import JobAlert, JobAlertDelivery, JobSeeker
from portal.outbox.services import post
from portal.places.models import Occupation
from portal.refused import Refused
from portal.runs.services import describe, running
from portal.ui.formatting import pay_amount

MOST = 10  # alerts of one seeker
LISTED = 5  # posts a message names
LONGEST_NAME = 60
# A post is written down a moment before its transaction ends: what is younger waits a day.
SETTLED = timedelta(minutes=10)
logger = logging.getLogger(__name__)
_SALT = "jobseekers.alerts.unsubscribe"


class AlertsFailed(Exception):
    """Some alerts of a run could not be delivered; all others were. Names them by number."""


def search_of(alert):
    """The saved search."""
    return SearchParams.read(QueryDict(alert.query))


def saved_part(params):
    """The search without its order and page: what an alert is about."""
    return replace(params, sort="", after="", ignored=())


def words_of(params):
    """What a search asks for, as short words; empty when it asks for nothing."""
    occupation = (
        Occupation.objects.filter(pk=params.occupation).first() if params.occupation else None
    )
    held = chips(params, places_of(params, directory.districts()), occupation)
    return ([params.text] if params.text else []) + [chip.label for chip in held]


def subscribe(seeker, params, frequency):
    """Save a search. The same search again only changes how often; returns the JobAlert.

    Raises Refused when the list is full or the search too long to be kept.
    """
    params = saved_part(params)
    if len(params.query) > JobAlert._meta.get_field("query").max_length:
        raise Refused("条件太多，没有订阅。去掉几个地区或改短要查的词再试。")
    name = "，".join(words_of(params)) or "全部岗位"
    with transaction.atomic():
        seeker = JobSeeker.objects.select_for_update(of=("self",)).get(pk=seeker.pk)
        mine = JobAlert.objects.active().filter(seeker=seeker)
        alert = mine.filter(query=params.query).first()
        if alert is not None:
            return change(alert, frequency)
        if mine.count() >= MOST:
            raise Refused(f"最多订阅 {MOST} 个搜索，先退订不要的。")
        return JobAlert.objects.create(
            seeker=seeker,
            name=name if len(name) <= LONGEST_NAME else f"{name[: LONGEST_NAME - 1]}…",
            query=params.query,
            frequency=frequency,
        )


def change(alert, frequency):
    """How often from now on."""
    if alert.frequency != frequency:
        alert.frequency = frequency
        alert.save(update_fields=["frequency"])
    return alert


def end(alert):
    """Unsubscribe; twice is once."""
    JobAlert.objects.active().filter(pk=alert.pk).update(ended_at=timezone.now())


def token_of(alert):
    """What the link to unsubscribe carries: the alert's public id, signed; it does not expire."""
    return signing.Signer(salt=_SALT).sign(alert.public_id)


def alert_of(token):
    """The alert of such a link, None when the link is none of ours."""
    try:
        public_id = signing.Signer(salt=_SALT).unsign(token)
    except signing.BadSignature:
        return None
    return JobAlert.objects.filter(public_id=public_id).first()


def new_posts(params, since, until):
    """Live posts of a search that came to be seen in [since, until): were published then, or had
    been before and their first day began then. The same posts the page of the search finds."""
    published = Q(published_at__gte=since, published_at__lt=until)
    begun = Q(
        published_at__lt=since,
        starts_on__gt=timezone.localdate(since),
        starts_on__lte=timezone.localdate(until),
    )
    return filtered(params).filter(published | begun)


def send_alerts(day=None, report=None):
    """Tell everyone whose alert is due what is new; once a day, one row a day and alert.

    Each alert is a transaction of its own, so that a run that was killed goes on where it
    stopped and tells nobody twice. One that fails keeps nobody else from theirs; at the end the
    job fails with AlertsFailed, and the next run tries those again. Raises
    portal.runs.services.AlreadyDone when the day is done. Returns how many messages were written.
    """
    day = day or timezone.localdate()
    until = timezone.now() - SETTLED
    with running("alerts", f"alerts:{day.isoformat()}", report) as log:
        due = list(_due(day).order_by("query", "pk").values_list("pk", flat=True))
        found = _Found(until)
        told, failed = 0, []
        for pk in due:
            try:
                told += _deliver(pk, day, until, found)
            except Exception as error:  # as the job's row keeps it: without what the rows say
                logger.error("alert %s was not delivered: %s", pk, describe(error))
                failed.append(pk)
        log.count(alerts=len(due), messages=told)
        if failed:
            raise AlertsFailed(
                f"{len(failed)} 个岗位订阅没有送出：{'、'.join(map(str, failed[:10]))}"
            )
    return told


def _due(day):
    """Active alerts whose turn it is: so many days after the last delivery, a weekly one also
    after the subscription, and nothing delivered for the day yet."""
    daily, weekly = Q(frequency=AlertFrequency.DAILY), Q(frequency=AlertFrequency.WEEKLY)
    week_ago = day - timedelta(days=7)
    today = JobAlertDelivery.objects.filter(day__gte=day)
    this_week = JobAlertDelivery.objects.filter(day__gt=week_ago)
    return (
        JobAlert.objects.active()
        .filter(seeker__user__is_active=True)
        .filter(daily | weekly & Q(created_at__date__lte=week_ago))
        .exclude(pk__in=today.values("alert"))
        .exclude(weekly & Q(pk__in=this_week.values("alert")))
    )


class _Found:
    """The posts of the last search looked up: many people save the same one."""

    def __init__(self, until):
        self.until = until
        self.key = self.value = None

    def of(self, alert, since):
        """(how many, the newest LISTED of them)."""
        if self.key != (alert.query, since):
            posts = new_posts(search_of(alert), since, self.until)
            count = posts.count()
            newest = posts.select_related("enterprise", "region__parent")
            newest = list(newest.order_by("-published_at", "-pk")[:LISTED]) if count else []
            self.key, self.value = (alert.query, since), (count, newest)
        return self.value


def _deliver(pk, day, until, found):
    """One alert: the row of the day, and a message when something is new. Returns 1 if told."""
    with transaction.atomic():
        alert = (
            JobAlert.objects.active()
            .select_for_update(of=("self",))
            .select_related("seeker__user")
            .filter(pk=pk)
            .first()
        )
        if alert is None or alert.deliveries.filter(day__gte=day).exists():
            return 0  # unsubscribed, or delivered, since the list was made
        last = alert.deliveries.order_by("-day").first()
        since = max(alert.created_at, last.created_at) if last else alert.created_at
        count, newest = found.of(alert, since) if since < until else (0, [])
        # The row keeps up to which moment was looked: there the next one begins.
        alert.deliveries.create(day=day, found=count, created_at=max(since, until))
        if not count:
            return 0
        post(
            alert.seeker.user,
            kind="alert",
            key=f"alert:{alert.pk}:{day.isoformat()}",
            subject=f"您订阅的“{alert.name}”有 {count:,} 个新岗位",
            body=_body(alert, count, newest),
            path=reverse("jobseekers:alert", args=[alert.public_id]),
        )
        return 1


def _body(alert, count, newest):
    """One line a post, each ending in its address, which the inbox makes a link."""
    lines = [
        f"{_line(vacancy)} {reverse('vacancies:detail', args=[vacancy.public_id])}"
        for vacancy in newest
    ]
    if count > len(newest):
        whole = reverse("jobseekers:alert", args=[alert.public_id])
        lines.append(f"还有 {count - len(newest):,} 个，看全部 {whole}")
    stop = reverse("jobseekers:alert_off", args=[token_of(alert)])
    return "\n".join([*lines, f"不想再收，点这里退订 {stop}"])


def _line(vacancy):
    pay = pay_amount(vacancy.pay_min, vacancy.pay_max)
    return f"{vacancy.title}，{pay} 元/月，{place_words(vacancy.region)}，{vacancy.enterprise.name}"


def alerts_of(user):
    """A seeker's alerts, newest first, each with the day it last had something to tell."""
    return list(
        JobAlert.objects.visible_to(user)
        .active()
        .annotate(told_on=Max("deliveries__day", filter=Q(deliveries__found__gt=0)))
    )


def live_counts(alerts):
    """How many posts each saved search finds now, capped as on its page; one query for all."""
    return capped_counts([filtered(search_of(alert)) for alert in alerts])
