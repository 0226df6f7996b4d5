"""Run as `python one_invocation.py EVENT.json`: import `app` from the path, give it one event, and end at once.

Only the standard library and what the handler itself needs: the time of this whole process is the figure.
"""

import json
import os
import sys


class Context:
    """What Lambda hands a handler beside the event."""

    aws_request_id = "bench"
    function_name = "bench"

    def get_remaining_time_in_millis(self) -> int:
        return 30_000


with open(sys.argv[1], encoding="utf-8") as file:
    event = json.load(file)

import app  # type: ignore[import-not-found]  # noqa: E402  # the function's own, by PYTHONPATH

answer = app.handler(event, Context())
sys.stdout.write("\n" + json.dumps(answer, default=str) + "\n")
sys.stdout.flush()
os._exit(0)  # Lambda does not end after an invocation: neither side pays for tearing down
