"""The whole story with real clicks, in two chapters: from a shortage of hands to somebody hired,
and from a night's figures to money on a public list and a workbook in the hand.

Every person has a browser of their own; what one writes, the next one reads on the screen.
"""

import datetime
import re
from io import BytesIO

import openpyxl
import pytest
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect
from pypdf import PdfWriter

from enterprises.models import Enterprise, Vacancy
from jobseekers.models import Application
from portal.accounts.masking import mask
from portal.accounts.models import ConsentRecord
from portal.demo.people import DEMO_PASSWORD
from portal.reports.weeks import Week
from subsidies.models import Claim, ClaimBatch, Decision
from tests.factories.enterprises import credit_code

PASSWORD = "fang-xiang-9"
EMPLOYER = "常州试航精密机械有限公司"
TITLE = "数控车床操作工"
REFUNDED = "常州砺石模具有限公司"


@pytest.fixture(scope="module")
def origin(serve, city_database):
    """Address of the portal before its first night."""
    return serve(city_database)


@pytest.fixture
def someone(open_context, origin):
    """someone() → a page of a browser that nobody used before; questions are answered with yes."""

    def make(**options):
        page = open_context(origin, **options).new_page()
        page.on("dialog", lambda dialog: dialog.accept())
        return page

    return make


def sign_in(page, username, to="", password=DEMO_PASSWORD):
    """Open an address as a stranger, sign in when asked to, and stand on the page asked for."""
    page.goto(to or "/account/sign-in/")
    page.get_by_label("手机号或用户名").fill(username)
    page.get_by_label("密码").fill(password)
    page.locator("main").get_by_role("button", name="登录").click()
    page.wait_for_url(lambda url: "/sign-in/" not in url)


def press(page, name, **options):
    """Press a button of the page's content."""
    page.locator("main").get_by_role("button", name=name, **options).click()


def follow(page, name, **options):
    """Follow a link of the page's content."""
    page.locator("main").get_by_role("link", name=name, **options).first.click()


def sees(page, *words):
    """Every text stands in the page's content or its messages."""
    for text in words:
        expect(page.get_by_text(text).first).to_be_visible()


def licence_file():
    """A PDF of one empty page."""
    writer, content = PdfWriter(), BytesIO()
    writer.add_blank_page(width=595, height=842)
    writer.write(content)
    return {"name": "营业执照.pdf", "mimeType": "application/pdf", "buffer": content.getvalue()}


def test_from_registering_to_hired(someone):
    """An enterprise, a clerk and a job seeker."""
    employer = someone()
    register_enterprise(employer)
    clerk = someone()
    sign_in(clerk, "wujin1", reverse("workbench:licence_reviews"))
    approve_licence(clerk)
    post_vacancy(employer)
    publish_vacancy(clerk)
    seeker = someone(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    apply_for_it(seeker)
    answer(employer, seeker)


def register_enterprise(page):
    """An account, the enterprise with its credit code, the licence."""
    page.goto("/")
    page.get_by_role("navigation", name="主要栏目").get_by_role("link", name="招人用工").click()
    follow(page, "注册企业账号")
    page.get_by_label("招人的单位").check()
    page.get_by_label("姓名").fill("何试航")
    page.get_by_label("手机号").fill("15400009901")
    page.get_by_label("设一个密码").fill(PASSWORD)
    page.get_by_label("我已阅读《隐私与个人信息说明》").check()
    press(page, "注册")
    sees(page, "注册好了，您已登录。")
    if "/register/" not in page.url:
        follow(page, "登记企业")

    code = credit_code(8_800_001)
    page.get_by_label("统一社会信用代码").fill(code[:-1] + ("0" if code[-1] != "0" else "1"))
    page.get_by_label("企业名称").fill(EMPLOYER)
    page.get_by_label("所在地区").select_option(label="武进区・湖塘镇")
    page.get_by_label("行业").select_option("C34")
    page.get_by_label("从业人员").fill("120")
    page.get_by_label("上年营业收入").fill("2600")
    page.get_by_label("联系人").fill("何试航")
    page.get_by_label("联系电话").fill("0519-86529999")
    press(page, "登记", exact=True)
    sees(page, "统一社会信用代码不对，请对照营业执照检查。")
    expect(page.get_by_label("企业名称")).to_have_value(EMPLOYER)
    page.get_by_label("统一社会信用代码").fill(code)
    press(page, "登记", exact=True)

    page.goto("/enterprise/licence/")
    page.get_by_label("营业执照").set_input_files(licence_file())
    press(page, "上传")
    sees(page, "营业执照.pdf", "待核验")
    assert Enterprise.objects.get(credit_code=code).size_class == "small"


def approve_licence(page):
    """The clerk of the district finds it in the list and compares."""
    page.get_by_role("row", name=re.compile(EMPLOYER)).get_by_role("link", name="核验").click()
    sees(page, credit_code(8_800_001), "通用设备制造业")
    with page.expect_download() as download:
        follow(page, "下载 PDF")
    assert download.value.path().read_bytes() == licence_file()["buffer"]
    press(page, "通过", exact=True)
    sees(page, f"{EMPLOYER}：")
    assert Enterprise.objects.get(name=EMPLOYER).licence_state == "approved"


def post_vacancy(page):
    """Unlawful words are shown where they stand, with the law; “采用” mends them."""
    page.goto("/enterprise/vacancies/new/")
    page.get_by_label("岗位名称").fill(TITLE)
    page.get_by_label("岗位名称").blur()
    page.get_by_label("招聘人数").fill("3")
    page.get_by_role("radio", name=re.compile("机械冷加工人员")).check()
    page.get_by_label("最低").fill("6500")
    page.get_by_label("最高").fill("8500")
    page.get_by_label("工作内容").fill("操作数控车床加工轴类零件，看图纸，首件自检。")
    page.get_by_label("任职要求").fill("只招女工，会看图纸，能上夜班，熟悉男鞋模具更好。")
    press(page, "提交审核")
    sees(page, "还不能提交：有 1 处必须修改", "《人力资源市场暂行条例》第二十四条")
    expect(page.locator(".lint-mark")).to_have_text("只招女工")
    expect(page.get_by_text("男鞋").last).to_be_visible()  # named once as innocent
    vacancy = Vacancy.objects.get(enterprise__name=EMPLOYER)
    assert vacancy.state == "draft"

    page.get_by_role("button", name=re.compile("^采用")).click()
    sees(page, "已改好“只招女工”，草稿已保存。")
    vacancy.refresh_from_db()
    assert "只招女工" not in vacancy.requirements
    assert "会看图纸" in vacancy.requirements
    press(page, re.compile("提交审核"))
    sees(page, "已提交审核。武进区工作人员审核，一般 1 个工作日内答复。")


def publish_vacancy(page):
    """The clerk reads it with the rules beside it and passes it."""
    page.goto("/staff/vacancy-reviews/")
    page.get_by_role("row", name=re.compile(EMPLOYER)).get_by_role("link", name=TITLE).click()
    sees(page, "没有发现问题", "通过并发布")
    press(page, "通过", exact=True)
    sees(page, re.compile(f"“{TITLE}”.*企业会收到消息"))
    assert Vacancy.objects.get(enterprise__name=EMPLOYER).state == "published"


def apply_for_it(page):
    """A stranger with a telephone registers, says what they can do, searches, agrees, applies."""
    page.goto("/account/register/")
    page.get_by_label("找工作的个人").check()
    page.get_by_label("姓名").fill("田试禾")
    page.get_by_label("手机号").fill("15400009902")
    page.get_by_label("设一个密码").fill(PASSWORD)
    page.get_by_label("我已阅读《隐私与个人信息说明》").check()
    press(page, "注册")
    page.goto("/seeker/profile/")
    page.get_by_label("最想做的工作").fill("数控车工")
    page.get_by_label("每月想要多少（元）").fill("6000")
    page.get_by_label("现在住在").select_option(label="武进区")
    page.get_by_label("学历").select_option(label="大专")
    page.get_by_label("工作几年了").fill("4")
    page.get_by_label("会什么").fill("数控、看图纸")
    press(page, "保存")

    page.goto("/jobs/")
    page.locator("input[name=q]").first.fill("数控车床")
    page.locator("input[name=q]").first.press("Enter")
    found = page.get_by_role("listitem").filter(has_text=EMPLOYER)
    expect(found).to_have_count(1)
    found.get_by_role("link", name=TITLE).click()
    sees(page, EMPLOYER, "找工作不用交钱")

    press(page, "确认申请")
    sees(page, "要先同意把简历交给这家单位，才能申请。")
    assert not Application.objects.filter(vacancy__enterprise__name=EMPLOYER).exists()
    assert not ConsentRecord.objects.filter(recipient__name=EMPLOYER).exists()
    page.get_by_label(re.compile(f"我同意把这份简历交给{EMPLOYER}")).check()
    press(page, "确认申请")
    page.wait_for_url(re.compile("/seeker/applications/"))
    assert ConsentRecord.objects.get(recipient__name=EMPLOYER).withdrawn_at is None


def answer(employer, seeker):
    """Interview, offer, hired; each read by the seeker as it comes."""
    application = Application.objects.get(vacancy__enterprise__name=EMPLOYER)
    follow_up = reverse("jobseekers:application", args=[application.public_id])

    employer.goto("/enterprise/applicants/")
    sees(employer, "田*禾")
    expect(employer.get_by_text("田试禾")).to_have_count(0)
    follow(employer, "田*禾")
    sees(employer, "田试禾", "数控、看图纸", "154****9902")
    employer.get_by_label("面试时间").fill("2099-03-02T09:30")
    employer.get_by_label("面试地点").fill("武进区湖塘镇人民路 1 号 3 号门")
    press(employer, "约面试")
    sees(employer, "已答复，应聘的人会收到消息。")
    seeker.goto(follow_up)
    sees(seeker, "面试时间", "武进区湖塘镇人民路 1 号 3 号门", "9:30")

    press(employer, "同意录用")
    seeker.goto(follow_up)
    expect(seeker.locator("main .status").first).to_contain_text("录用")
    press(employer, "登记入职")
    seeker.goto(follow_up)
    expect(seeker.locator("main .status").first).to_contain_text("入职")
    application.refresh_from_db()
    assert application.state == "hired"
    moments = (application.seen_at, application.invited_at, application.offered_at)
    assert None not in (*moments, application.hired_at)


def test_from_a_night_to_the_notice_and_the_report(someone):
    """An enterprise that is owed money, two clerks of the city, and anybody at all."""
    call_command("nightly")
    employer = someone()
    sign_in(employer, "lishi", "/enterprise/policies/")
    read_decision(employer)
    first = someone()
    sign_in(first, "city2", "/staff/subsidies/reviews/")
    batch = review_first(first)
    refuse_own_review(first, batch)
    second = someone()
    sign_in(second, "city1", "/staff/subsidies/reviews/")
    review_second(second)
    publish_list(second)
    stranger = someone(viewport={"width": 390, "height": 844})
    read_notice(stranger)
    employer.reload()
    sees(employer, "公示期内可以提出异议，工作人员会书面答复。")
    take_report(second)


def read_decision(page):
    """Condition by condition with its clause, then the arithmetic: 60,000.00 × 50 % = 30,000.00."""
    decided = page.locator("article.decision").first
    expect(decided.locator(".decision-head")).to_contain_text("予以返还")
    expect(decided.locator(".decision-amount")).to_contain_text("30,000.00")
    expect(decided.locator(".cite").first).to_contain_text("第（十）条")
    layoffs = decided.get_by_role("row").filter(has_text="减少 6 人 ÷ 年初 120 人")
    for text in ("不高于 5.5%", "第（十）条", "5.0%", "符合"):
        expect(layoffs).to_contain_text(text)
    steps = decided.locator("table.amount-lines")
    expect(steps).to_contain_text("60,000.00")
    expect(steps).to_contain_text("50%")
    expect(steps.locator("tr.total")).to_contain_text("30,000.00")
    stored = Decision.objects.get(enterprise__name=REFUNDED, outcome="grant", amount_fen__gt=0)
    assert stored.amount_fen == 3_000_000


def review_first(page):
    """Everything the night found is passed by one person, count and sum before the eyes."""
    claims = Claim.objects.filter(state="screened")
    count, fen = claims.count(), sum(claims.values_list("amount_fen", flat=True))
    assert claims.filter(enterprise__name=REFUNDED, amount_fen=3_000_000).exists()
    sees(page, f"等初审：{count} 户，{fen // 100:,}.{fen % 100:02} 元")
    press(page, f"全部 {count} 户初审通过")
    sees(page, f"已初审 {count} 户", "您已初审，要由另一人复核")
    return ClaimBatch.objects.get()


def refuse_own_review(page, batch):
    """The first reviewer is told so, has no button, and a forged press changes nothing."""
    page.goto(reverse("subsidies:batch", args=[batch.public_id]))
    sees(page, "您已初审，要由另一人复核。")
    expect(page.get_by_role("button", name="复核通过")).to_have_count(0)
    token = page.context.cookies()
    csrf = next(one["value"] for one in token if one["name"] == "csrftoken")
    answered = page.request.post(
        reverse("subsidies:second_review", args=[batch.public_id]),
        form={"csrfmiddlewaretoken": csrf, "sampled": "on"},
        headers={"Referer": page.url},
    )
    assert "复核" in answered.text() and "另一人" in answered.text()
    assert set(Claim.objects.values_list("state", flat=True)) == {"first_reviewed"}


def review_second(page):
    """Another person draws five, ticks that they agree, and passes."""
    follow(page, "去复核")
    follow(page, "随机抽 5 户")
    sees(page, re.compile(r"随机抽的 \d 户"))
    press(page, "复核通过")
    assert set(Claim.objects.values_list("state", flat=True)) == {"first_reviewed"}
    page.get_by_label("我已抽查 5 户，金额与依据一致").check()
    press(page, "复核通过")
    sees(page, "批复核通过。下一步公示。")


def publish_list(page):
    """The list goes out for five working days."""
    page.get_by_role("group", name="哪几批").get_by_role("checkbox").first.check()
    page.get_by_label("公示几个工作日").fill("5")
    press(page, "公示", exact=True)
    sees(page, re.compile(r"已公示 \d+ 户"))
    assert set(Claim.objects.values_list("state", flat=True)) == {"published"}


def read_notice(page):
    """Somebody without an account finds the enterprise on the list; its code is masked."""
    page.goto("/notices/")
    follow(page, re.compile("2019 年度失业保险稳岗返还拟发放企业名单"))
    page.get_by_label("在名单里找企业").fill("砺石")
    press(page, "找", exact=True)
    line = page.get_by_role("row").filter(has_text=REFUNDED)
    expect(line).to_have_count(1)
    code = Enterprise.objects.get(name=REFUNDED).credit_code
    for text in ("30,000.00", "120", "114", "5.00%", mask(code, "identity")):
        expect(line).to_contain_text(text)
    whole = page.content()
    assert not [one for one in Enterprise.objects.values_list("credit_code", flat=True)
                if one in whole]  # fmt: skip
    sees(page, re.compile("公示期：.*5 个工作日"))


def take_report(page):
    """This week's workbook is made, downloaded and opened; figures are figures, dates are dates."""
    page.get_by_role("link", name="周报与月报").first.click()
    press(page, "生成本周周报")
    week = Week.of(timezone.localdate())
    sees(page, f"{week.label}的周报已生成，可以下载。")
    with page.expect_download() as download:
        follow(page, re.compile(f"下载第 {week.number} 周周报"))
    assert download.value.suggested_filename.endswith(".xlsx")
    book = openpyxl.load_workbook(BytesIO(download.value.path().read_bytes()))
    assert book.sheetnames == [
        "周调度汇总", "重点企业用工", "缺工企业清单", "人力资源供给清单",
        "人社服务专员清单", "政策清单", "稳岗返还筛查",
    ]  # fmt: skip
    total, lines = table_of(book["缺工企业清单"])
    assert total["缺多少人"] == sum(line["缺多少人"] for line in lines) > 0
    for line in lines:
        assert isinstance(line["缺多少人"], int)
        assert isinstance(line["申报日期"], datetime.datetime)
        assert isinstance(line["统一社会信用代码"], str) and len(line["统一社会信用代码"]) == 18
    total, _ = table_of(book["稳岗返还筛查"])
    granted = Claim.objects.values_list("amount_fen", flat=True)
    assert total["予以返还（户）"] == len(granted)
    assert round(total["拟返还金额（元）"] * 100) == sum(granted)


def table_of(sheet):
    """(total, lines) as dicts by the words of the head: row 3 is the head, row 4 the total."""
    head, total, *lines = sheet.iter_rows(min_row=3, values_only=True)
    named = [dict(zip(head, line, strict=True)) for line in (total, *lines)]
    return named[0], named[1:]
