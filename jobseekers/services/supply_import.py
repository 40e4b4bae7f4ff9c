"""Importing a supply list from Excel (B5): all of it or nothing, and twice adds nothing."""

import base64
import hashlib

from django.conf import settings
from django.core.files.base import ContentFile
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from jobseekers.enums import ImportState, MatchSide
from jobseekers.models import JobIntention, JobSeeker, SupplyListImport
from portal.accounts.crypto import blind_index, decrypt, encrypt
from portal.accounts.enums import Role
from portal.accounts.identity import birth_date
from portal.places.title_coding import occupations_of_titles
from portal.refused import Refused

from .match_now import ask_many
from .supply_rows import Places, read_row
from .supply_sheets import error_workbook, read_sheet

CHUNK = 1000
_LOCK = 7032  # one import at a time: two would both find a person new


def import_supply_list(content: bytes, file_name: str, by) -> SupplyListImport:
    """Take a supply list for the region of a member of staff. Returns its row, whatever came of it.

    ACCEPTED: new people were added, known ones left as they are. REJECTED: at least one row is
    wrong, nothing was added, error_file() gives the rows back. REPEATED: this very file was taken
    before. Raises Refused when the file is no such list, when it is too large, or when the person
    may not import.
    """
    if by.role not in (Role.CITY_STAFF, Role.DISTRICT_STAFF):
        raise Refused("您的账号不能导入名单。")
    sha256 = hashlib.sha256(content).hexdigest()
    sent = read_sheet(content)
    record = SupplyListImport(
        region_id=by.region_id,
        file_name=file_name[-120:],
        sha256=sha256,
        uploaded_by=by,
        rows_total=len(sent),
    )
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        before = SupplyListImport.objects.filter(sha256=sha256, state=ImportState.ACCEPTED)
        if before.filter(region_id=by.region_id).exists():
            record.state, record.rows_known = ImportState.REPEATED, len(sent)
            record.save()
            return record
        rows = _checked(sent, by.region_id)
        wrong = [row for row in rows if row.errors]
        if wrong:
            return _rejected(record, rows, len(wrong), dict(sent))
        return _accepted(record, rows)


def error_file(record: SupplyListImport) -> bytes:
    """The returned workbook of a rejected import; it lies encrypted, for it holds what was sent."""
    with record.error_workbook.open("rb") as stored:
        return base64.b64decode(decrypt(stored.read().decode("ascii")))


def _checked(sent, region):
    """Every row read, and the second of two rows about one person told so."""
    places, today = Places(region, settings.CITY_CODE), timezone.localdate()
    rows, first = [], {}
    for number, cells in sent:
        row = read_row(number, cells, places, today)
        identity = row.values.get("identity")
        if identity and identity in first:
            row.errors["identity"] = f"和第 {first[identity]} 行是同一个身份证号，请只留一行。"
        elif identity:
            first[identity] = number
        rows.append(row)
    return rows


def _rejected(record, rows, wrong, sent):
    record.state, record.rows_wrong = ImportState.REJECTED, wrong
    sealed = encrypt(base64.b64encode(error_workbook(rows, sent)).decode("ascii"))
    record.error_workbook.save(
        f"{record.public_id}.sealed", ContentFile(sealed.encode("ascii")), save=False
    )
    record.save()
    return record


def _accepted(record, rows):
    known = _known({blind_index(row.values["identity"]) for row in rows})
    fresh = [row for row in rows if blind_index(row.values["identity"]) not in known]
    record.state = ImportState.ACCEPTED
    record.rows_added, record.rows_known = len(fresh), len(rows) - len(fresh)
    record.save()
    try:
        with transaction.atomic():
            _add(record, fresh)
    except IntegrityError as error:
        if "identity_index" not in str(error):
            raise
        raise Refused("名单里有人刚刚自己登记了。没有导入，请再导入一次。") from error
    return record


def _known(indexes):
    found = JobSeeker.objects.filter(identity_index__in=list(indexes))
    return set(found.values_list("identity_index", flat=True))


def _add(record, rows):
    occupations = occupations_of_titles(wish for row in rows for wish in row.values["wishes"])
    now = timezone.now()
    added = []
    for start in range(0, len(rows), CHUNK):
        piece = rows[start : start + CHUNK]
        seekers = JobSeeker.objects.bulk_create(_seeker(row.values, record, now) for row in piece)
        JobIntention.objects.bulk_create(
            JobIntention(seeker=seeker, rank=rank, title=wish, occupation_id=occupations.get(wish))
            for seeker, row in zip(seekers, piece, strict=True)
            for rank, wish in enumerate(row.values["wishes"], 1)
        )
        added += [seeker.pk for seeker in seekers]
    ask_many(MatchSide.SEEKER, added)


def _seeker(values, record, now):
    return JobSeeker(
        name=values["name"],
        identity_number=values["identity"],
        phone=values["phone"],
        birth_year=birth_date(values["identity"]).year,
        region_id=values["region"],
        education=values["education"],
        experience_years=values["experience"],
        groups=values["groups"],
        skills=values["skills"],
        certificates=values["certificates"],
        pay_expected=values["pay"],
        accepted_regions=values["places"],
        wants_lodging=values["lodging"],
        created_at=now,
        updated_at=now,
        supply_import=record,
    )
