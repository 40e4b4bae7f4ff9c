"""Subsidies on application: filling in, documents, handing in, giving back, taking back.

What is decided about an application and how it becomes a claim is in application_decisions.
"""

import hashlib
import json
from dataclasses import dataclass, field
from datetime import date

from django.conf import settings
from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import timezone

from enterprises.access import check_member
from enterprises.models import Enterprise
from enterprises.services.uploads import check_scan
from jobseekers.models import JobSeeker
from portal.accounts.crypto import blind_index
from portal.accounts.enums import Role
from portal.accounts.identity import clean_identity_number
from portal.accounts.masking import mask
from portal.places.models import Division
from portal.refused import Refused
from portal.ui.formatting import cn_date
from subsidies.enums import ClaimState, SubsidyApplicationState
from subsidies.models import (
    Claim,
    PolicyVersion,
    SubsidyApplication,
    SubsidyApplicationDocument,
    SubsidyApplicationPerson,
)
from subsidies.policy import FactError
from subsidies.policy.facts import normalise

from .application_decisions import decide, give_up_claim, lock_applicant
from .application_needs import applicants, may_be_applied_for, needs_of
from .bundles import canonical
from .publishing import compiled, versions_in_force

OPEN_FOR_APPLICANT = (SubsidyApplicationState.DRAFT, SubsidyApplicationState.RETURNED)
MOST_PERSONS = 200
MOST_DOCUMENTS = 20
MOST_PAGES = 60


@dataclass(frozen=True)
class Offer:
    """A provision somebody may apply for."""

    version: PolicyVersion
    key: str

    @property
    def provision_id(self):
        """policy/provision."""
        return f"{self.version.policy_id}/{self.key}"

    @property
    def provision(self):
        """As in the policy file."""
        return compiled(self.version).file.provisions[self.key]


@dataclass(frozen=True)
class PersonGiven:
    """One person as handed in: facts as JSON values, unknown ones left out."""

    name: str
    identity_number: str
    declared: dict = field(default_factory=dict)


def offers(applicant: str, region: str, day: date | None = None) -> list[Offer]:
    """What may be applied for in a region on a day, by "enterprise" or "person"; in file order."""
    day = day or timezone.localdate()
    return [
        Offer(version, key)
        for version in versions_in_force(region, day)
        for key, provision in compiled(version).file.provisions.items()
        if may_be_applied_for(provision)
        and applicant in applicants(provision)
        and _is_open(compiled(version).file, provision, day)
    ]


def _is_open(file, provision, day):
    """The provision is in force, and claims are taken."""
    return all(
        (period.start is None or period.start <= day) and (period.to is None or day <= period.to)
        for period in (provision.effective or file.effective, file.claim_window)
        if period is not None
    )


def region_of(user) -> str:
    """Where a person belongs: the region of the profile, else the city."""
    seeker = JobSeeker.objects.filter(user=user).first()
    return seeker.region_id if seeker else settings.CITY_CODE


def find_offer(provision_id: str, applicant: str, region: str) -> Offer | None:
    """The offer of that id, None when it is not open to this applicant."""
    return next((o for o in offers(applicant, region) if o.provision_id == provision_id), None)


def start(user, provision_id: str, enterprise: Enterprise | None = None) -> SubsidyApplication:
    """Begin an application, or go on with the draft there is. Raises Refused when it is not open."""
    _require_applicant(user, enterprise)
    region = enterprise.region_id if enterprise else region_of(user)
    offer = find_offer(provision_id, "enterprise" if enterprise else "person", region)
    if offer is None:
        raise Refused("这项补贴现在不能申请，可能已经停止，或者不适用于您所在的地区。")
    today = timezone.localdate()
    draft, _ = SubsidyApplication.objects.get_or_create(
        provision_id=provision_id,
        state=SubsidyApplicationState.DRAFT,
        enterprise=enterprise,
        user=None if enterprise else user,
        defaults={
            "policy": offer.version,
            "region_id": region,
            "year": _year(offer, today),
            "created_by": user,
        },
    )
    return draft


def _year(offer, day):
    return day.year - 1 if offer.provision.base_period is not None else day.year


def _require_applicant(user, enterprise):
    if enterprise is not None:
        check_member(user, enterprise)
    elif user.role != Role.JOB_SEEKER:
        raise Refused("个人补贴用个人账号申请。")


def _locked(application, user, states):
    """The application, locked, in one of these states, seen by the applicant."""
    found = (
        SubsidyApplication.objects.visible_to(user)
        .filter(pk=application.pk)
        .select_for_update(of=("self",))
        .select_related("policy")
        .prefetch_related("enterprise", "user")
        .first()
    )
    if found is None or user.is_bureau:
        raise Refused("没有找到这份申请。")
    _require_applicant(user, found.enterprise)
    if found.state not in states:
        raise Refused(f"这份申请现在是“{found.get_state_display()}”，不能再改。")
    return found


def save_draft(application, user, typed: dict) -> SubsidyApplication:
    """Keep the form as it was typed, right or wrong; nothing is decided. typed: JSON."""
    with transaction.atomic():
        found = _locked(application, user, OPEN_FOR_APPLICANT)
        found.draft = json.dumps(typed, ensure_ascii=False)
        found.save(update_fields=["draft"])
        return found


def typed_of(application) -> dict:
    """The form as it was typed last; {} before that."""
    return json.loads(application.draft) if application.draft else {}


def add_document(application, user, title: str, upload) -> SubsidyApplicationDocument:
    """Keep a document: JPG, PNG or PDF that really opens. The same file twice is kept once.

    Raises ValidationError saying what to send instead.
    """
    title = (title or "").strip()
    if not title:
        raise Refused("请写这份材料是什么，例如“劳动合同”。")
    checked = check_scan(upload, most_pages=MOST_PAGES)
    with transaction.atomic():
        found = _locked(application, user, OPEN_FOR_APPLICANT)
        documents = found.documents.all()
        same = documents.filter(sha256=checked.sha256).first()
        if same is not None:
            return same
        if len(documents) >= MOST_DOCUMENTS:
            raise Refused(f"一份申请最多 {MOST_DOCUMENTS} 份材料。请把同类的合成一个 PDF。")
        document = SubsidyApplicationDocument(
            application=found,
            title=title[:80],
            media_type=checked.media_type,
            size=len(checked.content),
            sha256=checked.sha256,
            uploaded_by=user,
        )
        # The stored name is ours: nothing of what a person typed reaches the file system.
        name = f"{document.public_id}.{checked.ending}"
        document.file.save(name, ContentFile(checked.content))
        return document


def remove_document(document, user) -> None:
    """Take a document out again while the application is being filled in."""
    with transaction.atomic():
        _locked(document.application, user, OPEN_FOR_APPLICANT)
        SubsidyApplicationDocument.objects.filter(pk=document.pk).delete()
        storage, name = document.file.storage, document.file.name
        transaction.on_commit(lambda: storage.delete(name))


def submit(application, user, declared: dict, persons: list[PersonGiven]) -> SubsidyApplication:
    """Hand in, and decide at once what can be decided.

    declared: the applicant's facts as JSON values, unknown ones left out. The day it was first
    handed in is the day whose policy applies, also when it comes back and is handed in again.
    Raises Refused, with nothing changed, for what is missing; a second press finds it handed in.
    """
    _require_facts(declared, persons)
    with transaction.atomic():
        found = _locked(application, user, OPEN_FOR_APPLICANT)
        lock_applicant(found)
        now = timezone.now()
        offer = _still_open(found, timezone.localdate(now))
        cleaned = _checked_persons(found, persons)
        if not found.documents.exists():
            raise Refused("请至少上传一份证明材料，例如劳动合同、证书或者缴费凭证。")
        content = _content_sha256(found, declared, cleaned)
        _refuse_twin(found, content)
        if found.submitted_at is None:
            found.policy, found.year = offer.version, _year(offer, timezone.localdate(now))
            found.submitted_at = now
        _store_persons(found, cleaned)
        found.facts = {"declared": declared, "completed": found.facts.get("completed", {})}
        found.content_sha256 = content
        found.applicant_name = (
            found.enterprise.name if found.enterprise_id else mask(cleaned[0].name, "name")
        )
        found.state = SubsidyApplicationState.SUBMITTED
        found.returned_reason = ""
        found.save()
        decide(found, None)
        return found


def _require_facts(declared, persons):
    try:
        for facts in (declared, *(person.declared for person in persons)):
            normalise(facts)
    except FactError as error:
        raise Refused(f"{error}。没有提交，请检查填写的内容。") from error


def _still_open(found, today):
    if found.submitted_at is not None:
        return None
    applicant = "enterprise" if found.enterprise_id else "person"
    offer = find_offer(found.provision_id, applicant, found.region_id)
    if offer is None:
        raise Refused("这项补贴已经停止申请，没有提交。")
    return offer


def _checked_persons(found, persons):
    """Persons with clean numbers, each once. Raises Refused naming the line."""
    needs = needs_of(compiled(found.policy), found.provision_id.partition("/")[2])
    if not needs.has_persons:
        return []
    if not persons:
        raise Refused("请填写要补贴的人：姓名和身份证号。")
    if len(persons) > MOST_PERSONS:
        raise Refused(f"一份申请最多 {MOST_PERSONS} 人，这里有 {len(persons)} 人。请分几份申请。")
    seen: dict[str, int] = {}
    cleaned = []
    for number, person in enumerate(persons, 1):
        identity = clean_identity_number(person.identity_number)
        if not person.name.strip():
            raise Refused(f"第 {number} 位没有写姓名。")
        if identity in seen:
            raise Refused(f"第 {number} 位和第 {seen[identity]} 位的身份证号一样，请删掉一位。")
        seen[identity] = number
        cleaned.append(PersonGiven(person.name.strip(), identity, person.declared))
    if found.user_id is not None:
        _require_self(found.user, cleaned[0].identity_number)
    return cleaned


def _require_self(user, identity):
    seeker = JobSeeker.objects.filter(user=user).first()
    if seeker and seeker.identity_number and seeker.identity_number != identity:
        raise Refused("身份证号和您登记的不一样。个人账号只能为自己申请。")


def _store_persons(found, cleaned):
    """The persons as handed in now; what staff had completed about one of them stays."""
    before = {person.identity_index: person.facts for person in found.persons.all()}
    found.persons.all().delete()
    for person in cleaned:
        index = blind_index(person.identity_number)
        SubsidyApplicationPerson.objects.create(
            application=found,
            name=person.name,
            identity_number=person.identity_number,
            facts={
                "declared": person.declared,
                "completed": before.get(index, {}).get("completed", {}),
            },
        )


def _content_sha256(found, declared, persons):
    people = sorted([blind_index(p.identity_number), p.declared] for p in persons)
    return hashlib.sha256(canonical([found.provision_id, declared, people])).hexdigest()


def _refuse_twin(found, content):
    """The same application, word for word, is under way or was granted already."""
    twins = SubsidyApplication.objects.filter(
        enterprise=found.enterprise_id, user=found.user_id, content_sha256=content
    ).exclude(pk=found.pk)
    for twin in twins.order_by("-submitted_at"):
        waiting = twin.state in (
            SubsidyApplicationState.SUBMITTED,
            SubsidyApplicationState.RETURNED,
        )
        if waiting or living_claim(twin) is not None:
            day = cn_date(twin.submitted_at, timezone.localdate())
            raise Refused(f"和 {day}提交的那一份完全一样，没有重复提交。请看那一份的进展。")


def living_claim(application) -> Claim | None:
    """The claim an application led to, if one stands."""
    return (
        Claim.objects.filter(decision__application=application)
        .exclude(state=ClaimState.SUPERSEDED)
        .first()
    )


def withdraw(application, user) -> SubsidyApplication:
    """The applicant takes it back: before it is decided, or before anyone has reviewed the claim."""
    with transaction.atomic():
        states = (*OPEN_FOR_APPLICANT, SubsidyApplicationState.SUBMITTED)
        found = _locked(application, user, (*states, SubsidyApplicationState.DECIDED))
        claim = living_claim(found)
        if found.state == SubsidyApplicationState.DECIDED and (
            claim is None or claim.state != ClaimState.SCREENED
        ):
            raise Refused("已经有结果，不能再撤回。")
        give_up_claim(found, None, "申请人撤回")
        found.state = SubsidyApplicationState.WITHDRAWN
        found.save(update_fields=["state"])
        return found


def place_of(application) -> str:
    """The name of the place an application belongs to."""
    return Division.objects.get(pk=application.region_id).name
