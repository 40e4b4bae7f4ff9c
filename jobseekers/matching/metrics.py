"""How the recommendations spread: coverage together with congestion, never one alone."""

from dataclasses import asdict, dataclass

import numpy as np

from .prepare import Prepared
from .settings import MatchSettings

BANDS = ("0", "1–2", "3–5", "6–9", "上限")


@dataclass(frozen=True, slots=True)
class Metrics:
    """Figures of one run.

    seekers, vacancies: active people and open posts that took part. seekers_covered,
    vacancies_covered: with at least one recommendation. edges: recommendations. gini: of exposure
    per person wanted, over all open posts; 0 even, towards 1 crowded. largest_exposure: largest
    recommendations ÷ headcount. blocking_pairs: found by the check, None if it was off.
    bands: open posts by recommendations per person wanted, in the order of BANDS (the last: at
    the cap; bounds scale when the cap is not 10). pairs_met: admissible pairs of the widest
    ordinary round. rounds: (name, recommendations) in order.
    """

    seekers: int
    vacancies: int
    seekers_covered: int
    vacancies_covered: int
    edges: int
    gini: float
    largest_exposure: float
    blocking_pairs: int | None
    bands: tuple[int, ...]
    pairs_met: int
    searches: int
    rounds: tuple[tuple[str, int], ...]

    def as_dict(self) -> dict:
        """Plain values for JSON."""
        return asdict(self) | {"bands": dict(zip(BANDS, self.bands, strict=True))}


def gini(values: np.ndarray) -> float:
    """Gini coefficient of values ≥ 0; 0 when there is nothing to share."""
    if values.size == 0 or not values.any():
        return 0.0
    rising = np.sort(values.astype(np.float64))
    place = np.arange(1, rising.size + 1)
    return float((2 * place - rising.size - 1) @ rising / (rising.size * rising.sum()))


def exposure_bands(exposure: np.ndarray, headcount: np.ndarray, cap: int) -> tuple[int, ...]:
    """Count posts by exposure ÷ headcount: none, to 2, to 5, below the cap, at the cap.

    Compared by multiplication. With a cap other than 10 the bounds are 0.2 and 0.5 of it.
    """
    tenths = exposure * 10
    room = headcount * cap
    edges = (
        exposure == 0,
        tenths <= 2 * room,
        tenths <= 5 * room,
        exposure < room,
        exposure >= room,
    )
    band = np.select(edges, range(len(edges)))
    return tuple(int(n) for n in np.bincount(band, minlength=len(edges)))


def measure(prepared: Prepared, selection, settings: MatchSettings, v: np.ndarray) -> Metrics:
    """Figures for the chosen edges; ``v`` holds the vacancy position of each."""
    headcount = prepared.vacancies.headcount
    exposure = np.bincount(v, minlength=headcount.size)
    each = exposure / headcount if headcount.size else np.zeros(0)
    return Metrics(
        seekers=int(prepared.seekers.ident.size),
        vacancies=int(headcount.size),
        seekers_covered=int((selection.count > 0).sum()),
        vacancies_covered=int((exposure > 0).sum()),
        edges=int(v.size),
        gini=gini(each),
        largest_exposure=float(each.max()) if each.size else 0.0,
        blocking_pairs=sum(selection.blocking) if settings.check else None,
        bands=exposure_bands(exposure, headcount, settings.cap),
        pairs_met=selection.pairs_met,
        searches=selection.searches,
        rounds=tuple((r.name, n) for r, n in zip(settings.rounds, selection.chosen, strict=True)),
    )
