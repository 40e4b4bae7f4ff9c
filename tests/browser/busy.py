"""What a few days of work leave in the city, so that no page is looked at empty only."""

import datetime
from io import BytesIO

import openpyxl
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from enterprises.models import Enterprise, Vacancy
from enterprises.services.licences import upload_licence
from enterprises.services.shortages import declare_shortage
from enterprises.services.vacancies import save_draft
from jobseekers.models import Application, JobSeeker
from jobseekers.services import applications
from jobseekers.services.supply_import import import_supply_list
from jobseekers.services.supply_sheets import template_workbook
from portal.accounts.models import Membership, User
from portal.demo.story import MAIN_ENTERPRISE, PLANTED
from subsidies.models import Claim, Decision
from subsidies.services.claims import first_review, return_claim, second_review
from subsidies.services.notices import publish_notice
from subsidies.services.objections import object_to_notice
from tests.enterprises.conftest import picture

UNLAWFUL = "只招女工，本地人优先，会看图纸，熟悉男鞋模具更好。"


def user(name):
    """One of the demo accounts."""
    return User.objects.get(username=name)


def fill():
    """Claims at every step, a running notice with an objection, an advertisement with findings,
    a licence that waits, an application that was invited, a shortage, a supply list sent back.
    """
    main = Enterprise.objects.get(name=PLANTED[MAIN_ENTERPRISE].name)
    _claims(main)
    _licence()
    Vacancy.objects.filter(enterprise=main, state="draft").delete()
    facts = {"title": "数控车床操作工", "requirements": UNLAWFUL, "duties": "操作数控车床。"}
    save_draft(main, user("lishi"), facts | {"headcount": 3, "pay_min": 1500, "pay_max": 8000})
    _application(main)
    item = {
        "title": "数控车工",
        "missing": 12,
        "skills": ["看图纸"],
        "pay_min": 6000,
        "pay_max": 8500,
    }
    declare_shortage(main, user("lishi"), reason="订单增加", items=[item])
    import_supply_list(_supply_list(), "供给清单.xlsx", user("wujin1"))


def _supply_list():
    """The template with one row whose identity number is wrong."""
    book = openpyxl.load_workbook(BytesIO(template_workbook()))
    sheet = book.active
    sheet.append(["郑试仁", "990000199001010000", "15400009904", "武进区"])
    content = BytesIO()
    book.save(content)
    return content.getvalue()


def _claims(main):
    city1, city2 = user("city1"), user("city2")
    claims = list(Claim.objects.filter(state="screened").exclude(enterprise=main)[:6])
    named = [claim.public_id for claim in claims]
    published = [Claim.objects.get(enterprise=main).public_id, *named[:2]]
    second_review(first_review(published, city2).public_id, city1, sampled=True)
    notice = publish_notice(published, city1, 5)
    second_review(first_review(named[2:4], city1).public_id, city2, sampled=True)
    first_review(named[4:5], city2)
    return_claim(named[5], city1, "参保人数与人社系统不一致，请核对后重新办理。")
    words = "年末人数好像少算了两人，请核对参保记录。"
    object_to_notice(notice, name="郝试言", phone="15400009903", body=words, entry_number=1)


def _licence():
    enterprise = Enterprise.objects.filter(licence_state="pending").order_by("pk").first()
    member = Membership.objects.filter(enterprise=enterprise, ended_at=None).first()
    file = SimpleUploadedFile("执照.png", picture())
    upload_licence(enterprise, member.user, file)


def _application(main):
    seeker = JobSeeker.objects.get(user=user("wangjianguo"))
    vacancy = Vacancy.objects.live().filter(enterprise=main).first()
    made = Application.objects.filter(seeker=seeker, vacancy__enterprise=main).first()
    made = made or applications.apply(seeker, vacancy, agreed=True, note="我做过八年数控车床。")
    if made.state in ("applied", "seen"):
        at = timezone.now() + datetime.timedelta(days=3)
        applications.invite(made, at=at, place="武进区湖塘镇延政中路 2 号 3 号门")
    assert Decision.objects.filter(enterprise=main).exists()
