"""manage.py demo_accounts: the accounts a visitor may use."""

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from portal.demo.accounts import shown_accounts
from portal.demo.people import DEMO_PASSWORD


class Command(BaseCommand):
    """Prints one line an account: who it is, user name, what to see."""

    help = "列出演示账号"

    def handle(self, *args, **options):
        if not settings.DEMO_CITY:
            raise CommandError("没有开启演示城市（DEMO_CITY），没有演示账号。")
        self.stdout.write(f"演示账号（密码都是 {DEMO_PASSWORD}）：")
        for account in shown_accounts():
            self.stdout.write(f"  {account.username:<12} {account.name}  {account.shown}")
