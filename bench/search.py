"""Search of vacancies: middle and slow answers, beside the same filters with ILIKE on the title.

A search is what a results page asks of the database: the count up to its cap, the openings, the
first twenty posts in order of relevance. The baseline counts to the same cap and takes the twenty
newest whose title contains each word; it neither looks into texts and employers nor ranks.
"""

import sys
from time import perf_counter

from bench.cities import FACTORS, answer, city, copied, in_own_process
from bench.table import Row, peak_memory, percentile, print_table

WORDS = (
    "普工", "电工", "焊工", "叉车司机", "数控", "销售", "会计", "文员", "厨师", "保洁", "c++", "java",
    "机械工程师", "设备维修", "外贸跟单", "包吃住", "长白班", "三班倒", "武进 电工", "工程师", "仓管",
    "质检", "模具", "不存在的工作", "",
)  # fmt: skip
FILTERS = (
    "", "region=320412", "region=320412&region=320411", "pay=6000", "experience=0&education=2",
    "only=lodging&pay=5000", "only=key",
)  # fmt: skip
ROUNDS = 3


def run_search():
    """Seconds of every search and of its baseline, and of the filters' counts beside it."""
    from django.db import connection
    from django.http import QueryDict

    from enterprises import directory
    from enterprises.models import Vacancy
    from enterprises.search_filters import filter_groups, places_of
    from enterprises.search_params import SearchParams
    from enterprises.search_results import PAGE_SIZE, capped_counts, filtered, page_of

    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    districts = directory.districts()
    asked = [
        SearchParams.read(QueryDict(f"q={word}&{rest}".replace("+", "%2B")))
        for word in WORDS
        for rest in FILTERS
    ]

    def by_title(params):
        rows = filtered(params, skip=("text",))
        for word in params.text.split():
            rows = rows.filter(title__icontains=word)
        capped_counts([rows])
        newest = rows.select_related("enterprise", "region__parent")
        list(newest.order_by("-published_at", "-pk")[:PAGE_SIZE])

    def with_filters(params):
        page_of(params)
        filter_groups(params, places_of(params, districts))

    spent = {}
    for name, search in (("search", page_of), ("page", with_filters), ("baseline", by_title)):
        spent[name] = []
        for turn in range(ROUNDS + 1):
            for params in asked:
                begun = perf_counter()
                search(params)
                if turn:  # the first round warms the cache for all three alike
                    spent[name].append(perf_counter() - begun)
    return spent | {"peak": peak_memory(), "vacancies": Vacancy.objects.live().count()}


RUNS = {"search": run_search}


def main():
    """Print the table."""
    rows = []
    for factor in FACTORS:
        with city(factor) as name, copied(name) as copy:
            found = in_own_process("bench.search", "search", copy)
        for what, label in (("search", "search"), ("page", "search and counts at the filters")):
            for share in (0.5, 0.95):
                rows.append(
                    Row(
                        f"{found['vacancies']:,} live posts: {label}, p{share * 100:.0f}",
                        percentile(found[what], share),
                        "ILIKE on the title",
                        percentile(found["baseline"], share),
                        found["peak"],
                    )
                )
    print_table(f"Search, {len(WORDS)} queries × {len(FILTERS)} filters", rows)


if __name__ == "__main__":
    if len(sys.argv) == 2:
        answer(RUNS)
    else:
        main()
