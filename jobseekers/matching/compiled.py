"""One way to compile: cached on disk, free of the interpreter lock, strict about arithmetic.

Threads are ordinary Python threads over slices of the seekers. numba's own ``parallel=True`` is
avoided on purpose: its thread pools do not survive the fork of a Celery worker, and it triples
the time to compile.
"""

import os
import stat
import tempfile
from pathlib import Path

import numba


def _private_dir(path: Path) -> bool:
    """Make ``path`` and say whether it is ours alone and writable.

    The cache holds machine code that will be executed, so a directory that another user owns or
    may write to is refused.
    """
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        info = path.stat()
    except OSError:
        return False
    ours = info.st_uid == os.getuid() and not info.st_mode & (stat.S_IWGRP | stat.S_IWOTH)
    return ours and os.access(path, os.W_OK | os.X_OK)


def cache_dir() -> str:
    """Return the directory for compiled code, or "" to leave numba's own choice.

    ``NUMBA_CACHE_DIR`` wins; then ``__pycache__`` beside the source where it can be written
    (numba's own choice); then the user's cache directory; then a private one under the system's
    temporary directory, for service accounts without a home.
    """
    if numba.config.CACHE_DIR:
        return numba.config.CACHE_DIR
    beside = Path(__file__).parent / "__pycache__"
    if os.access(beside if beside.exists() else beside.parent, os.W_OK | os.X_OK):
        return ""
    user_cache = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    candidates = (
        Path(user_cache) / "employment-portal" / "numba",
        Path(tempfile.gettempdir()) / f"employment-portal-numba-{os.getuid()}",
    )
    for candidate in candidates:
        if candidate.is_absolute() and _private_dir(candidate):
            return str(candidate)
    return str(Path(tempfile.mkdtemp(prefix="employment-portal-numba-")))


numba.config.CACHE_DIR = cache_dir()

jit = numba.njit(cache=True, nogil=True, error_model="numpy")
