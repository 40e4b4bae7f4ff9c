"""``manage.py policy``: the policy command, see ``subsidies.policy.cli``. Touches no database."""

import sys

from django.core.management.base import BaseCommand

from subsidies.policy import cli


class Command(BaseCommand):
    """Hand the command line over; ``handle`` is for ``call_command``."""

    help = "惠企政策：evaluate 计算、test 运行用例、lint 检查、show 查看、diff 比较、adopt 采用样板"
    requires_system_checks = []

    def run_from_argv(self, argv):
        """Keep the exit status and the one-line messages of the policy command."""
        sys.exit(cli.main(argv[2:]))

    def add_arguments(self, parser):
        """Everything is passed on."""
        parser.add_argument("arguments", nargs="*")

    def handle(self, *args, **options):
        """Run one command; a status other than 0 ends the process with it."""
        status = cli.main(list(args) or options["arguments"], self.stdout, self.stderr)
        if status:
            sys.exit(status)
