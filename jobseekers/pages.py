"""What pages of other apps show of a job seeker."""


def application_context(request, vacancy):
    """What the vacancy page says to the person looking: their application, or how to apply."""
    return {}
