"""One shape for every benchmark's figures, with the baseline measured in the same run."""

import contextlib
import math
import resource
import sys
import time
import unicodedata
from dataclasses import dataclass
from pathlib import Path

MIB = 1024 * 1024
HEADINGS = ("what", "figure", "baseline", "ratio", "peak memory")


@dataclass(frozen=True)
class Row:
    """One measured thing beside its baseline; both in seconds, memory in bytes.

    ``baseline_name`` says what the baseline is. A row without one is a figure on its own.
    """

    what: str
    seconds: float
    baseline_name: str = ""
    baseline_seconds: float | None = None
    peak_bytes: int | None = None

    def cells(self):
        """Return the five cells as text."""
        baseline = ratio = peak = "–"
        if self.baseline_seconds is not None:
            baseline = f"{duration(self.baseline_seconds)} {self.baseline_name}".strip()
            ratio = f"{self.seconds / self.baseline_seconds:.2f}" if self.baseline_seconds else "–"
        if self.peak_bytes is not None:
            peak = f"{self.peak_bytes / MIB:,.0f} MiB"
        return self.what, duration(self.seconds), baseline, ratio, peak


@dataclass
class Measured:
    """What ``measured()`` found out about its block."""

    seconds: float = 0.0
    peak_bytes: int = 0


@contextlib.contextmanager
def measured():
    """Measure the block: wall seconds, and the most memory this process held meanwhile."""
    result = Measured()
    forget_peak()
    begun = time.perf_counter()
    try:
        yield result
    finally:
        result.seconds = time.perf_counter() - begun
        result.peak_bytes = peak_memory()


def forget_peak():
    """Let Linux count the peak anew from here; elsewhere it stays that of the whole process."""
    with contextlib.suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5")


def peak_memory():
    """Return the peak resident memory of this process in bytes."""
    with contextlib.suppress(OSError):
        for line in Path("/proc/self/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit


def percentile(seconds, share):
    """Return the smallest of the measurements that ``share`` (0–1] of them do not exceed."""
    ordered = sorted(seconds)
    return ordered[math.ceil(len(ordered) * share) - 1]


def duration(seconds):
    """Return a duration with three significant digits in its natural unit."""
    if seconds < 0.001:
        return f"{seconds * 1e6:.3g} µs"
    if seconds < 1:
        return f"{seconds * 1e3:.3g} ms"
    return f"{seconds:.3g} s" if seconds < 100 else f"{seconds:,.0f} s"


def width(text):
    """Return how many columns of a terminal the text takes; Chinese characters take two."""
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)


def format_table(title, rows):
    """Return the table as text: a title, the headings, a line per row."""
    lines = [HEADINGS, *(row.cells() for row in rows)]
    widths = [max(width(line[column]) for line in lines) for column in range(len(HEADINGS))]

    def aligned(line):
        padded = (
            cell + " " * (size - width(cell)) for cell, size in zip(line, widths, strict=True)
        )
        return "  ".join(padded).rstrip()

    rule = "  ".join("-" * size for size in widths)
    return "\n".join([title, aligned(lines[0]), rule, *map(aligned, lines[1:])])


def print_table(title, rows):
    """Print the table, with a blank line after it."""
    print(format_table(title, rows) + "\n", flush=True)
