"""The benchmarks' table."""

import pytest

from bench.run import benchmarks, main
from bench.table import Row, duration, format_table, measured, percentile, width


def test_table_lines_up_also_with_chinese():
    rows = [
        Row("夜间撮合", 2.0, "逐对循环", 8.0, 300 * 1024 * 1024),
        Row("search p95", 0.004),
    ]
    lines = format_table("demo city", rows).splitlines()
    assert lines[0] == "demo city"
    assert lines[1].split() == ["what", "figure", "baseline", "ratio", "peak", "memory"]
    assert lines[3].split() == ["夜间撮合", "2", "s", "8", "s", "逐对循环", "0.25", "300", "MiB"]
    assert lines[4].split() == ["search", "p95", "4", "ms", "–", "–", "–"]
    starts = {
        width(line[: line.index(cell)])
        for line, cell in zip(lines[3:], ("2 s", "4 ms"), strict=True)
    }
    assert len(starts) == 1


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.0000012, "1.2 µs"), (0.0123, "12.3 ms"), (1.5, "1.5 s"), (1234.5, "1,234 s")],
)
def test_duration(seconds, text):
    assert duration(seconds) == text


def test_percentile_is_a_measurement_that_was_taken():
    assert percentile([5, 1, 4, 2, 3], 0.5) == 3
    assert percentile(range(1, 101), 0.95) == 95
    assert percentile([7], 0.95) == 7


def test_peak_memory_counts_from_the_start_of_the_block():
    with measured() as large:
        bytearray(200 * 1024 * 1024)
    with measured() as small:
        pass
    assert large.peak_bytes - small.peak_bytes > 150 * 1024 * 1024


def test_benchmarks_are_the_modules_with_a_main(tmp_path):
    (tmp_path / "matching.py").write_text("def main():\n    pass\n")
    (tmp_path / "table.py").write_text("def helper():\n    pass\n")
    (tmp_path / "run.py").write_text("def main():\n    pass\n")
    (tmp_path / "province.py").write_text("LONG = True\n\n\ndef main():\n    pass\n")
    assert benchmarks(tmp_path) == ["matching"]
    assert benchmarks(tmp_path, long=True) == ["matching", "province"]


def test_unknown_benchmark_is_named(capsys):
    assert main(["nowhere"]) == 1
    assert "No such benchmark: nowhere" in capsys.readouterr().out
