"""Care mode and revealing."""

from django.apps import apps
from django.core.exceptions import ValidationError
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache

from portal.accounts.access import ACTING_STAFF, MEMBER, PUBLIC, allow
from portal.accounts.addresses import next_address
from portal.accounts.enums import Role
from portal.accounts.forms import RevealForm
from portal.accounts.middleware import CareModeMiddleware
from portal.accounts.services import reveal
from portal.accounts.services.reveal import REVEALABLE

YEAR = 365 * 24 * 3600


@allow(PUBLIC)
def care(request):
    """Turn 关怀版 on or off (?mode=on|off) and go back to the page one came from."""
    response = redirect(next_address(request) or "/")
    on = request.GET.get("mode", "on") == "on"
    response.set_cookie(
        CareModeMiddleware.COOKIE,
        "1" if on else "0",
        max_age=YEAR,
        samesite="Lax",
        secure=request.is_secure(),
        httponly=True,
    )
    if request.user.is_authenticated and request.user.care_mode != on:
        request.user.care_mode = on
        request.user.save(update_fields=["care_mode"])
    return response


# An employer may ask to see how to reach an applicant who agreed, nothing more.
MEMBER_MAY_REVEAL = {("seeker", "phone"), ("seeker", "name")}


@allow(ACTING_STAFF, MEMBER)
@never_cache
def reveal_view(request, kind, public_id, field):
    """Ask why, write it down, show the value once."""
    if kind not in REVEALABLE or field not in REVEALABLE[kind][1]:
        raise Http404
    if request.user.role == Role.ENTERPRISE_MEMBER and (kind, field) not in MEMBER_MAY_REVEAL:
        raise Http404
    model = apps.get_model(REVEALABLE[kind][0])
    subject = get_object_or_404(model.objects.visible_to(request.user), public_id=public_id)
    form = RevealForm(request.POST or None)
    value = None
    if request.method == "POST" and form.is_valid():
        try:
            value = reveal(request.user, subject, kind, field, form.cleaned_data["reason"])
        except ValidationError as error:
            form.add_error(None if not hasattr(error, "error_dict") else "reason", error.messages)
    label = model._meta.get_field(field).verbose_name
    return render(
        request,
        "accounts/reveal.html",
        {"form": form, "subject": subject, "label": label, "value": value, "field": field},
    )
