"""Run as `python one_invocation.py EVENT.json [PROCS]`: import `app` from the path, give it the event twice, and end at once.

Only the standard library and what the handler itself needs: the time of this whole process is a figure. PROCS is the list
of processes of a control group: the process joins it once everything is imported, for Lambda gives the import a whole
processor and the calls a share of one. The last line of the output tells how long each phase took.
"""

import json
import os
import sys
import time
from itertools import pairwise


class Context:
    """What Lambda hands a handler beside the event."""

    aws_request_id = "bench"
    function_name = "bench"

    def get_remaining_time_in_millis(self) -> int:
        return 30_000


def main() -> None:
    began = time.monotonic()
    with open(sys.argv[1], encoding="utf-8") as file:
        event = json.load(file)
    import app  # type: ignore[import-not-found]  # the function's own, by PYTHONPATH

    imported = time.monotonic()
    if len(sys.argv) > 2:
        with open(sys.argv[2], "w", encoding="ascii") as processes:
            processes.write(str(os.getpid()))
    marks = [time.monotonic()]
    answer = app.handler(event, Context())
    marks.append(time.monotonic())
    if len(sys.argv) > 2:
        import resource

        app.handler(event, Context())
        marks.append(time.monotonic())
        peak_kib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    told = {"init": imported - began, "calls": [b - a for a, b in pairwise(marks)]}
    if len(sys.argv) > 2:
        told["peak_mib"] = peak_kib / 1024
    sys.stdout.write("\n" + json.dumps({"answer": answer, **told}, default=str) + "\n")
    sys.stdout.flush()
    os._exit(0)  # Lambda does not end after an invocation: neither side pays for tearing down


if __name__ == "__main__":
    main()
