"""What every page of an enterprise's own shares: the enterprise in the context, refusals as words."""

from contextlib import contextmanager

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.shortcuts import render

from enterprises.access import current_enterprise
from enterprises.refusals import sentences


def page(request, template, context=None, *, enterprise=None, status=200):
    """Render a page of the enterprise; its name and its switch stand in the header."""
    enterprise = enterprise or current_enterprise(request)
    context = {
        "enterprise": enterprise,
        "own_enterprises": getattr(request, "own_enterprises", [enterprise]),
        **(context or {}),
    }
    return render(request, template, context, status=status)


def to_form(form, error):
    """Put a service's refusal where it belongs: at its field when the form has it, else on top."""
    if hasattr(error, "error_dict"):
        for field, errors in error.error_dict.items():
            form.add_error(field if field in form.fields else None, errors)
    else:
        form.add_error(None, error)


@contextmanager
def refusals_said(request):
    """A service's refusal becomes the red line under the header. Yields an object with `.refused`."""
    outcome = _Outcome()
    try:
        yield outcome
    except ValidationError as error:
        outcome.refused = True
        messages.error(request, sentences(error))


class _Outcome:
    refused = False
