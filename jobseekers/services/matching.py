"""The nightly matching: read, match, write, switch. Readers always see one whole generation."""

from contextlib import contextmanager
from dataclasses import replace
from datetime import date

from django.db import connection, transaction
from django.utils import timezone
from django.utils.module_loading import import_string

from jobseekers.matching import MatchSettings, match
from jobseekers.matching.prepare import vocabulary
from jobseekers.models import JobSeeker, MatchGeneration, MatchWords
from jobseekers.models.recommendation import GenerationState
from portal.runs.services import locked, running

from . import generations, match_pieces
from .after_switch import AFTER_SWITCH
from .match_columns import read_match_input
from .plans import plan_in_use, settings_for
from .snapshots import held_snapshot, reading_in
from .words import keep_words

BUILDING = GenerationState.BUILDING
LOCK = "match"  # whatever the day: two nights would drop each other's tables


def match_all(day: date | None = None, report=None):
    """Match every open vacancy with every active seeker, once for the night of `day`.

    Raises portal.runs.services.AlreadyDone when that night was matched before, AlreadyRunning
    while another process matches, for whatever day. Killed at any moment it leaves the old
    generation in use, or the new one; started again it leaves what an undisturbed run leaves,
    because the kernel is deterministic and a generation is hung in whole.
    """
    day = day or timezone.localdate()
    with locked(LOCK), running("match", f"match:{day.isoformat()}", report) as log:
        generation = MatchGeneration.objects.filter(run=log.run).exclude(state=BUILDING).first()
        if generation is None:
            generation = _match(day, log)
        log.count(
            vacancies=generation.metrics["vacancies"],
            seekers=generation.metrics["seekers"],
            recommendations=generation.metrics["edges"],
            generation=generation.pk,
        )
        if generation.state == GenerationState.CURRENT:  # a newer one has done without it
            for name, job in AFTER_SWITCH:
                with log.stage(name):
                    import_string(job)(generation)
        with log.stage("清理旧批次"):
            _drop_unused()
    return generation


def _match(day, log):
    """A new generation, in use. What this night or others wrote before they were killed goes
    first."""
    match_pieces.drop_pieces()
    MatchGeneration.objects.filter(state=BUILDING).delete()
    _drop_unused()
    read_at = timezone.now()
    matched = _in_pieces if match_pieces.wanted(JobSeeker.objects.active().count()) else _alone
    columns, options, words, result = matched(day, log)
    with log.stage("写入"):
        generation = _write(log.run, read_at, columns, words, result, options)
    with log.stage("启用"):
        generations.switch(generation)
    with log.stage("核对"):
        generation.metrics["blocking_pairs"] = result.check()
        generation.save(update_fields=["metrics"])
    return generation


def _drop_unused():
    """Nothing is kept but what belongs to the generation in use."""
    generations.drop_unused()
    MatchWords.objects.exclude(generation__state=GenerationState.CURRENT).delete()


def _alone(day, log):
    """Both sides, the settings, the vocabulary, the result: all in this process."""
    with log.stage("读取岗位和求职者"), _reading() as beside:
        columns, options = read_match_input(day, beside=beside), settings_of(day)
    with log.stage("匹配"):
        words = vocabulary(columns.vacancies, columns.seekers, options)
        result = match(columns.vacancies, columns.seekers, options, words=words)
    return columns, options, words, result


@contextmanager
def _reading():
    """Everything read inside is of one moment; gives a second cursor to read with, or None inside
    another transaction, whose rows only its own connection sees."""
    if connection.in_atomic_block:
        yield None
        return
    with held_snapshot() as held, reading_in(held.name):
        yield held.cursor


def _in_pieces(day, log):
    """The same with the help of other workers."""
    with held_snapshot() as held:
        with log.stage("读取岗位和求职者"), reading_in(held.name):
            columns, options = read_match_input(day, beside=held.cursor), settings_of(day)
        with log.stage("匹配"):
            words = vocabulary(columns.vacancies, columns.seekers, options)
            result = match_pieces.match_in_pieces(log, day, held.name, columns, options, words)
    return columns, options, words, result


def settings_of(day: date) -> MatchSettings:
    """Weights and caps of a night, and its draw among equals.

    The check waits until the recommendations are in use: it takes a quarter of the time and never
    changes them.
    """
    return replace(settings_for(plan_in_use(), day), check=False)


def _write(run, read_at, columns, words, result, options):
    """The new generation with its figures, and its table: complete, but not seen by readers.

    It counts as made when both sides were read: what is newer it does not know.
    """
    with transaction.atomic():
        generation = MatchGeneration.objects.create(
            run=run,
            created_at=read_at,
            weights_version=result.model_version,
            cap_per_headcount=options.cap,
            per_seeker=options.per_seeker,
            metrics=_figures(result.metrics),
        )
        generations.create_table(generation.pk)
        generations.fill_table(
            generation.pk,
            columns.seekers.ids[result.seeker_index],
            columns.vacancies.ids[result.vacancy_index],
            result,
        )
        generations.index_table(generation.pk)
        keep_words(generation, columns.words, words)
    return generation


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
