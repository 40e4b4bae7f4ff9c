"""What a service says when a thing may not be done."""


class Refused(Exception):
    """Nothing was changed; the text is for the person, in Chinese."""
