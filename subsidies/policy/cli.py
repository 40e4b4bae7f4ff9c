"""The ``policy`` command: evaluate one case, run the worked cases, check, show and compare files.

Answers go to standard output; what is wrong with the input is one line on standard error and exit
status 2. Failing cases or faulty files are exit status 1. Nothing here needs a database.
"""

import argparse
import json
import os
import sys
from pathlib import Path

from .adopting import Adoption, adopt
from .cases import cases_path, load_cases, run_case
from .coverage import missing_cases
from .diff import diff
from .diff_cases import changed_cases, diff_text
from .errors import CaseFileError, FactError, InputError, PolicyError, PolicyFileError
from .evaluator import evaluate
from .facts import iso_day
from .policyset import CASES_SUFFIX, POLICIES, PolicySet, load_policy, load_policy_set, policy_files
from .show import show_policy, show_provision

_USAGE = (
    ("the following arguments are required: ", "缺少 "),
    ("unrecognized arguments: ", "不认识 "),
    ("argument command: invalid choice: ", "没有这个命令 "),
    ("expected one argument", "后面要写一个值"),
    ("argument ", ""),
    ("choose from ", "可以写 "),
)


class _Parser(argparse.ArgumentParser):
    def error(self, message):
        for english, chinese in _USAGE:
            message = message.replace(english, chinese)
        raise InputError(f"命令写法不对，{message}（用法见 --help）")


def build_parser() -> argparse.ArgumentParser:
    """The command line of ``policy``."""
    parser = _Parser(prog="policy", description="惠企政策：计算、检验、查看")
    commands = parser.add_subparsers(dest="command", required=True, parser_class=_Parser)
    one = commands.add_parser("evaluate", help="计算一个主体能不能享受一项政策")
    one.add_argument("provision", metavar="PROVISION_ID")
    one.add_argument("--facts", required=True, metavar="FILE.json")
    one.add_argument("--set", action="append", default=[], metavar="NAME=VALUE")
    one.add_argument("--as-of", type=_day, metavar="YYYY-MM-DD")
    for name, text in (("test", "运行政策文件的用例"), ("lint", "检查政策文件和用例是否齐全")):
        many = commands.add_parser(name, help=text)
        many.add_argument("files", nargs="*", type=Path, metavar="FILE.yaml")
    shown = commands.add_parser("show", help="查看政策或条款；不写编号时列出全部")
    shown.add_argument("id", nargs="?", metavar="ID")
    compared = commands.add_parser("diff", help="比较两个政策文件，列出变动和结果不同的用例")
    compared.add_argument("old", type=Path, metavar="OLD.yaml")
    compared.add_argument("new", type=Path, metavar="NEW.yaml")
    adopted = commands.add_parser("adopt", help="按样板写出本地的政策文件和用例")
    adopted.add_argument("template", metavar="ID")
    for name, text in (
        ("id", "本地政策的编号"),
        ("code", "六位行政区划代码"),
        ("place", "地区名称"),
        ("title", "本地文件的标题"),
        ("number", "本地文件的文号"),
        ("quote", "本地文件里采用的原文"),
        ("folder", "写到哪个文件夹"),
    ):
        adopted.add_argument(f"--{name}", required=True, help=text)
    adopted.add_argument("--issued", type=_day, metavar="YYYY-MM-DD")
    return parser


def _day(text):
    try:
        return iso_day(text)
    except ValueError:
        raise InputError(f"日期“{text}”不对，要写成 2020-03-25") from None


def _unique(pairs):
    result = dict(pairs)
    if len(result) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise FactError(f"事实“{twice}”写了两次")
    return result


def _no_float(text):
    raise FactError(f'“{text}”不对：金额写整数分，比例写成文字，例如 "0.55"')


def _whole(text):
    if len(text) > 18:
        raise FactError(f"数 {text[:18]}…太大")
    return int(text)


def read_facts(path: str) -> dict:
    """Facts from a JSON file (``-`` is standard input). Raises ``PolicyError``."""
    try:
        data = sys.stdin.buffer.read() if path == "-" else Path(path).read_bytes()
        facts = json.loads(
            data.decode("utf-8-sig"),
            object_pairs_hook=_unique,
            parse_int=_whole,
            parse_float=_no_float,
            parse_constant=_no_float,
        )
    except OSError as error:
        raise InputError(f"读不到文件 {path}（{error.strerror}）") from None
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError) as error:
        raise InputError(f"文件 {path} 不是正确的 JSON：{error}") from None
    if not isinstance(facts, dict):
        raise InputError(f"文件 {path} 要写成 {{事实: 值}}")
    return facts


def read_settings(texts: list[str]) -> dict:
    """``NAME=VALUE`` texts as a dict. Raises ``InputError``."""
    values = {}
    for text in texts:
        name, sign, value = text.partition("=")
        if not sign or not name:
            raise InputError(f"“{text}”不对，要写成 名称=值")
        if name in values:
            raise InputError(f"参数“{name}”写了两次")
        values[name] = value
    return values


def _evaluate(options, out):
    facts, values = read_facts(options.facts), read_settings(options.set)
    decision = evaluate(
        load_policy_set(templates=True), options.provision, facts, values, options.as_of
    )
    json.dump(decision.as_dict(), out, ensure_ascii=False, indent=2)
    out.write("\n")
    return 0


def _chosen(files):
    if not files:
        return policy_files(POLICIES)
    for path in files:
        if not path.is_file():
            raise InputError(f"读不到文件 {path}")
        if path.name.endswith(CASES_SUFFIX):
            raise InputError(f"{path} 是用例文件，请写政策文件")
    return files


def _test(options, out):
    failures = total = 0
    for path in _chosen(options.files):
        policies = PolicySet([load_policy(path, POLICIES)])
        cases = load_cases(cases_path(path))
        total += len(cases)
        for case in cases:
            differences = run_case(policies, case)
            if differences:
                failures += 1
                out.write(f"未通过 {path.name}：{case.name}：{'；'.join(differences)}\n")
    out.write(f"共 {total} 个用例，通过 {total - failures} 个，未通过 {failures} 个。\n")
    return 1 if failures else 0


def _lint(options, out):
    paths = _chosen(options.files)
    faults = []
    for path in paths:
        try:
            policy = load_policy(path, POLICIES)
            faults.extend(
                f"{policy.name}: {gap}"
                for gap in missing_cases(policy, load_cases(cases_path(path)))
            )
        except PolicyFileError as error:
            faults.extend(error.faults)
        except CaseFileError as error:
            faults.append(str(error))
    for fault in faults:
        out.write(f"{fault}\n")
    out.write(f"检查了 {len(paths)} 个政策文件，发现 {len(faults)} 个问题。\n")
    return 1 if faults else 0


def _show(options, out):
    policies = load_policy_set(templates=True)
    if options.id is None:
        for policy in policies.policies.values():
            for key, provision in policy.file.provisions.items():
                out.write(f"{policy.file.id}/{key}  {policy.file.title}：{provision.title}\n")
    elif options.id in policies.policies:
        out.write(show_policy(policies.policies[options.id]))
    else:
        out.write(show_provision(*policies.find(options.id)))
    return 0


def _diff(options, out):
    paths = _chosen([options.new, options.old])
    new, old = (load_policy(path, POLICIES) for path in paths)
    cases = {}
    for path in paths:
        if cases_path(path).is_file():
            cases = {case.name: case for case in load_cases(cases_path(path))} | cases
    out.write(diff_text(diff(old, new), changed_cases(old, new, cases.values())))
    return 0


def _adopt(options, out):
    policies = load_policy_set(templates=True).policies
    if options.template not in policies:
        raise InputError(f"没有编号为“{options.template}”的政策")
    adoption = Adoption(
        options.id,
        options.code,
        options.place,
        options.title,
        options.number,
        options.issued,
        options.quote,
    )
    template = policies[options.template]
    cases = cases_path(POLICIES / template.name).read_text("utf-8")
    texts = adopt(template, cases, adoption)
    policy_path = Path(options.folder) / f"{options.id}.yaml"
    paths = (policy_path, cases_path(policy_path))
    for path in paths:
        if path.exists():
            raise InputError(f"已经有文件 {path}")
    policy_path.parent.mkdir(parents=True, exist_ok=True)
    for path, text in zip(paths, texts, strict=True):
        path.write_text(text, "utf-8")
        out.write(f"写好了 {path}\n")
    return 0


_COMMANDS = {
    "evaluate": _evaluate,
    "test": _test,
    "lint": _lint,
    "show": _show,
    "diff": _diff,
    "adopt": _adopt,
}


def main(arguments: list[str] | None = None, out=None, err=None) -> int:
    """Run one command; return the exit status."""
    out, err = out or _utf8(sys.stdout), err or _utf8(sys.stderr)
    try:
        options = build_parser().parse_args(arguments)
        status = _COMMANDS[options.command](options, out)
        out.flush()
        return status
    except BrokenPipeError:
        # Whoever read along has seen enough (`| head`). What is still buffered goes nowhere, so
        # that the interpreter does not stumble over it at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), out.fileno())
        return 1
    except PolicyError as error:
        line = " ".join(str(error).split()).encode("utf-8", "backslashreplace").decode()
        err.write(f"{line}\n")
        return 2


def _utf8(stream):
    """A standard stream that writes UTF-8, as JSON must be, whatever the locale."""
    if hasattr(stream, "reconfigure"):
        stream.reconfigure(encoding="utf-8")
    return stream
