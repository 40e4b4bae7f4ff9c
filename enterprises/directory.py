"""The words by which the home page lets people browse, and their live counts."""

from django.conf import settings
from django.core.cache import cache

from portal.places.models import Division

from .models import Vacancy
from .search_params import SearchParams
from .search_results import capped_counts, filtered, region_q

# Everyday names of work as people type them, in the groups people look in.
GROUPS = (
    ("生产制造", ("普工", "装配", "质检", "数控", "焊工", "缝纫", "操作工")),
    ("维修技术", ("电工", "设备维护", "维修", "机修", "模具", "钳工")),
    ("物流仓储", ("仓管", "分拣", "叉车", "司机", "快递", "配送")),
    ("生活服务", ("服务员", "厨师", "保洁", "护士", "保安", "收银")),
    ("销售文职", ("销售", "客服", "文员", "会计", "行政", "人事")),
    ("工程研发", ("机械", "软件", "电气", "工艺", "测试", "设计")),
)
POPULAR = ("普工", "电工", "焊工", "司机", "数控", "会计", "厨师", "护士")
_SECONDS = 300


def districts():
    """The districts of the city, in the order pages list them."""
    return list(Division.objects.districts_of(settings.CITY_CODE))


def by_word():
    """[(group, [(word, count, url)])] of live vacancies; words that find nothing are left out."""

    def count():
        words = [word for _, group in GROUPS for word in group]
        params = [SearchParams(text=word) for word in words]
        counts = capped_counts([filtered(p) for p in params])
        return dict(zip(words, counts, strict=True))

    counts = cache.get_or_set("directory:words", count, _SECONDS)
    made = []
    for label, group in GROUPS:
        entries = [
            (word, counts.get(word, 0), SearchParams(text=word).url())
            for word in group
            if counts.get(word)
        ]
        if entries:
            made.append((label, sorted(entries, key=lambda e: -e[1])))
    return made


def by_district():
    """[(district, count, url)] of live vacancies, most first."""

    def count():
        places = districts()
        live = Vacancy.objects.live()
        counts = capped_counts([live.filter(region_q([d.code])) for d in places])
        return [(d.name, n, d.code) for d, n in zip(places, counts, strict=True)]

    rows = cache.get_or_set("directory:districts", count, _SECONDS)
    rows = sorted(rows, key=lambda row: -row[1])
    return [(name, n, SearchParams(regions=(code,)).url()) for name, n, code in rows]
