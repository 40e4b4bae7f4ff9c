"""The nightly matching: read, match, write, switch. Readers always see one whole generation."""

import io
from datetime import date

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone

from jobseekers.matching import MatchSettings, match
from jobseekers.models import MatchGeneration, Recommendation
from jobseekers.models.recommendation import GenerationState
from portal.runs.services import running

from .match_columns import read_match_input

_CHUNK = 50_000
_COPY = (
    "COPY jobseekers_recommendation"
    " (generation_id, seeker_id, vacancy_id, score, parts, seeker_rank, vacancy_rank)"
    " FROM STDIN"
)


def match_all(day: date | None = None, report=None):
    """Match every open vacancy with every active seeker, once for the night of `day`.

    Raises portal.runs.services.AlreadyDone when that night was matched before. Killed at any
    moment it leaves the old generation in use; started again it leaves what an undisturbed run
    leaves, because the kernel is deterministic and everything is written in one transaction.
    """
    day = day or timezone.localdate()
    with running("match", f"match:{day.isoformat()}", report) as log:
        with log.stage("读取岗位和求职者"):
            columns = read_match_input(day)
        options = MatchSettings(
            per_seeker=settings.MATCH_PER_SEEKER,
            cap=settings.MATCH_CAP_PER_HEADCOUNT,
            lottery=day.toordinal(),
        )
        with log.stage("匹配"):
            result = match(columns.vacancies, columns.seekers, options)
        with log.stage("写入并启用"), transaction.atomic():
            generation = _write(log.run, columns, result, options)
        log.count(
            vacancies=len(columns.vacancies),
            seekers=len(columns.seekers),
            recommendations=len(result),
            generation=generation.pk,
        )
    return generation


def _write(run, columns, result, options):
    """The edges, the figures, and the switch; the caller holds the transaction.

    A generation that this run wrote before (killed after the switch, before its row said so, or
    asked for again) is replaced like the one in use.
    """
    before = MatchGeneration.objects.select_for_update().filter(
        Q(state=GenerationState.CURRENT) | Q(run=run)
    )
    Recommendation.objects.filter(generation__in=before)._raw_delete("default")
    MatchGeneration.objects.filter(run=run).delete()
    MatchGeneration.objects.filter(state=GenerationState.CURRENT).update(
        state=GenerationState.RETIRED
    )
    generation = MatchGeneration.objects.create(
        run=run,
        weights_version=result.model_version,
        cap_per_headcount=options.cap,
        per_seeker=options.per_seeker,
        metrics=_figures(result.metrics),
    )
    _copy_edges(generation.pk, columns, result)
    generation.state = GenerationState.CURRENT
    generation.switched_at = timezone.now()
    generation.save(update_fields=["state", "switched_at"])
    return generation


def _copy_edges(generation_id, columns, result):
    seekers = columns.seekers.ids[result.seeker_index]
    vacancies = columns.vacancies.ids[result.vacancy_index]
    with connection.cursor() as cursor:
        for start in range(0, len(result), _CHUNK):
            piece = slice(start, start + _CHUNK)
            lines = [
                f"{generation_id}\t{s}\t{v}\t{score}\t{{{','.join(map(str, parts))}}}\t{sr}\t{vr}\n"
                for s, v, score, parts, sr, vr in zip(
                    seekers[piece].tolist(),
                    vacancies[piece].tolist(),
                    result.score[piece].tolist(),
                    result.parts[piece].tolist(),
                    result.seeker_rank[piece].tolist(),
                    result.vacancy_rank[piece].tolist(),
                    strict=True,
                )
            ]
            cursor.copy_expert(_COPY, io.StringIO("".join(lines)))


def _figures(metrics):
    """The kernel's figures as they are stored and shown."""
    return {
        "seekers": metrics.seekers,
        "seekers_covered": metrics.seekers_covered,
        "vacancies": metrics.vacancies,
        "vacancies_covered": metrics.vacancies_covered,
        "edges": metrics.edges,
        "gini": round(metrics.gini, 4),
        "largest_exposure": round(metrics.largest_exposure, 4),
        "blocking_pairs": metrics.blocking_pairs,
        "bands": list(metrics.bands),
        "rounds": [list(entry) for entry in metrics.rounds],
    }
