"""The portal's menus as data, and which of their entries a person is shown.

An entry whose URL name does not resolve is left out, so that a page of an app that is switched
off leaves no dead link behind. Who may open a page is decided by the views, not here: the roles
only keep menus short.
"""

from dataclasses import dataclass, field

from django.urls import NoReverseMatch, reverse

CITY_AND_DISTRICT = ("city_staff", "district_staff", "auditor", "administrator")
CITY_OFFICE = ("city_staff", "auditor", "administrator")
ALL_STAFF = ("commissioner", *CITY_AND_DISTRICT)
ACTING = ("commissioner", "district_staff", "city_staff")


@dataclass(frozen=True)
class Entry:
    """One line of a menu."""

    label: str
    url_name: str
    icon: str = ""
    count_key: str = ""
    roles: tuple[str, ...] = ()  # empty: everyone
    args: tuple = ()
    short_label: str = ""


@dataclass(frozen=True)
class Group:
    """Entries under one heading (the first group of the rail has none)."""

    label: str
    entries: tuple[Entry, ...]


@dataclass
class Link:
    """An entry made ready for one request."""

    label: str
    url: str
    icon: str
    current: bool
    count: int = 0


@dataclass
class LinkGroup:
    """A group made ready for one request; never empty."""

    label: str
    links: list[Link] = field(default_factory=list)


PUBLIC = (
    Entry("找工作", "vacancies:search", "search"),
    Entry("招人用工", "enterprises:overview", "building-factory"),
    Entry("政策与补贴", "policies:list", "coin-yuan"),
    Entry("公示公告", "notices:list", "speakerphone"),
    Entry("服务热线", "hotlines:list", "phone"),
)

# What an enterprise still looks up on the public side.
PUBLIC_OFFERS = PUBLIC[2:]

SEEKER_BAR = (
    Entry("找工作", "vacancies:search", "search"),
    Entry("推荐", "jobseekers:recommendations", "star"),
    Entry("我的申请", "jobseekers:applications", "send"),
    Entry("我的", "jobseekers:profile", "user"),
)

SEEKER_MENU = (
    Entry("为我推荐", "jobseekers:recommendations", "star"),
    Entry("我的申请", "jobseekers:applications", "send"),
    Entry("单位邀请", "jobseekers:invitations", "mail", "invitations"),
    Entry("我的收藏", "jobseekers:bookmarks", "bookmark"),
    Entry("岗位订阅", "jobseekers:alerts", "alarm"),
    Entry("我的简历与意向", "jobseekers:profile", "file-text"),
    Entry("补贴申请", "applications:list", "coin-yuan"),
    Entry("消息", "jobseekers:messages", "bell", "messages"),
    Entry("授权同意", "jobseekers:consents", "shield-check"),
)

ENTERPRISE = (
    Entry("总览", "enterprises:overview", "home"),
    Entry("岗位", "enterprises:vacancies", "briefcase"),
    Entry("缺工申报", "enterprises:shortages", "building-factory"),
    Entry("应聘与候选人", "enterprises:applicants", "users"),
    Entry("我的政策", "enterprises:policies", "coin-yuan"),
    Entry("补贴申请", "applications:list", "file-description"),
    Entry("消息", "enterprises:messages", "bell", "messages"),
)

STAFF = (
    Group(
        "",
        (
            Entry("今天", "workbench:today", "checklist", "today", ALL_STAFF),
            Entry("消息", "workbench:messages", "bell", "messages", ACTING),
        ),
    ),
    Group(
        "企业用工",
        (
            Entry("缺工申报", "workbench:shortages", "building-factory", "shortages", ALL_STAFF),
            Entry(
                "岗位审核",
                "workbench:vacancy_reviews",
                "file-search",
                "vacancy_reviews",
                CITY_AND_DISTRICT,
            ),
            Entry(
                "企业与重点名录", "workbench:enterprises", "list-details", "enterprises", ALL_STAFF
            ),
        ),
    ),
    Group(
        "求职者",
        (
            Entry("求职登记", "workbench:jobseekers", "users", "", CITY_AND_DISTRICT),
            Entry("匹配运行", "workbench:matching", "arrows-shuffle", "", CITY_AND_DISTRICT),
            Entry("供需", "workbench:match_areas", "chart-bar", "", CITY_AND_DISTRICT),
            Entry("推荐效果", "workbench:funnel", "filter", "", CITY_AND_DISTRICT),
            Entry("匹配方案", "workbench:match_plans", "git-compare", "", CITY_OFFICE),
            Entry("职业编码", "workbench:titles", "tags", "", CITY_AND_DISTRICT),
        ),
    ),
    Group(
        "补贴资金",
        (
            Entry("稳岗返还筛查", "subsidies:runs", "calculator", "", CITY_AND_DISTRICT),
            Entry("补贴申请", "subsidies:applications", "file-description", "", CITY_AND_DISTRICT),
            Entry("复核", "subsidies:reviews", "clipboard-check", "reviews", CITY_AND_DISTRICT),
            Entry("公示", "subsidies:notices", "speakerphone", "objections", CITY_AND_DISTRICT),
            Entry("发放与追回", "subsidies:payments", "cash", "payments", CITY_AND_DISTRICT),
            Entry("社保数据", "subsidies:insurance", "database-import", "", CITY_AND_DISTRICT),
            Entry("政策", "subsidies:policies", "book", "policies", CITY_AND_DISTRICT),
            Entry(
                "本地参数",
                "subsidies:parameters",
                "adjustments-horizontal",
                "parameters",
                CITY_AND_DISTRICT,
            ),
            Entry("政策试算", "subsidies:trials", "scale", "", CITY_AND_DISTRICT),
        ),
    ),
    Group(
        "服务",
        (
            Entry("专员", "workbench:commissioners", "user-star", "", ALL_STAFF),
            Entry("服务单", "workbench:tickets", "ticket", "tickets", ALL_STAFF),
            Entry("热线", "workbench:hotlines", "phone", "", CITY_AND_DISTRICT),
        ),
    ),
    Group(
        "报表",
        (
            Entry("周报与月报", "reports:weekly", "report-analytics", "", CITY_AND_DISTRICT),
            Entry("四张清单", "reports:lists", "table", "", CITY_AND_DISTRICT),
            Entry(
                "紧缺职业排行", "workbench:shortage_ranking", "trending-up", "", CITY_AND_DISTRICT
            ),
        ),
    ),
)

FOOTER = (
    Entry("无障碍说明", "accessibility"),
    Entry("隐私与个人信息", "privacy"),
    Entry("意见与投诉", "feedback"),
)


def resolve(url_name: str, *args, **kwargs) -> str | None:
    """The address of a URL name, or None when there is none."""
    try:
        return reverse(url_name, args=args, kwargs=kwargs)
    except NoReverseMatch:
        return None


def role_of(user) -> str:
    """The role of a signed-in user, "" for a stranger."""
    return str(user.role) if user is not None and user.is_authenticated else ""


def _covers(url: str, path: str) -> bool:
    return path == url or (url != "/" and path.startswith(url.rstrip("/") + "/"))


def _mark_current(links: list[Link], path: str) -> None:
    """Mark the one entry with the longest address that the path lies under."""
    covering = [link for link in links if _covers(link.url, path)]
    if covering:
        max(covering, key=lambda link: len(link.url)).current = True


def links_for(entries, path: str, role: str = "", counts=None) -> list[Link]:
    """The entries a role is shown, with addresses, counts and the current one marked."""
    links = []
    for entry in entries:
        if entry.roles and role not in entry.roles:
            continue
        url = resolve(entry.url_name, *entry.args)
        if url is None:
            continue
        count = counts.get(entry.count_key, 0) if counts and entry.count_key else 0
        links.append(Link(entry.label, url, entry.icon, False, count))
    _mark_current(links, path)
    return links


def groups_for(groups, path: str, role: str, counts=None) -> list[LinkGroup]:
    """The groups a role is shown, empty ones left out, one entry of all marked current."""
    made = [LinkGroup(group.label, links_for(group.entries, "", role, counts)) for group in groups]
    made = [group for group in made if group.links]
    _mark_current([link for group in made for link in group.links], path)
    return made
