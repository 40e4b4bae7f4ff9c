"""``make bench``: every benchmark, or those named, each in a process of its own.

A process each, so that the peak memory of one is not that of the one before.
"""

import ast
import os
import subprocess
import sys
from pathlib import Path

from bench.cities import KEEP, drop_cities

HERE = Path(__file__).resolve().parent


def benchmarks(folder=HERE, *, long=False):
    """Return the names of the modules that have a ``main``, in order; this one is none.

    long: also those that take long and say so (``LONG``); they run only when named.
    """
    names = []
    for path in sorted(folder.glob("*.py")):
        body = ast.parse(path.read_text(encoding="utf-8")).body
        has_main = any(isinstance(node, ast.FunctionDef) and node.name == "main" for node in body)
        is_long = any(isinstance(node, ast.Assign) and _names(node) == ["LONG"] for node in body)
        if has_main and path.stem != Path(__file__).stem and (long or not is_long):
            names.append(path.stem)
    return names


def _names(node):
    return [target.id for target in node.targets if isinstance(target, ast.Name)]


def main(wanted):
    """Run the benchmarks; return 1 when one failed or is not there."""
    known = benchmarks(long=True)
    unknown = [name for name in wanted if name not in known]
    if unknown:
        print(f"No such benchmark: {', '.join(unknown)}. There are: {', '.join(known)}.")
        return 1
    failed = []
    kept = os.environ | {KEEP: "1"}  # a city is loaded once for all of them
    try:
        for name in wanted or benchmarks():
            command = [sys.executable, "-m", f"bench.{name}"]
            if subprocess.run(command, cwd=HERE.parent, env=kept).returncode:
                failed.append(name)
    finally:
        drop_cities()
    if failed:
        print(f"Failed: {', '.join(failed)}.")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
