"""收藏: posts a seeker keeps for later."""

from django.db.models import Exists, OuterRef

from jobseekers.models import Application, Bookmark
from portal.accounts.enums import Role
from portal.refused import Refused

MOST = 200  # of one seeker; beyond that it is no list anybody reads


def keep(seeker, vacancy):
    """Keep a live post. Twice is once. Raises Refused when it has ended or the list is full."""
    if Bookmark.objects.filter(seeker=seeker, vacancy=vacancy).exists():
        return
    if not vacancy.is_live:
        raise Refused("这个岗位已经结束招聘，没有收藏。")
    if Bookmark.objects.filter(seeker=seeker).count() >= MOST:
        raise Refused(f"最多收藏 {MOST} 个岗位，先取消几个不要的。")
    Bookmark.objects.get_or_create(seeker=seeker, vacancy=vacancy)


def drop(seeker, vacancy):
    """Keep it no longer, whether or not the post has ended. Twice is once."""
    Bookmark.objects.filter(seeker=seeker, vacancy=vacancy).delete()


def kept_by(seeker):
    """The seeker's bookmarks, newest first, each with `applied`: whether there is a live
    application for it."""
    applied = Application.objects.live().filter(seeker=seeker, vacancy=OuterRef("vacancy"))
    return (
        Bookmark.objects.filter(seeker=seeker)
        .select_related("vacancy__enterprise", "vacancy__region__parent")
        .annotate(applied=Exists(applied))
    )


def kept_among(user, vacancies):
    """The public ids of those vacancies that a signed-in job seeker has kept; one query.

    None for everybody else: their pages have no button for it.
    """
    if not user.is_authenticated or user.role != Role.JOB_SEEKER:
        return None
    return set(
        Bookmark.objects.filter(
            seeker__user=user, vacancy__in=[vacancy.pk for vacancy in vacancies]
        ).values_list("vacancy__public_id", flat=True)
    )
