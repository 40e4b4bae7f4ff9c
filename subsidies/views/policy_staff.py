"""Staff: policies from draft to published version. City staff write, the others read."""

from django.shortcuts import get_object_or_404, render

from portal.accounts.access import OFFICERS, allow
from subsidies.models import PolicyVersion


@allow(OFFICERS)
def policy(request, public_id):
    """One version: what it says, its cases, how it differs from what is in force."""
    version = get_object_or_404(PolicyVersion.objects.visible_to(request.user), public_id=public_id)
    return render(request, "subsidies/policies_staff/policy.html", {"version": version})
