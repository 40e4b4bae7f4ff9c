"""The glossary: every English identifier of the data model beside its official Chinese term.

Made from the models and enums themselves, so that it cannot drift; docs/glossary.md is its output.
"""

import inspect
import re
from importlib import import_module

from django.apps import apps
from django.db import models

APPS = (
    ("accounts", "用户与权限"),
    ("places", "代码表"),
    ("enterprises", "企业用工"),
    ("jobseekers", "求职者"),
    ("subsidies", "补贴资金"),
    ("hotlines", "服务与热线"),
    ("outbox", "消息"),
    ("reports", "报表"),
    ("runs", "运行记录"),
)
HEAD = """# Glossary · 术语对照

Each English identifier of code, database and API beside the official Chinese term. Written by
`manage.py glossary`; a test holds this file against the code.

Terms that are not tables: insured persons at the start and end of the year 年初、年末参保人数
(`insured_start`, `insured_end`), layoff rate 裁员率 (`layoff_rate`), stabilization refund 稳岗返还,
granted without application 免申即享, public notice 公示, the four clears 四清, closing a case 销号,
one enterprise one plan 一企一策, key lists 三必需一重要 · 四上 · 重大项目, seen in `KeyListKind`.
"""


def _tables(label):
    config = apps.get_app_config(label)
    for model in sorted(config.get_models(), key=lambda m: m.__name__):
        if model.__name__.endswith("Event") or model._meta.proxy:
            continue  # history tables repeat what they follow
        yield model


def _enums(label):
    config = apps.get_app_config(label)
    seen = {}
    for path in (f"{config.name}.enums", f"{config.name}.models"):
        try:
            module = import_module(path)
        except ModuleNotFoundError:
            continue
        for name, value in inspect.getmembers(module, inspect.isclass):
            ours = value.__module__.startswith(config.name)
            if ours and issubclass(value, models.Choices) and len(value):
                seen[name] = value
    return sorted(seen.items())


def glossary():
    """The whole text."""
    parts = [HEAD]
    for label, title in APPS:
        parts.append(f"\n## {title} (`{label}`)\n\n| identifier | term | fields |\n|---|---|---|\n")
        for model in _tables(label):
            fields = "、".join(
                f"`{field.name}` {field.verbose_name}"
                for field in model._meta.fields
                if not field.primary_key and str(field.verbose_name) != field.name.replace("_", " ")
            )
            parts.append(f"| `{model.__name__}` | {model._meta.verbose_name} | {fields} |\n")
        for name, enum in _enums(label):
            doc = re.match(r"[\u4e00-\u9fff“”、]*", inspect.getdoc(enum) or "").group()
            values = "、".join(f"`{value}` {text}" for value, text in enum.choices)
            parts.append(f"| `{name}` | {doc} | {values} |\n")
    return "".join(parts)
