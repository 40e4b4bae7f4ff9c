"""What a service raises when an act is not possible."""

from django.core.exceptions import ValidationError


class Refused(ValidationError):
    """The act was not done, and nothing was changed; `messages` say why, in words for people."""
