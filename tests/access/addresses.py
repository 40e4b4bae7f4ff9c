"""How the parts of every address are filled: with which row of a place."""

import re
from functools import cached_property

from django.apps import apps
from django.urls import URLPattern, get_resolver, reverse

from jobseekers.services.alerts import token_of


def _id(name):
    """The public id of one of a place's rows."""
    return lambda side: {"public_id": getattr(side, name).public_id}


def _fixed(**values):
    """The same everywhere."""
    return lambda side: values


def _report(**more):
    """A weekly report by its period and region."""
    return lambda side: {"period": side.report.period, "region": side.report.region_id, **more}


# URL name → function of a place to the keyword arguments. What stands for a whole namespace first.
FILL = {
    "sitemap_part": _fixed(number=1),
    "accounts:reveal": lambda side: {
        "kind": "seeker", "public_id": side.seeker.public_id, "field": "phone",
    },
    "vacancies:employer": _id("enterprise"),
    "vacancies:detail": _id("vacancy"),
    "enterprises:licence_file": _id("licence"),
    "enterprises:member_change": lambda side: {"pk": side.colleague.pk},
    "enterprises:vacancy": _id("vacancy"),
    "enterprises:vacancy_edit": _id("draft"),
    "enterprises:vacancy_submit": _id("draft"),
    "enterprises:vacancy_extend": _id("vacancy"),
    "enterprises:vacancy_copy": _id("vacancy"),
    "enterprises:vacancy_close": _id("vacancy"),
    "enterprises:shortage": _id("shortage"),
    "enterprises:shortage_edit": _id("shortage"),
    "enterprises:policy_decision": _id("decision"),
    "enterprises:policy_objection": _id("decision"),
    "enterprises:applicant": _id("application"),
    "enterprises:candidates": _id("vacancy"),
    "enterprises:invite": _id("vacancy"),
    "enterprises:message_open": _id("member_message"),
    "jobseekers:application": _id("application"),
    "jobseekers:withdraw": _id("application"),
    "jobseekers:apply": _id("open_vacancy"),
    "jobseekers:dismiss": _id("open_vacancy"),
    "jobseekers:dismiss_undo": _id("open_vacancy"),
    "jobseekers:bookmark": _id("open_vacancy"),
    "jobseekers:alert": _id("alert"),
    "jobseekers:alert_off": lambda side: {"token": token_of(side.alert)},
    "jobseekers:invitation_decline": _id("invitation"),
    "jobseekers:message_open": _id("seeker_message"),
    "jobseekers:consent_withdraw": _id("consent"),
    "policies:detail": lambda side: {"policy_id": side.decision.policy.policy_id},
    "policies:version": lambda side: {
        "policy_id": side.decision.policy.policy_id, "version": side.decision.policy.version,
    },
    "subsidies:insurance_mapping": lambda side: {"pk": side.mapping.pk},
    **{
        f"subsidies:insurance_{name}": _id("insurance_import")
        for name in ("import", "progress", "rejections", "again", "give_up", "reopen")
    },
    "applications:offer": lambda side: {
        "policy_id": "changzhou-2020-17", "key": "train-in-lieu",
    },
    "applications:detail": _id("subsidy_application"),
    "applications:edit": _id("subsidy_application"),
    "applications:document_add": _id("subsidy_application"),
    "applications:withdraw": _id("subsidy_application"),
    "applications:objection": _id("subsidy_application"),
    "applications:document": _id("subsidy_document"),
    "applications:document_remove": _id("subsidy_document"),
    "subsidies:application": _id("subsidy_application"),
    "subsidies:application_decide": _id("subsidy_application"),
    "subsidies:application_return": _id("subsidy_application"),
    "subsidies:payment_batch": _id("payment_batch"),
    "subsidies:payment_send": _id("payment_batch"),
    "subsidies:payment_cancel": _id("payment_batch"),
    "subsidies:payment_file": _id("payment_batch"),
    "subsidies:payment_settle": _id("payment_batch"),
    "subsidies:payment_answer": _id("payment_batch"),
    "subsidies:recovery": _id("recovery"),
    "subsidies:recovery_letter": _id("recovery"),
    "subsidies:recovery_act": lambda side: {
        "public_id": side.recovery.public_id, "act": "refuse",
    },
    "subsidies:budget_act": lambda side: {"pk": side.budget.pk, "act": "reject"},
    "subsidies:release_run": _id("screening"),
    "subsidies:claim_checks": _id("claim"),
    "subsidies:notice_pdf": _id("notice"),
    "notices:pdf": _id("notice"),
    "notices:detail": _id("notice"),
    "notices:objection": _id("notice"),
    "hotlines:ticket": _id("own_ticket"),
    "workbench:enterprise": _id("enterprise"),
    "workbench:licence_review": _id("enterprise"),
    "workbench:key_list_add": _id("enterprise"),
    "workbench:key_list_end": lambda side: {
        "public_id": side.enterprise.public_id, "pk": side.key_entry.pk,
    },
    "workbench:vacancy_review": _id("in_review"),
    "workbench:shortage": _id("shortage"),
    "workbench:ticket": _id("ticket"),
    "workbench:commissioner": _id("commissioner"),
    "workbench:assignment": _id("enterprise"),
    "workbench:visit_new": _id("enterprise"),
    "workbench:message_open": _id("staff_message"),
    "workbench:jobseeker": _id("seeker"),
    "workbench:supply_import": _id("supply_import"),
    **{
        f"workbench:match_plan{name}": lambda side: {"version": side.match_plan.version}
        for name in ("", "_edit", "_progress")
    },
    "workbench:match_plan_act": lambda side: {
        "version": side.match_plan.version, "act": "try",
    },
    "workbench:supply_errors": _id("supply_import"),
    "workbench:title_correction_end": _id("correction"),
    "workbench:hotline_edit": _id("hotline"),
    "workbench:hotline_delete": _id("hotline"),
    "subsidies:run": _id("screening"),
    "subsidies:run_workbook": _id("screening"),
    "subsidies:decision": _id("decision"),
    "subsidies:batch": _id("batch"),
    "subsidies:second_review": _id("batch"),
    "subsidies:return_batch": _id("batch"),
    "subsidies:claim_act": lambda side: {"public_id": side.claim.public_id, "act": "return"},
    "subsidies:notice": _id("notice"),
    "subsidies:withdraw": _id("notice"),
    "subsidies:objection": _id("objection"),
    "subsidies:policy": _id("policy_draft"),
    "subsidies:policy_edit": _id("policy_draft"),
    "subsidies:policy_act": lambda side: {
        "public_id": side.policy_draft.public_id, "act": "withdraw",
    },
    "subsidies:parameter_act": lambda side: {
        "public_id": side.parameter.public_id, "act": "return",
    },
    "subsidies:trial": _id("trial"),
    "subsidies:trial_progress": _id("trial"),
    "subsidies:trial_file": _id("trial"),
    "reports:weekly_file": _report(),
    "reports:list_file": _fixed(key="shortages"),
    "api:vacancy": _id("draft"),
    "api:enterprise": _id("enterprise"),
    "api:application": _id("application"),
    "api:application_withdraw": _id("application"),
    "api:application_answer": _id("application"),
    "api:decision": _id("decision"),
    "api:claim": _id("claim"),
    "api:report": _report(kind="weekly"),
    "api:report_workbook": _report(kind="weekly"),
    "admin:app_list": _fixed(app_label="enterprises"),
    "admin:accounts_user_edit": lambda side: {"pk": side.seeker.user.pk},
    "admin:accounts_user_password": lambda side: {"pk": side.seeker.user.pk},
}  # fmt: skip

_TABLE_PAGE = re.compile(r"admin:([a-z]+)_([a-z]+)_(changelist|add|history|delete|change)")


class Address:
    """One URL pattern of the project.

    name: what the table calls it. The six pages of every table of the back office share a row
    each, "admin:<table>_change" and so on: they are one rule, walked for every table.
    """

    def __init__(self, namespaces, pattern, route):
        self.url_name = ":".join([*namespaces, pattern.name]) if pattern.name else ""
        self.route = route
        self.parts = set(pattern.pattern.converters) or set(pattern.pattern.regex.groupindex)
        self.model = None
        table = _TABLE_PAGE.fullmatch(self.url_name)
        old = re.fullmatch(r"admin/([a-z]+)/([a-z]+)/<path:object_id>/", route)
        if table:
            self.model = apps.get_model(table[1], table[2])
            self.name = f"admin:<table>_{table[3]}"
        elif old:
            self.model = apps.get_model(old[1], old[2])
            self.name = "admin:<table>/<id>"
        else:
            self.name = self.url_name or route

    def at(self, side):
        """The path with a row of this place in it; KeyError when nothing says how to fill it."""
        if self.name == "admin/(?P<url>.*)$":
            return "/admin/nowhere/"
        if self.model is not None:
            return self._of_table
        values = FILL[self.url_name](side) if self.parts else {}
        if set(values) != self.parts:
            raise KeyError(self.url_name)
        return reverse(self.url_name, kwargs=values)

    @cached_property
    def _of_table(self):
        if not self.parts:
            return reverse(self.url_name)
        row = self.model._default_manager.order_by("pk").first()
        if row is None:
            raise LookupError(f"no row of {self.model.__name__} to open")
        if self.url_name:
            return reverse(self.url_name, args=[row.pk])
        change = f"admin:{self.model._meta.app_label}_{self.model._meta.model_name}_change"
        return reverse(change, args=[row.pk]).removesuffix("change/")


def every_address():
    """All URL patterns, through every include."""
    found = []

    def walk(patterns, prefix, namespaces):
        for entry in patterns:
            route = prefix + str(entry.pattern)
            if isinstance(entry, URLPattern):
                found.append(Address(namespaces, entry, route))
            else:
                inner = [*namespaces, entry.namespace] if entry.namespace else namespaces
                walk(entry.url_patterns, route, inner)

    walk(get_resolver().url_patterns, "", [])
    return found
