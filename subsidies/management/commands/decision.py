"""manage.py decision replay: stored decisions computed again and compared."""

import json

from django.core.management.base import BaseCommand, CommandError

from subsidies.crosscheck.logic import logic_of, pattern_of
from subsidies.models import Decision
from subsidies.policy import PolicyError, load_policy_set
from subsidies.services.replay import other_engines, replay, replay_all


class Command(BaseCommand):
    """Replays decisions; prints the logic a twin in SQL is written for."""

    help = "重算已存的审核决定，逐字节核对。"

    def add_arguments(self, parser):
        """Two subcommands."""
        commands = parser.add_subparsers(dest="what", required=True)
        again = commands.add_parser("replay", help="重算并核对；不一致时退出码为 1")
        again.add_argument("ids", nargs="*", metavar="ID", help="决定页面地址里的编号")
        again.add_argument("--all", action="store_true", help="全部决定，包括已被更正的")
        logic = commands.add_parser("logic", help="打印条款的逻辑，编写第二套计算时用")
        logic.add_argument("provision", metavar="ID", help="如 changzhou-2020-17/refund-general")

    def handle(self, *, what, **options):
        """Run the subcommand."""
        if what == "logic":
            self._logic(options["provision"])
        else:
            self._replay(options["ids"], options["all"])

    def _replay(self, ids, everything):
        if bool(ids) == everything:
            raise CommandError("请写决定的编号，或者写 --all。")
        try:
            report = replay_all(self.stdout.write) if everything else replay(ids)
        except Decision.DoesNotExist as missing:
            raise CommandError(f"没有编号为“{missing}”的决定。") from None
        for name, counts in sorted(other_engines(report).items()):
            self.stdout.write(
                f"由第 {name} 版计算程序作出的 {counts.total():,d} 条："
                f"结果相同 {counts['same']:,d} 条，不同 {counts['different']:,d} 条"
            )
        for one in report.differences:
            self.stdout.write(f"{one.public_id} {one.provision_id}：{one.what}")
        rest = report.different - len(report.differences)
        if rest:
            self.stdout.write(f"另有 {rest:,d} 条不一致，没有列出")
        summary = f"核对 {report.checked:,d} 条决定，不一致 {report.different:,d} 条。"
        if report.different:
            raise CommandError(summary)
        self.stdout.write(summary)

    def _logic(self, provision_id):
        try:
            policy, key = load_policy_set(templates=True).find(provision_id)
        except PolicyError as error:
            raise CommandError(str(error)) from None
        logic = pattern_of(logic_of(policy, key))
        self.stdout.write(json.dumps(logic, ensure_ascii=False, indent=2, sort_keys=True))
