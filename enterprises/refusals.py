"""Refusals that a person reads: what a service says no with.

Services raise ValidationError with a Chinese sentence; forms, pages and the API show it. A
constraint that catches what a check missed (two people at once) speaks the same way.
"""

from contextlib import contextmanager

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

TAKEN = "taken"  # someone else was quicker: code of the ValidationError


@contextmanager
def constraints_speak(model, **unique):
    """Run in a savepoint; a broken constraint of `model` becomes its message for people.

    unique: column → sentence, for unique columns, whose constraints carry no message of their own.
    A constraint without a message stays an IntegrityError: that is a fault, not a refusal.
    """
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        broken = getattr(getattr(error.__cause__, "diag", None), "constraint_name", None) or ""
        for constraint in model._meta.constraints:
            message = constraint.violation_error_message
            if constraint.name == broken and message != constraint.default_violation_error_message:
                raise ValidationError(message) from error
        for column, sentence in unique.items():
            if broken.startswith(f"{model._meta.db_table}_{column}_"):
                raise ValidationError({column: sentence}, code=TAKEN) from error
        raise


def sentences(error):
    """The sentences of a ValidationError in one line."""
    return "".join(error.messages)
