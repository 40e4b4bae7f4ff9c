"""Local parameters: figures the bureau sets itself, within the range the policy gives."""

import re
from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction

from .errors import ParameterError
from .operands import engine_value
from .wording import day, shown

# Long enough for any figure a bureau may set; a longer one is a slip.
_INT = re.compile(r"0|[1-9][0-9]{0,17}")
_RATE = re.compile(r"[0-9]{1,3}(?:\.[0-9]{1,18})?")


def check_local(policy_file, values: Mapping) -> dict:
    """Return checked engine values of local parameters; ``None`` leaves one unset.

    Values are ``int`` (fen, counts), ``Decimal`` or text for rates, or text as typed on a command
    line. Raises ``ParameterError`` for a name the policy does not leave to the bureau, a wrong
    unit, or a value out of range.
    """
    checked = {}
    for name, value in values.items():
        parameter = policy_file.parameters.get(name)
        if parameter is None:
            raise ParameterError(f"政策 {policy_file.id} 没有参数“{name}”")
        if parameter.local is None:
            raise ParameterError(f"参数“{name}”（{parameter.label}）由文件规定，不能在本地改")
        if value is None:
            continue
        checked[name] = _in_range(name, parameter, _read(name, parameter, value))
    return checked


def check_window(name: str, parameter, item, value) -> None:
    """Hold a checked local value against the dated value whose place it takes.

    ``item`` is the ``DatedValue`` of the day, ``None`` outside all of them. Raises
    ``ParameterError`` where the document fixes the figure of that day or narrows its range.
    """
    if item is None or not parameter.by_window:
        return
    start = f"{day(item.start)}起" if item.start else ""
    if item.local is None:
        raise ParameterError(
            f"参数“{name}”（{parameter.label}）{start}的取值由文件规定，不能在本地改"
        )
    least, most = engine_value(item.local.least), engine_value(item.local.most)
    if not least <= value <= most:
        ends = [shown(end, parameter.unit, parameter.measure) for end in (least, most)]
        raise ParameterError(
            f"参数“{name}”（{parameter.label}）{start}的值超出范围，"
            f"应在 {ends[0]} 到 {ends[1]} 之间"
        )


def _read(name, parameter, value):
    unit = parameter.unit
    if unit == "choice":
        if isinstance(value, str):
            return value
    elif unit == "share":
        if isinstance(value, str) and _RATE.fullmatch(value):
            return Fraction(value)
        if isinstance(value, Decimal | int) and not isinstance(value, bool):
            return Fraction(value)
    else:
        if isinstance(value, str) and _INT.fullmatch(value):
            return int(value)
        if type(value) is int:
            return value
    words = {"share": "0.055 这样的小数", "fen": "以分为单位的整数", "int": "整数"}
    wanted = words.get(unit) or f"{'、'.join(parameter.local.choices)} 之一"
    raise ParameterError(f"参数“{name}”（{parameter.label}）的值 {value!r} 不对，要写{wanted}")


def _in_range(name, parameter, value):
    allowed = parameter.local
    if allowed.choices is not None:
        if value not in allowed.choices:
            raise ParameterError(
                f"参数“{name}”（{parameter.label}）只能是 {'、'.join(allowed.choices)}"
            )
        return value
    least, most = engine_value(allowed.least), engine_value(allowed.most)
    if not least <= value <= most:
        ends = [shown(end, parameter.unit, parameter.measure) for end in (least, most)]
        raise ParameterError(
            f"参数“{name}”（{parameter.label}）的值超出范围，应在 {ends[0]} 到 {ends[1]} 之间"
        )
    return value
