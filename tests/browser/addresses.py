"""Every address of the portal that shows a page, with an object to show, found by its URL name.

A new page that needs an object fails the test until it is told here which one.
"""

from django.urls import get_resolver, reverse
from django.utils import timezone

from enterprises.models import Enterprise, LicenceFile, ShortageDeclaration, Vacancy
from enterprises.search_params import SearchParams
from hotlines.models import Commissioner, Hotline, Ticket
from jobseekers.models import Application, JobSeeker, MatchPlan, SupplyListImport
from jobseekers.services.alerts import subscribe, token_of
from jobseekers.services.plan_trials import ask_for_trial
from jobseekers.services.plan_trials import run_trial as run_match_trial
from jobseekers.services.plans import create_draft as create_plan
from jobseekers.services.plans import default_plan
from portal.accounts.models import User
from portal.demo.story import MAIN_ENTERPRISE, PLANTED
from subsidies.models import (
    Claim,
    ClaimBatch,
    Decision,
    InsuranceImport,
    InsuranceMapping,
    Objection,
    PaymentBatch,
    PolicyVersion,
    PublicNotice,
    Recovery,
    ScreeningRun,
    SubsidyApplication,
    Trial,
)
from subsidies.services import applications
from subsidies.services.payees import confirm_enterprise_account
from subsidies.services.payments import prepare_batch
from subsidies.services.policy_drafts import create_draft
from subsidies.services.trials import run_trial
from tests.factories.applications import apply_for
from tests.factories.applications import number as identity

# Files, acts without a page of their own, and addresses only programs ask for.
NO_PAGE = {
    "health", "robots", "sitemap", "sitemap_part", "care", "accounts:logout", "accounts:start",
    "enterprises:licence_file", "enterprises:occupation_options",
    "enterprises:member_change", "enterprises:switch",
    "enterprises:vacancy_submit", "enterprises:vacancy_extend", "enterprises:vacancy_copy",
    "enterprises:message_open", "jobseekers:message_open", "workbench:message_open",
    "enterprises:invite", "jobseekers:bookmark", "jobseekers:alert", "jobseekers:suggestion",
    "jobseekers:dismiss_undo", "jobseekers:invitation_decline",
    "jobseekers:withdraw", "jobseekers:dismiss", "jobseekers:consent_withdraw", "jobseekers:apply",
    "workbench:key_list_end", "workbench:key_list_add", "workbench:hotline_delete",
    "workbench:title_correction_end",
    "subsidies:policy_act", "subsidies:parameter_act",
    "subsidies:trial_progress", "subsidies:trial_file", "subsidies:insurance_progress",
    "subsidies:insurance_rejections", "subsidies:insurance_again",
    "subsidies:insurance_give_up",
    "subsidies:run_workbook", "subsidies:first_review", "subsidies:second_review",
    "subsidies:payment_prepare", "subsidies:payment_remind", "subsidies:payment_send",
    "subsidies:payment_cancel", "subsidies:payment_file", "subsidies:payment_settle",
    "subsidies:payment_answer", "subsidies:recovery_act", "subsidies:budget_act",
    "subsidies:release_run", "subsidies:claim_checks", "subsidies:notice_pdf", "notices:pdf",
    "subsidies:return_batch", "subsidies:claim_act", "subsidies:publish", "subsidies:withdraw",
    "hotlines:asked",  # only after asking; test_without_script.py does
    "applications:document", "applications:document_add", "applications:document_remove",
    "applications:withdraw", "subsidies:application_decide", "subsidies:application_return",
    "workbench:match_areas_file", "workbench:match_plan_progress", "workbench:match_plan_act",
    "workbench:shortage_ranking_file",
    "workbench:supply_template", "workbench:supply_errors", "reports:weekly_file", "reports:list_file",
}  # fmt: skip
# The same address in another state: name → queries.
ALSO = {
    "vacancies:search": ("?q=数控", "?q=宇航员", "?q=车工&region=320412&sort=date"),
    "enterprises:vacancy_edit": ("?check=1",),
    "enterprises:vacancies": ("?show=draft",),
    "subsidies:batch": ("?sample=1",),
    "subsidies:run": ("?outcome=deny&near=on", "?q=没有这家"),
    "accounts:register": ("?role=enterprise_member",),
    "hotlines:ask": ("?subject=稳岗返还",),
    "workbench:match_areas": ("?by=area",),
}


def _first(model, **conditions):
    return {"public_id": model.objects.filter(**conditions).order_by("pk")[0].public_id}


def _main():
    return Enterprise.objects.get(name=PLANTED[MAIN_ENTERPRISE].name)


def _live():
    return {"public_id": Vacancy.objects.live().filter(enterprise=_main()).first().public_id}


def _decision():
    return {"public_id": Claim.objects.get(enterprise=_main()).decision.public_id}


def _trial():
    """A finished trial of one month instead of three; made when first asked for."""
    made = Trial.objects.first()
    if made is None:
        run = ScreeningRun.objects.first()
        made = Trial.objects.create(
            title="受疫情影响较重企业只补一个月",
            parameters={"hard_hit_months": "1"},
            region=run.region,
            base_year=run.base_year,
            legal_date=run.legal_date,
            created_by=User.objects.get(username="city1"),
        )
        run_trial(made.pk)
    return {"public_id": made.public_id}


def _match_plan():
    """A draft with fewer recommendations for each person wanted, tried; made when first asked for."""
    made = MatchPlan.objects.filter(note="试小一点的上限").first()
    if made is None:
        user = User.objects.get(username="city1")
        weights = default_plan().weights
        made = create_plan(user, weights, 5, 10, "试小一点的上限")
        create_plan(user, weights, 8, 10, "还没有试算")
        ask_for_trial(user, made)
        run_match_trial(made.pk)
    return {"version": made.version}


def _match_draft():
    _match_plan()
    return {"version": MatchPlan.objects.get(note="还没有试算").version}


def _mapping():
    made, _ = InsuranceMapping.objects.get_or_create(
        kind="person_month", name="市社保中心导出", defaults={"columns": {"厂代码": "credit_code"}}
    )
    return {"pk": made.pk}


def _payment_batch():
    """The main enterprise's claim, approved and in a batch; made when first asked for."""
    claim = Claim.objects.get(enterprise=_main(), decision__application=None)
    batch = PaymentBatch.objects.filter(payments__claim=claim).first()
    if batch is None:
        staff = list(User.objects.filter(role="city_staff").order_by("pk")[:2])
        now = timezone.now()
        notice = PublicNotice.objects.first()
        Claim.objects.filter(pk=claim.pk).update(
            state="approved",
            notice=notice,
            approved_at=now,
            first_reviewer=staff[0],
            first_reviewed_at=now,
            second_reviewer=staff[1],
            second_reviewed_at=now,
        )
        confirm_enterprise_account(
            _main(),
            User.objects.get(username="lishi"),
            holder=_main().name,
            bank="测试银行常州武进支行",
            number="6222000011112222",
        )
        batch = prepare_batch([claim.public_id], staff[0])
    return {"public_id": batch.public_id}


def _recovery():
    """Money of that claim to come back, notified; made when first asked for."""
    claim = Claim.objects.get(enterprise=_main(), decision__application=None)
    made, _ = Recovery.objects.get_or_create(
        claim=claim,
        decision=claim.decision,
        defaults={
            "amount_fen": 1_000_000,
            "reason": "第 2 次筛查时，社保记录或政策有更正，现在应为 20,000.00 元。",
            "state": "notified",
            "due_on": timezone.localdate(),
            "notified_at": timezone.now(),
        },
    )
    return {"public_id": made.public_id}


def _draft():
    """A draft of the city's policy with a fault in it; made when first asked for."""
    writer = User.objects.get(username="city1")
    draft = PolicyVersion.objects.filter(author=writer, state="draft").first()
    if draft is None:
        source = PolicyVersion.objects.published().first()
        text = source.source_text.replace("\ntitle:", "\ntittle:", 1)
        draft = create_draft(writer, text, source.cases_text)
    return {"public_id": draft.public_id}


def _subsidy_application():
    """The seeker's, decided on; made when first asked for."""
    user = User.objects.get(username="wangjianguo")
    made = SubsidyApplication.objects.filter(user=user).exclude(state="draft").first()
    if made is None:
        seeker = user.seeker
        facts = {"certificate": True, "catalogue_standard_fen": 180_000}
        number = seeker.identity_number or identity(1)
        made = apply_for(user, SKILL, [(seeker.name, number, facts)])
    return {"public_id": made.public_id}


def _subsidy_draft():
    """The enterprise's, being filled in."""
    member = User.objects.get(username="lishi")
    return {"public_id": applications.start(member, REFERRAL, _main()).public_id}


def _policy():
    return {"policy_id": PolicyVersion.objects.published().first().policy_id}


def _policy_version():
    version = PolicyVersion.objects.published().order_by("pk").first()
    return {"policy_id": version.policy_id, "version": version.version}


def _waiting_licence():
    return {"public_id": LicenceFile.objects.latest("pk").enterprise.public_id}


def _alert():
    """A saved search; made when first asked for."""
    seeker = JobSeeker.objects.get(user__username="wangjianguo")
    return subscribe(seeker, SearchParams(text="电工"), "daily")


def _application():
    theirs = {"vacancy__enterprise": _main(), "seeker__user__username": "wangjianguo"}
    return Application.objects.filter(state="interview", **theirs).latest("pk")


SKILL = "changzhou-2020-17/skill-catalogue"
REFERRAL = "changzhou-2020-17/agency-referral"
OBJECTS = {
    "applications:offer": lambda: {"policy_id": "changzhou-2020-17", "key": "skill-catalogue"},
    "applications:detail": _subsidy_application,
    "applications:objection": _subsidy_application,
    "applications:edit": _subsidy_draft,
    "subsidies:application": _subsidy_application,
    "accounts:reveal": lambda: {
        "kind": "seeker",
        "field": "phone",
        "public_id": _application().seeker.public_id,
    },
    "vacancies:employer": lambda: {"public_id": _main().public_id},
    "vacancies:detail": _live,
    "enterprises:vacancy": _live,
    "enterprises:vacancy_close": _live,
    "enterprises:vacancy_edit": lambda: _first(Vacancy, enterprise=_main(), state="draft"),
    "enterprises:candidates": _live,
    "enterprises:shortage": lambda: _first(ShortageDeclaration, enterprise=_main()),
    "enterprises:shortage_edit": lambda: _first(ShortageDeclaration, enterprise=_main()),
    "enterprises:policy_decision": _decision,
    "enterprises:policy_objection": _decision,
    "enterprises:applicant": lambda: {"public_id": _application().public_id},
    "jobseekers:application": lambda: {"public_id": _application().public_id},
    "jobseekers:alert_off": lambda: {"token": token_of(_alert())},
    "policies:detail": _policy,
    "policies:version": _policy_version,
    "notices:detail": lambda: _first(PublicNotice),
    "notices:objection": lambda: _first(PublicNotice),
    "hotlines:ticket": lambda: _first(Ticket, enterprise=_main()),
    "workbench:enterprise": lambda: {"public_id": _main().public_id},
    "workbench:licence_review": _waiting_licence,
    "workbench:vacancy_review": lambda: _first(Vacancy, state="in_review"),
    "workbench:shortage": lambda: _first(ShortageDeclaration, state="serving"),
    "workbench:ticket": lambda: _first(Ticket, state="open"),
    "workbench:commissioner": lambda: _first(Commissioner, user__username="zhoumin"),
    "workbench:assignment": lambda: {"public_id": _main().public_id},
    "workbench:visit_new": lambda: {"public_id": _main().public_id},
    "workbench:hotline_edit": lambda: _first(Hotline),
    "workbench:jobseeker": lambda: _first(JobSeeker, user__username="wangjianguo"),
    "workbench:supply_import": lambda: _first(SupplyListImport),
    "workbench:match_plan": _match_plan,
    "workbench:match_plan_edit": _match_draft,
    "subsidies:trial": _trial,
    "subsidies:insurance_import": lambda: _first(InsuranceImport),
    "subsidies:insurance_reopen": lambda: _first(InsuranceImport),
    "subsidies:insurance_mapping": _mapping,
    "subsidies:policy": _draft,
    "subsidies:policy_edit": _draft,
    "subsidies:run": lambda: {"public_id": Decision.objects.first().screening.public_id},
    "subsidies:decision": _decision,
    "subsidies:batch": lambda: {
        "public_id": ClaimBatch.objects.filter(second_reviewer=None).first().public_id
    },
    "subsidies:payment_batch": _payment_batch,
    "subsidies:recovery": _recovery,
    "subsidies:recovery_letter": _recovery,
    "subsidies:notice": lambda: _first(PublicNotice),
    "subsidies:objection": lambda: _first(Objection),
}


def names(patterns=None, prefix=""):
    """(URL name, names of its arguments) of every address but those of the API and Django's admin."""
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        if hasattr(pattern, "url_patterns"):
            if pattern.app_name not in ("admin", "api", "ui"):
                inner = f"{prefix}{pattern.namespace}:" if pattern.namespace else prefix
                yield from names(pattern.url_patterns, inner)
        else:
            yield f"{prefix}{pattern.name}", tuple(pattern.pattern.converters)


def pages():
    """URL name → addresses of its pages, the variants included."""
    found = {}
    for name, arguments in names():
        if name in NO_PAGE:
            continue
        assert not arguments or name in OBJECTS, f"Which object shows {name}? Say so in OBJECTS."
        path = reverse(name, kwargs=OBJECTS[name]() if arguments else {})
        found[name] = [path, *(path + query for query in ALSO.get(name, ()))]
    return found


def unused():
    """Objects told to be there although nothing asks for them."""
    return set(OBJECTS) - {name for name, arguments in names() if arguments}
