"""ECharts options of the dashboard; look and accessibility are added by static/js/charts.js."""

COUNT_AXIS = {
    "type": "value",
    "minInterval": 1,
    "splitNumber": 4,
    "axisLabel": {"hideOverlap": True},
}
BAR_LABEL = {"show": True, "position": "right"}


def area_chart(rows):
    """Bars of shortage and of people who came, one pair a district; rows as shown in the table."""
    return {
        "legend": {"data": ["缺工", "本周招到"]},
        "xAxis": COUNT_AXIS,
        "yAxis": {"type": "category", "inverse": True, "data": [row["name"] for row in rows]},
        "series": [
            {
                "name": "缺工",
                "type": "bar",
                "data": [row["missing"] for row in rows],
                "label": BAR_LABEL,
            },
            {
                "name": "本周招到",
                "type": "bar",
                "data": [row["filled"] for row in rows],
                "label": BAR_LABEL,
            },
        ],
    }


def week_chart(weeks):
    """A line of the shortage at each week's end, bars of people who came. Missing is a gap."""
    stock = [_point(week.missing, week.open) for week in weeks]
    known = [place for place, week in enumerate(weeks) if week.missing is not None]
    labelled = set()
    if known:
        peak = max(known, key=lambda place: weeks[place].missing)
        labelled = {known[0], known[-1], peak}
    for place in labelled:
        stock[place] = {**_as_item(stock[place]), "label": {"show": True, "position": "top"}}
    return {
        "legend": {"data": ["周末缺工", "当周招到"]},
        "xAxis": {"type": "category", "data": [f"第{week.week.number}周" for week in weeks]},
        "yAxis": {"type": "value", "minInterval": 1},
        "series": [
            {"name": "周末缺工", "type": "line", "data": stock},
            {
                "name": "当周招到",
                "type": "bar",
                "data": [_point(week.filled, week.open) for week in weeks],
            },
        ],
    }


def _point(value, is_open):
    return {"value": value, "open": True} if is_open and value is not None else value


def _as_item(point):
    return point if isinstance(point, dict) else {"value": point}


def occupation_chart(rows):
    """Bars of people declared missing, by occupation."""
    return {
        "xAxis": COUNT_AXIS,
        "yAxis": {
            "type": "category",
            "inverse": True,
            "data": [row["name"] for row in rows],
            "axisLabel": {"width": 150, "overflow": "break"},
        },
        "series": [
            {
                "name": "申报缺工",
                "type": "bar",
                "data": [row["missing"] for row in rows],
                "label": BAR_LABEL,
            }
        ],
    }


GREY, ORANGE = "#59636F", "#D9730D"


def band_chart(figures):
    """Vacancies by recommendations per person wanted: grey is none, orange is at the limit."""
    last = len(figures.bands) - 1
    colours = {0: GREY, last: ORANGE}
    bars = [
        {"value": count, "itemStyle": {"color": colours[place]}} if place in colours else count
        for place, count in enumerate(figures.bands)
    ]
    notes = {0: "\n没有合适的人", last: "\n到上限"}
    words = [word + notes.get(place, "") for place, word in enumerate(figures.band_words)]
    return {
        "xAxis": {"type": "category", "data": words, "axisLabel": {"interval": 0}},
        "yAxis": {"type": "value", "show": False},
        "grid": {"right": 4, "top": 24},
        "series": [
            {
                "name": "岗位",
                "type": "bar",
                "barMaxWidth": 64,
                "data": bars,
                "label": {"show": True, "position": "top"},
            }
        ],
    }
