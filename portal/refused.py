"""What a service says no with, in every app."""

from django.core.exceptions import ValidationError


class Refused(ValidationError):
    """The act was not done, and nothing was changed; `messages` say why, in words for people."""

    def __str__(self):
        """The sentences in one line, as a page shows them."""
        return "".join(self.messages)
