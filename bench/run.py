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


def benchmarks(folder=HERE):
    """Return the names of the modules that have a ``main``, in order; this one is none."""
    names = []
    for path in sorted(folder.glob("*.py")):
        body = ast.parse(path.read_text(encoding="utf-8")).body
        has_main = any(isinstance(node, ast.FunctionDef) and node.name == "main" for node in body)
        if has_main and path.stem != Path(__file__).stem:
            names.append(path.stem)
    return names


def main(wanted):
    """Run the benchmarks; return 1 when one failed or is not there."""
    known = benchmarks()
    unknown = [name for name in wanted if name not in known]
    if unknown:
        print(f"No such benchmark: {', '.join(unknown)}. There are: {', '.join(known)}.")
        return 1
    failed = []
    kept = os.environ | {KEEP: "1"}  # a city is loaded once for all of them
    try:
        for name in wanted or known:
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
