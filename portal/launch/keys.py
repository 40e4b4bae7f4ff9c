"""The secrets of the embedded profile: made once, readable by their owner only, never committed."""

import base64
import os
import secrets

from portal.launch.terminal import LaunchError
from portal.launch.valkey import write_private


def ensure_keys(layout, has_data):
    """Write ``.local/secrets.env`` at the first start; return its path.

    With other keys the personal data already stored could never be read again: when data are
    there and the keys are not, nothing is made up.
    """
    path = layout.local / "secrets.env"
    if path.exists():
        if path.stat().st_mode & 0o077:
            path.chmod(0o600)
        return path
    if has_data:
        shown, data = layout.shown(path), layout.shown(layout.home() / "embedded")
        raise LaunchError(
            f"密钥文件 {shown} 不见了，已有数据无法解密：请从备份恢复它，或执行 make stop 后删除 {data} 重新开始。",
            f"The keys in {shown} are gone and the data cannot be read without them: restore the "
            f"file, or run make stop and delete {data} to begin anew.",
        )
    lines = (
        f"SECRET_KEY={secrets.token_urlsafe(60)}",
        f"FIELD_ENCRYPTION_KEYS={base64.urlsafe_b64encode(os.urandom(32)).decode()}",
        f"BLIND_INDEX_KEY={secrets.token_urlsafe(48)}",
    )
    write_private(path, "\n".join(lines) + "\n")
    return path
