"""Refusals of services as the red line under the header."""

from contextlib import contextmanager

from django.contrib import messages
from django.core.exceptions import ValidationError


class Outcome:
    """Whether the act inside was refused."""

    refused = False


@contextmanager
def refusals_said(request):
    """Run an act; a refusal becomes a message. Yields an Outcome to ask afterwards."""
    outcome = Outcome()
    try:
        yield outcome
    except ValidationError as error:
        outcome.refused = True
        messages.error(request, "".join(error.messages))
