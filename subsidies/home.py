"""What the public home page shows of policies and notices."""

from django.urls import reverse

from .models import PolicyVersion, PublicNotice

SHOWN = 3


def home_policies():
    """[(version, url)] of published policies, newest first."""
    versions = PolicyVersion.objects.filter(state="published").order_by("-effective_from")[:SHOWN]
    return [(version, reverse("policies:list")) for version in versions]


def home_notices():
    """Notices the public may read, newest first."""
    return list(PublicNotice.objects.published()[:SHOWN])
