"""manage.py import_policies: policy files become drafts that another person can publish."""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from portal.accounts.models import User
from portal.refused import Refused
from subsidies.policy import POLICIES
from subsidies.services.policy_files import import_files, repository_file


class Command(BaseCommand):
    """Drafts and submits policy files in one person's name; nothing is published by it."""

    help = "把政策文件作为草稿提交，由另一人批准发布（页面，或 approve_policies）。"

    def add_arguments(self, parser):
        """Who drafts, and which files."""
        parser.add_argument("--author", required=True, help="起草人的账号")
        parser.add_argument(
            "files", nargs="*", type=Path, help="政策文件；不写时是适用于起草人所在市的全部文件"
        )

    def handle(self, *, author, files, **options):
        """Draft, submit, and say what waits now."""
        user = User.objects.filter(username=author).first()
        if user is None:
            raise CommandError(f"没有账号“{author}”。")
        chosen = [_file(path) for path in files] or None
        try:
            drafts = import_files(user, chosen)
        except Refused as error:
            raise CommandError("".join(error.messages)) from None
        for draft in drafts:
            self.stdout.write(f"{draft.public_id}  {draft}  《{draft.title}》 等另一人批准")
        if not drafts:
            self.stdout.write("没有新的版本：都已经发布或正在等批准。")


def _file(path):
    resolved = path.resolve()
    found = resolved.is_relative_to(POLICIES) and repository_file(
        resolved.relative_to(POLICIES).as_posix()
    )
    if not found:
        raise CommandError(f"{path} 不是能读的政策文件，请先用 policy lint 检查。")
    return found
