"""What the kernel is fed: one column per fact, one row per vacancy or seeker.

Columns are coerced to the dtypes named below and checked on construction; the row order is of
no consequence for the result, because ties are broken by ``ids``. Sex, household origin and
ethnicity have no column, so they cannot matter.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields

import numpy as np

UNCOUNTED = -1  # of SeekerColumns.choices
_VALUE_BITS = 40  # of a value sorted together with its row
EDUCATION_LEVELS = ("不限", "初中", "高中/中专", "大专", "本科", "硕士", "博士")


class ColumnError(ValueError):
    """A column that cannot be used; the message says which column, which row and why."""


@dataclass(frozen=True, slots=True)
class Lists:
    """Ragged rows: row i is ``values[indptr[i]:indptr[i + 1]]`` (the CSR layout).

    indptr: int64, n + 1 entries, starting at 0 and never falling; values: int64.
    """

    indptr: np.ndarray
    values: np.ndarray

    def __post_init__(self):
        object.__setattr__(self, "indptr", np.ascontiguousarray(self.indptr, dtype=np.int64))
        object.__setattr__(self, "values", np.ascontiguousarray(self.values, dtype=np.int64))
        bounds = self.indptr
        if bounds.size == 0 or bounds[0] != 0 or bounds[-1] != self.values.size:
            raise ColumnError("列表列的起止位置与内容长度不一致")
        if (np.diff(bounds) < 0).any():
            raise ColumnError("列表列的起止位置不是递增的")

    @classmethod
    def of(cls, rows: Iterable[Sequence[int]]) -> "Lists":
        """Build from one sequence of integers per row."""
        rows = [tuple(row) for row in rows]
        indptr = np.zeros(len(rows) + 1, dtype=np.int64)
        np.cumsum([len(row) for row in rows], out=indptr[1:])
        values = np.fromiter((x for row in rows for x in row), np.int64, int(indptr[-1]))
        return cls(indptr, values)

    @classmethod
    def empty(cls, rows: int) -> "Lists":
        """``rows`` empty rows."""
        return cls(np.zeros(rows + 1, dtype=np.int64), np.zeros(0, dtype=np.int64))

    @classmethod
    def by_owner(cls, owners: np.ndarray, values: np.ndarray, rows: int) -> "Lists":
        """``rows`` rows from the row number of every value, int64 and never falling."""
        indptr = np.zeros(rows + 1, dtype=np.int64)
        np.cumsum(np.bincount(owners, minlength=rows), out=indptr[1:])
        return cls(indptr, values)

    def __len__(self) -> int:
        return self.indptr.size - 1

    def row(self, index: int) -> np.ndarray:
        """The values of one row."""
        return self.values[self.indptr[index] : self.indptr[index + 1]]

    def owners(self) -> np.ndarray:
        """The row number of every value, int64."""
        return np.repeat(np.arange(len(self)), np.diff(self.indptr))

    def take(self, rows: np.ndarray) -> "Lists":
        """The given rows, in the given order."""
        rows = np.asarray(rows, dtype=np.int64)
        lengths = np.diff(self.indptr)[rows]
        indptr = np.zeros(rows.size + 1, dtype=np.int64)
        np.cumsum(lengths, out=indptr[1:])
        offsets = np.repeat(self.indptr[rows] - indptr[:-1], lengths)
        return Lists(indptr, self.values[offsets + np.arange(indptr[-1])])

    def normalised(self) -> "Lists":
        """The same rows, each sorted and without repeats."""
        owners, values = in_rows(self.owners(), self.values)
        keep = np.ones(values.size, dtype=bool)
        keep[1:] = (owners[1:] != owners[:-1]) | (values[1:] != values[:-1])
        return Lists.by_owner(owners[keep], values[keep], len(self))


def in_rows(owners: np.ndarray, values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Both int64, sorted by owner and then by value.

    Sorting one number for each pair is many times quicker than sorting by two keys; where the
    numbers do not fit into one, it is done by two.
    """
    fits = values.size and values.min() >= 0 and values.max() < 1 << _VALUE_BITS
    if fits and owners.max() < 1 << 63 - _VALUE_BITS:
        both = np.sort(owners << _VALUE_BITS | values)
        return both >> _VALUE_BITS, both & (1 << _VALUE_BITS) - 1
    order = np.lexsort((values, owners))
    return owners[order], values[order]


class _Columns:
    """What vacancies and seekers share: coercion, checks, taking rows."""

    _side = ""
    _dtypes: dict[str, tuple[type, int]] = {}

    def __post_init__(self):
        ids = np.ascontiguousarray(self.ids, dtype=np.int64)
        object.__setattr__(self, "ids", ids)
        if np.unique(ids).size != ids.size:
            raise ColumnError(f"{self._side}编号有重复")
        for field in fields(self):
            value = getattr(self, field.name)
            if field.name in self._dtypes:
                dtype, default = self._dtypes[field.name]
                if value is None:
                    value = np.full(ids.size, default, dtype=dtype)
                value = self._coerce(field.name, value, dtype)
            elif field.name != "ids" and value is None:
                value = Lists.empty(ids.size)
            if len(value) != ids.size:
                raise ColumnError(
                    f"{self._side}列 {field.name} 有 {len(value)} 行，应有 {ids.size} 行"
                )
            object.__setattr__(self, field.name, value)
        self._check()

    def _coerce(self, name: str, value, dtype: type) -> np.ndarray:
        given = np.asarray(value)
        if given.dtype.kind == "f":
            raise ColumnError(f"{self._side}列 {name} 是小数，应是整数")
        column = np.ascontiguousarray(given.astype(dtype))
        if given.dtype.kind in "iu" and (column.astype(given.dtype) != given).any():
            row = int(np.flatnonzero(column.astype(given.dtype) != given)[0])
            raise ColumnError(f"{self._side}列 {name} 第 {row + 1} 行：{given[row]} 超出范围")
        return column

    def _refuse(self, name: str, wrong: np.ndarray, why: str) -> None:
        if wrong.any():
            row = int(np.flatnonzero(wrong)[0])
            value = getattr(self, name)[row]
            raise ColumnError(f"{self._side}列 {name} 第 {row + 1} 行：{value}，{why}")

    def __len__(self) -> int:
        return self.ids.size

    def take(self, rows: np.ndarray):
        """The given rows, in the given order, as a new set of columns."""
        rows = np.asarray(rows, dtype=np.int64)
        return type(self)(
            **{
                field.name: value.take(rows) if isinstance(value, Lists) else value[rows]
                for field in fields(self)
                for value in (getattr(self, field.name),)
            }
        )


@dataclass(frozen=True, slots=True, eq=False)
class VacancyColumns(_Columns):
    """Vacancies, one row each. Columns left out take the neutral value in brackets.

    ids: int64, stable and unique.
    occupation: int32, packed by ``codes.pack_occupation`` [0 unknown].
    division: int32, 4, 6 or 9 digits, as precise as known [0 unknown].
    pay_min, pay_max: int32, yuan a month [0 unknown or negotiable].
    education: int8, least level 1–6 [0 no limit], see EDUCATION_LEVELS.
    experience: int8, least whole years [0 none].
    certificates: uint64, bit set of what the law demands [0]; see ``certificates``.
    certificates_preferred: uint64, bit set of what the employer would like [0].
    skills: Lists of token ids ≥ 0 [none]; the same vocabulary as the seekers'.
    text: Lists of words of title and duties, packed by ``text`` [none]; one vocabulary likewise.
    headcount: int32 ≥ 1 [1].
    key: bool, key enterprise 重点企业 [no].
    active: bool, published and not filled today [yes].
    age_days: int16 ≥ 0, days since it was published or confirmed [0].
    """

    ids: np.ndarray
    occupation: np.ndarray = None
    division: np.ndarray = None
    pay_min: np.ndarray = None
    pay_max: np.ndarray = None
    education: np.ndarray = None
    experience: np.ndarray = None
    certificates: np.ndarray = None
    certificates_preferred: np.ndarray = None
    skills: Lists = None
    text: Lists = None
    headcount: np.ndarray = None
    key: np.ndarray = None
    active: np.ndarray = None
    age_days: np.ndarray = None

    _side = "岗位"
    _dtypes = {
        "occupation": (np.int32, 0),
        "division": (np.int32, 0),
        "pay_min": (np.int32, 0),
        "pay_max": (np.int32, 0),
        "education": (np.int8, 0),
        "experience": (np.int8, 0),
        "certificates": (np.uint64, 0),
        "certificates_preferred": (np.uint64, 0),
        "headcount": (np.int32, 1),
        "key": (np.bool_, False),
        "active": (np.bool_, True),
        "age_days": (np.int16, 0),
    }

    def _check(self) -> None:
        self._refuse(
            "occupation", (self.occupation < 0) | (self.occupation > 9_999_999), "不是职业代码"
        )
        self._refuse("pay_min", self.pay_min < 0, "不能是负数")
        self._refuse(
            "pay_max", (self.pay_max != 0) & (self.pay_max < self.pay_min), "低于最低工资一栏"
        )
        self._refuse("education", (self.education < 0) | (self.education > 6), "应是 0 到 6")
        self._refuse("experience", self.experience < 0, "不能是负数")
        self._refuse("headcount", self.headcount < 1, "至少是 1")
        self._refuse("age_days", self.age_days < 0, "不能是负数")
        _check_tokens(self)


@dataclass(frozen=True, slots=True, eq=False)
class SeekerColumns(_Columns):
    """Seekers, one row each. Columns left out take the neutral value in brackets.

    ids: int64, stable and unique.
    occupations: Lists of packed occupations, wished for [none].
    regions: Lists of division codes accepted, 2, 4, 6 or 9 digits [none: every place].
    home: int32, division lived in [0 unknown]; only scores, never excludes.
    pay_expected: int32, yuan a month [0 not said].
    education: int8 0–6 [-1 unknown, which excludes nothing and earns nothing].
    experience: int8, whole years [-1 unknown, likewise].
    certificates: uint64, bit set of what is held [0].
    skills: Lists of token ids ≥ 0 [none].
    text: Lists of words of work history and wishes, packed by ``text`` [none].
    hard_to_place: bool, 就业困难人员 [no].
    consent: bool, agreed that employers may be shown the résumé [yes].
    active: bool, looking for work and of working age under the law [yes].
    age_days: int16 ≥ 0, days since the wishes were last confirmed [0].
    excluded: Lists of vacancy ids not to offer: applied to, or "not for me" [none].
    choices: int16 0–1000, points for having few choices, where they were counted in a larger set
      than these rows, see ``choices`` [-1: counted among these].
    """

    ids: np.ndarray
    occupations: Lists = None
    regions: Lists = None
    home: np.ndarray = None
    pay_expected: np.ndarray = None
    education: np.ndarray = None
    experience: np.ndarray = None
    certificates: np.ndarray = None
    skills: Lists = None
    text: Lists = None
    hard_to_place: np.ndarray = None
    consent: np.ndarray = None
    active: np.ndarray = None
    age_days: np.ndarray = None
    excluded: Lists = None
    choices: np.ndarray = None

    _side = "求职者"
    _dtypes = {
        "home": (np.int32, 0),
        "pay_expected": (np.int32, 0),
        "education": (np.int8, -1),
        "experience": (np.int8, -1),
        "certificates": (np.uint64, 0),
        "hard_to_place": (np.bool_, False),
        "consent": (np.bool_, True),
        "active": (np.bool_, True),
        "age_days": (np.int16, 0),
        "choices": (np.int16, UNCOUNTED),
    }

    def _check(self) -> None:
        wishes = self.occupations.values
        if ((wishes < 0) | (wishes > 9_999_999)).any():
            raise ColumnError("求职者列 occupations 有不是职业代码的值")
        self._refuse("pay_expected", self.pay_expected < 0, "不能是负数")
        self._refuse("education", (self.education < -1) | (self.education > 6), "应是 -1 到 6")
        self._refuse("experience", self.experience < -1, "应是 -1 或年数")
        self._refuse("choices", (self.choices < -1) | (self.choices > 1000), "应是 -1 到 1000")
        self._refuse("age_days", self.age_days < 0, "不能是负数")
        _check_tokens(self)


def _check_tokens(columns: _Columns) -> None:
    """Token ids index a weight table, so they may not be negative."""
    for name in ("skills", "text"):
        values = getattr(columns, name).values
        if values.size and values.min() < 0:
            raise ColumnError(f"{columns._side}列 {name} 有负的词号")
