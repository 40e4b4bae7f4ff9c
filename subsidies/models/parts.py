"""What many decisions share, kept once: rules' entries, what all their entries have in common.

Three decisions of a hundred thousand enterprises repeat the same clauses, labels and limits. A
decision's columns therefore hold, in the place of such a part, its number: the first 63 bits of
the SHA-256 of its canonical JSON. Parts are never changed or deleted; reading a decision puts them
in, so that nobody but the fields below and services/decision_store.py sees a number.

| column | stored | read |
|---|---|---|
| trace | [7, {"of": 8, "actual": 3, …}] | [{"rule": …}, {"rule": …, "actual": 3, …}] |
| facts | {"values": {…}, "sources": 9} | {"values": {…}, "sources": {"region": "register", …}} |
| near_miss | {"entry": {"of": 8, …}, "gap_persons": 1, …} | {"rule": …, "gap_persons": 1, …} |

A column written in full is read as it is.
"""

import pgtrigger
from django.db import models
from django.db.models.fields.json import KeyTransform

_known: dict[int, object] = {}


class DecisionPart(models.Model):
    """决定的共用部分: canonical JSON by its hash."""

    id = models.BigIntegerField("编号", primary_key=True)
    sha256 = models.CharField("校验值", max_length=64, unique=True)
    body = models.JSONField("内容")

    class Meta:
        verbose_name = verbose_name_plural = "决定的共用部分"
        triggers = [
            pgtrigger.Protect(name="parts_are_final", operation=pgtrigger.Update | pgtrigger.Delete)
        ]

    def __str__(self):
        return self.sha256[:8]


def part(number: int):
    """A part by its number, a new object each time. There are few, so all are read at once."""
    if number not in _known:
        _known.update(DecisionPart.objects.values_list("pk", "body"))
    body = _known[number]
    return dict(body) if isinstance(body, dict) else body


def whole_entry(stored) -> dict:
    """An entry of a trace from how it is stored."""
    if isinstance(stored, int):
        return part(stored)
    if "of" not in stored:
        return stored
    own = dict(stored)
    return part(own.pop("of")) | own


class PartsField(models.JSONField):
    """JSON whose shared parts are put in when it is read."""

    def from_db_value(self, value, expression, connection):
        """As models.JSONField; a look into the value (facts__values__…) stays as it is."""
        value = super().from_db_value(value, expression, connection)
        if value is None or isinstance(expression, KeyTransform):
            return value
        return self.put_together(value)


class TraceField(PartsField):
    """Decision.trace."""

    def put_together(self, value):
        """A list of entries."""
        return [whole_entry(entry) for entry in value]


class FactsField(PartsField):
    """Decision.facts."""

    def put_together(self, value):
        """{"values", "sources"}."""
        if isinstance(value.get("sources"), int):
            value["sources"] = part(value["sources"])
        return value


class NearMissField(PartsField):
    """Decision.near_miss."""

    def put_together(self, value):
        """The entry in the way without what only a trace needs, and what the near miss adds."""
        if "entry" not in value:
            return value
        entry = whole_entry(value.pop("entry"))
        entry.pop("operator", None)
        return entry | value
