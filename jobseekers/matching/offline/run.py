"""The offline run from end to end: two files in, edges, figures and rejects out."""

import resource
import sys
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

from ..engine import MatchResult, match
from ..settings import MatchSettings
from .csvrows import HeaderError, Rejects
from .results import EDGE_HEADER, Outputs, edge_lines, figures_text, reject_lines
from .sides import CodeTitles, Side, Words, read_seekers, read_vacancies


class FileError(ValueError):
    """A file that cannot be read or written; the message names it and says why."""


class WrongHeader(FileError):
    """A file whose first line is not what is asked for."""


@dataclass(frozen=True, slots=True)
class Paths:
    """Where the run reads and writes."""

    vacancies: Path
    seekers: Path
    out: Path
    metrics: Path

    @property
    def rejects(self) -> Path:
        """Beside the edges; there only when rows were left out."""
        return self.out.with_name(f"{self.out.stem}.rejects.csv")

    def check(self) -> None:
        """Raise FileError when a file would be written over another of the run."""
        every = [self.vacancies, self.seekers, self.out, self.metrics, self.rejects]
        real = [path.resolve() for path in every]
        for at, path in enumerate(real[2:], start=2):
            if path in real[:at]:
                raise FileError(f"{every[at]}：同一个文件用了两次，请换一个名字")


@dataclass(frozen=True, slots=True)
class Report:
    """What the run has to say: the figures of M, and what was left out of each file by its name."""

    figures: dict
    rejects: dict[str, Rejects]


def run_offline(paths: Paths, settings: MatchSettings, code: CodeTitles) -> Report:
    """Match two files into E and M (see ``docs/matching.md``); no database is touched.

    code: titles to occupation codes. Raises WrongHeader, FileError; on any error no file appears
    or changes.
    """
    paths.check()
    began = at = perf_counter()
    seconds: dict[str, float] = {}

    def spent(stage: str) -> None:
        nonlocal at
        now = perf_counter()
        seconds[stage], at = now - at, now

    words = Words()
    vacancies = _read(read_vacancies, paths.vacancies, words, code)
    spent("read_vacancies")
    seekers = _read(read_seekers, paths.seekers, words, code)
    spent("read_seekers")
    result = match(vacancies.columns, seekers.columns, settings)
    seconds |= {f"match_{stage}": value for stage, value in result.seconds.items()}
    at = perf_counter()
    rejects = {str(paths.vacancies): vacancies.rejects, str(paths.seekers): seekers.rejects}
    try:
        with Outputs() as out:
            edges = out.open(paths.out)
            metrics = out.open(paths.metrics)
            edges.write(EDGE_HEADER)
            edges.writelines(edge_lines(seekers, vacancies, result, settings.model))
            left_out = any(map(len, rejects.values()))
            if left_out:
                out.open(paths.rejects).writelines(reject_lines(rejects))
            spent("write_edges")
            seconds["total"] = perf_counter() - began
            figures = _figures(vacancies, seekers, result, settings, seconds)
            metrics.write(figures_text(figures))
        if not left_out:
            paths.rejects.unlink(missing_ok=True)
    except OSError as error:
        raise FileError(f"{error.filename or paths.out}：写不进去（{error.strerror}）") from error
    return Report(figures, rejects)


def _read(reader, path: Path, words: Words, code: CodeTitles) -> Side:
    try:
        side = reader(path, words, code)
    except HeaderError as error:
        raise WrongHeader(f"{path}：{error}") from error
    except OSError as error:
        raise FileError(f"{path}：打不开（{error.strerror}）") from error
    side.rejects.rows.sort(key=lambda row: row.line)
    return side


def _figures(
    vacancies: Side, seekers: Side, result: MatchResult, settings: MatchSettings, seconds: dict
) -> dict:
    """M. Shares run from 0 to 1, seconds are wall time, memory is the process's peak in bytes."""
    metrics = result.metrics

    def share(part: int, whole: int) -> float:
        return round(part / whole, 6) if whole else 0.0

    return {
        "seekers": metrics.seekers,
        "vacancies": metrics.vacancies,
        "openings": int(vacancies.columns.headcount.sum()),
        "edges": metrics.edges,
        "seekers_covered": metrics.seekers_covered,
        "vacancies_covered": metrics.vacancies_covered,
        "coverage_seekers": share(metrics.seekers_covered, metrics.seekers),
        "coverage_vacancies": share(metrics.vacancies_covered, metrics.vacancies),
        "exposure_gini": round(metrics.gini, 6),
        "largest_exposure_per_headcount": round(metrics.largest_exposure, 6),
        "exposure_bands": metrics.as_dict()["bands"],
        "blocking_pairs": metrics.blocking_pairs,
        "admissible_pairs_met": metrics.pairs_met,
        "rounds": dict(metrics.rounds),
        "cap": settings.cap,
        "per_seeker": settings.per_seeker,
        "weights_version": settings.model.version,
        "weights": settings.model.weights,
        "occupations_from_titles": {"vacancies": vacancies.coded, "seekers": seekers.coded},
        "bad_rows": {"vacancies": len(vacancies.rejects), "seekers": len(seekers.rejects)},
        "bad_rows_by_reason": {
            "vacancies": dict(vacancies.rejects.reasons),
            "seekers": dict(seekers.rejects.reasons),
        },
        "seconds": {stage: round(value, 3) for stage, value in seconds.items()},
        "peak_memory_bytes": _peak_memory(),
    }


def _peak_memory() -> int:
    """The most memory this process has held, in bytes."""
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
