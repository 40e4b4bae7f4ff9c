"""The page staff begin with."""

from django.shortcuts import render
from django.views.decorators.http import require_safe

from portal.accounts.access import BUREAU, allow
from portal.workbench.today import Dashboard
from portal.workbench.views.matching import coverages


@allow(BUREAU)
@require_safe
def today(request):
    """What needs me, and how the city stands. ?all=1 shows the whole queue."""
    board = Dashboard(request.user, everything=request.GET.get("all") == "1")
    return render(
        request,
        "workbench/today.html",
        {
            "board": board,
            "queue": board.queue,
            "tiles": board.tiles(),
            "fresh": board.freshness(),
            "report": board.report(),
            "charts": board.charts(),
            "match": board.match,
            "coverages": coverages(board.match, posts_only=board.waiting.is_commissioner),
            "now": board.now,
            "acts": request.user.may_act,
        },
    )
