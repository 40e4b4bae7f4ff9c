"""Reading YAML strictly, with the line of every key.

The plain scalars of a policy mean what they look like and nothing else: integers, decimals (never
binary floats), ISO dates, ``true`` and ``false``, ``null``; everything else is text. A key given
twice is an error, as are anchors, aliases and tags.
"""

import re
from datetime import date
from decimal import Decimal
from typing import Any

import yaml

from .errors import PolicyFileError

_INT = re.compile(r"0|-?[1-9]\d*")
_DECIMAL = re.compile(r"-?\d+\.\d+")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
# Only composes nodes; the C parser is the same one, faster, where it was built.
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_WORDS = {"true": True, "false": False, "null": None, "": None}


class Source:
    """The content of one YAML file and where each of its keys stands.

    ``data`` is plain Python (dict, list, str, int, Decimal, date, bool, None); ``fault`` writes
    one message as ``file:line: key: text``.
    """

    def __init__(self, text: str, name: str):
        self.name = name
        self._lines: dict[tuple, int] = {(): 1}
        self._seen: set[int] = set()
        try:
            node = yaml.compose(text, Loader=_LOADER)
        except yaml.YAMLError as error:
            mark = getattr(error, "problem_mark", None)
            line = mark.line + 1 if mark else 1
            problem = getattr(error, "problem", None) or "内容无法读取"
            raise PolicyFileError([f"{name}:{line}: 不是正确的 YAML：{problem}"]) from None
        if node is None:
            raise PolicyFileError([f"{name}:1: 文件是空的"])
        self.data = self._value(node, ())

    def fault(self, path: tuple, text: str) -> str:
        """One message for the key at ``path`` (names and list positions from the top)."""
        line_path = path
        while line_path not in self._lines:
            line_path = line_path[:-1]
        key = ""
        for part in path:
            key += f"[{part + 1}]" if isinstance(part, int) else f".{part}" if key else str(part)
        return f"{self.name}:{self._lines[line_path]}: {key + ': ' if key else ''}{text}"

    def knows(self, path: tuple) -> bool:
        """Whether the file has a key at ``path``."""
        return path in self._lines

    def _value(self, node, path) -> Any:
        self._lines.setdefault(path, node.start_mark.line + 1)
        if id(node) in self._seen:
            raise PolicyFileError([self.fault(path, "不能用别名（*），请把内容写全")])
        self._seen.add(id(node))
        if isinstance(node, yaml.MappingNode):
            result = {}
            for key_node, value_node in node.value:
                line = key_node.start_mark.line + 1
                if not isinstance(key_node, yaml.ScalarNode):
                    raise PolicyFileError([f"{self.name}:{line}: 键要写成文字"])
                key = key_node.value
                child = (*path, key)
                if key in result:
                    self._lines[child] = line
                    raise PolicyFileError([self.fault(child, "同一个键写了两次")])
                self._lines[child] = line
                result[key] = self._value(value_node, child)
            return result
        if isinstance(node, yaml.SequenceNode):
            return [self._value(item, (*path, index)) for index, item in enumerate(node.value)]
        if node.style:  # quoted or a block: text, whatever it looks like
            return node.value
        return self._scalar(node.value, path)

    def _scalar(self, text, path):
        if text in _WORDS:
            return _WORDS[text]
        if _INT.fullmatch(text):
            return int(text)
        if _DECIMAL.fullmatch(text):
            return Decimal(text)
        if _DATE.fullmatch(text):
            try:
                return date.fromisoformat(text)
            except ValueError:
                raise PolicyFileError([self.fault(path, f"没有“{text}”这一天")]) from None
        return text
