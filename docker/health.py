"""The container's health check: the home page, asked for as the reverse proxy asks."""

import os
import sys
import urllib.request

request = urllib.request.Request(
    "http://127.0.0.1:8000/",
    headers={
        "Host": os.environ["ALLOWED_HOSTS"].split(",")[0],
        "X-Forwarded-Proto": "https",
    },
)
with urllib.request.urlopen(request, timeout=8) as response:
    sys.exit(0 if response.status == 200 else 1)
