"""What the launcher says: one line per fact, in the language of the terminal."""

import re
import sys

from portal.launch.bootstrap import choose


class LaunchError(Exception):
    """What is wrong and what to do, in one line of each language."""

    def __init__(self, chinese, english):
        super().__init__(choose(chinese, english))


def say(chinese, english):
    """Print one line at once, also into a pipe."""
    print(choose(chinese, english), flush=True)


def speak_utf8():
    """Let Chinese through a terminal of another encoding instead of failing on it."""
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="replace")


def gist(text):
    """Return the one line of a program's output that best says why it failed."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    found = [re.search(r"(^[\w.]*(Error|Exception)\b|\bFATAL:).*", line) for line in lines]
    telling = [match.group() for match in found if match]
    return (telling or lines or ["?"])[-1][:300]
