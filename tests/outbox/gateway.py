"""A gateway for tests: keeps what it was given, fails when told to."""

sent = []
failures = []


def send(message):
    """Takes a Message; raises the next of `failures` if there is one."""
    if failures:
        raise failures.pop()
    sent.append(message.dedupe_key)
