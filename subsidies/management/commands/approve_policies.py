"""manage.py approve_policies: publish drafts that another person submitted."""

from django.core.management.base import BaseCommand, CommandError

from portal.accounts.models import User
from portal.refused import Refused
from subsidies.enums import PolicyState
from subsidies.models import PolicyVersion
from subsidies.services.policy_drafts import approve


class Command(BaseCommand):
    """Approves in one person's name what somebody else wrote."""

    help = "批准并发布另一人提交的政策草稿。"

    def add_arguments(self, parser):
        """Who approves, and what."""
        parser.add_argument("--by", required=True, help="批准人的账号，不能是起草人")
        parser.add_argument("drafts", nargs="*", help="草稿编号；不写时列出等批准的，不发布")

    def handle(self, *, by, drafts, **options):
        """Publish those named; without names say what waits."""
        user = User.objects.filter(username=by).first()
        if user is None:
            raise CommandError(f"没有账号“{by}”。")
        waiting = PolicyVersion.objects.visible_to(user)
        if not drafts:
            for draft in waiting.filter(state=PolicyState.SUBMITTED).select_related("author"):
                self.stdout.write(
                    f"{draft.public_id}  {draft}  《{draft.title}》 {draft.author}起草"
                )
            return
        for public_id in drafts:
            draft = waiting.filter(public_id=public_id).first()
            if draft is None:
                raise CommandError(f"没有编号为“{public_id}”的草稿。")
            try:
                version = approve(draft, user)
            except Refused as error:
                raise CommandError(f"{draft}：{''.join(error.messages)}") from None
            self.stdout.write(f"{version}  《{version.title}》 已发布，校验值 {version.sha256}")
