"""One way to compile: cached on disk, free of the interpreter lock, strict about arithmetic.

Threads are ordinary Python threads over slices of the seekers. numba's own ``parallel=True`` is
avoided on purpose: its thread pools do not survive the fork of a Celery worker, and it triples
the time to compile.
"""

import hashlib
import os
import stat
import tempfile
from pathlib import Path

import numba

COMPILED = ("choices", "edges", "kernel", "score", "search", "select")


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


def fingerprint() -> str:
    """Sixteen hex digits of the compiled sources' content.

    numba keys its cache by the one file a function stands in, not by the files it calls into;
    without this an update of ``kernel`` would leave yesterday's conditions inside ``search``.
    """
    digest = hashlib.sha256()
    for name in COMPILED:
        digest.update((Path(__file__).parent / f"{name}.py").read_bytes())
    return digest.hexdigest()[:16]


def cache_base() -> Path:
    """Return the directory under which compiled code is kept, made if need be.

    ``NUMBA_CACHE_DIR`` wins; then ``__pycache__`` beside the source; then the user's cache
    directory; then a private one under the system's temporary directory, for service accounts
    without a home; at last a new one for this process alone.
    """
    if os.environ.get("NUMBA_CACHE_DIR"):
        return Path(os.environ["NUMBA_CACHE_DIR"])
    user_cache = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    candidates = (
        Path(__file__).parent / "__pycache__",
        Path(user_cache) / "employment-portal",
        Path(tempfile.gettempdir()) / f"employment-portal-{os.getuid()}",
    )
    for candidate in candidates:
        if candidate.is_absolute() and _private_dir(candidate):
            return candidate
    return Path(tempfile.mkdtemp(prefix="employment-portal-"))


numba.config.CACHE_DIR = str(cache_base() / f"numba-{fingerprint()}")

jit = numba.njit(cache=True, nogil=True, error_model="numpy")
