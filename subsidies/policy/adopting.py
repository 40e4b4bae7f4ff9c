"""Making a place's own policy out of a template.

A template (``template: true``) is in force nowhere. A place adopts it by a document of its own: the
copy gets the place's id, code and document, and is from then on a policy like any other, whose
figures and indicators the place changes where its document differs. The worked cases come along,
moved to the place, with one more for each provision: a subject from elsewhere is refused.
"""

import json
import re
from dataclasses import dataclass
from datetime import date

from .cases import CaseFile
from .errors import InputError
from .policyset import LoadedPolicy
from .source import Source

_TOP_KEY = re.compile(r"^([a-z_]+):", re.MULTILINE)
_REGION = re.compile(r'(region: )"\d+"')


@dataclass(frozen=True)
class Adoption:
    """What a place writes: its id and code, and the document that adopts the template.

    ``code`` is the six-digit division code, ``quote`` the words of the document that adopt it.
    """

    policy_id: str
    code: str
    place: str
    title: str
    number: str
    issued: date | None
    quote: str


def adopt(template: LoadedPolicy, cases: str, adoption: Adoption) -> tuple[str, str]:
    """The texts of the place's policy file and of its cases.

    Raises ``InputError`` for what is no template, ``PolicyFileError`` when the id or the code is
    malformed.
    """
    if not template.file.template:
        raise InputError(f"政策 {template.file.id} 不是样板，不能采用")
    blocks = _blocks(template.text)
    blocks["id"] = f"id: {adoption.policy_id}\n"
    blocks["version"] = 'version: "1"\n'
    blocks["title"] = f"title: {_quoted(adoption.title)}\n"
    del blocks["template"]
    blocks["jurisdiction"] = (
        f"\njurisdiction:\n  code: {_quoted(adoption.code)}\n  name: {_quoted(adoption.place)}\n"
        "  includes_below: true\n  cite: ADOPTION(采用)\n\n"
    )
    blocks["documents"] = blocks["documents"].replace(
        "documents:\n", f"documents:\n{_document(adoption)}", 1
    )
    here = f"{template.file.id}/"
    text = "".join(blocks.values()).replace(here, f"{adoption.policy_id}/")
    adopted = LoadedPolicy(text, f"{adoption.policy_id}.yaml")
    moved = _REGION.sub(rf'\g<1>"{adoption.code}"', cases).replace(here, f"{adoption.policy_id}/")
    return text, moved.rstrip("\n") + "\n\n" + _elsewhere(adopted, moved, adoption.code)


def _blocks(text):
    """Top-level keys of a policy file and their lines, in order."""
    starts = list(_TOP_KEY.finditer(text))
    ends = [match.start() for match in starts[1:]] + [len(text)]
    return {match[1]: text[match.start() : end] for match, end in zip(starts, ends, strict=True)}


def _quoted(text):
    return json.dumps(text, ensure_ascii=False)


def _document(adoption):
    issued = adoption.issued.isoformat() if adoption.issued else "null"
    return (
        f"  ADOPTION:\n    number: {_quoted(adoption.number)}\n"
        f"    title: {_quoted(adoption.title)}\n    issued: {issued}\n"
        f"    clauses:\n      采用: {_quoted(adoption.quote)}\n"
    )


def _elsewhere(policy, cases, code):
    """A case for each provision: the same subject in another province."""
    other = "110101" if not code.startswith("11") else "310101"
    bases = CaseFile.model_validate(Source(cases, policy.name).data).bases
    lines = ["  # the place\n"]
    for key, provision in policy.file.provisions.items():
        full = f"{policy.file.id}/{key}"
        start = next(name for name, base in bases.items() if base.provision == full)
        lines.append(
            f"  - {{name: {_quoted(f'外地：{provision.title}')}, from: {start}, "
            f'facts: {{region: "{other}"}}, expect: {{outcome: deny, failed: [region]}}}}\n'
        )
    return "".join(lines)
