"""What the counts of the reference cost at AWS's list prices: the tables of `docs/cost.md`.

`python -m benchmarks.price` prints them. Counts come from `docs/reference/benchmarks.md`; what is not counted there is an
estimate, named so here and on the page. Prices are USD in us-east-1, without the free tier; a month has 30 days.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from localrun import template

DOCS = Path(__file__).resolve().parents[1] / "docs"
COUNTS = DOCS / "reference" / "benchmarks.md"
TEMPLATE = DOCS.parent / "template.yaml"

PRICES = {
    "DynamoDB, a million write units": 0.625,
    "DynamoDB, a million read units": 0.125,
    "DynamoDB, a GB for a month with point-in-time recovery": 0.45,
    "SQS, a million requests": 0.40,
    "Lambda, a million invocations": 0.20,
    "Lambda on arm64, a million GB seconds": 13.3334,
    "API Gateway (REST), a million calls": 3.50,
    "CloudWatch, a GB of logs": 0.50,
    "CloudWatch, an alarm for a month": 0.10,
    "Secrets Manager, a secret for a month": 0.40,
    "KMS, a million requests": 3.00,
}
"""As the authors know them in November 2026; if you plan with them, compare them with AWS's price pages."""

ESTIMATES = {
    "GB of memory of a function": 0.5,
    "seconds of an invocation's own work": 0.1,
    "seconds of a remote call": 0.3,
    "KB of logs of an invocation": 2,
    "SQS requests of a message": 3,
    "long polls of a queue by Lambda, at a time": 5,
    "seconds of a long poll": 20,
    "write units of a timer or of a poll that finds nothing": 4,
    "read units of a timer or of a poll that finds nothing": 8,
    "polls of an account a minute": 2,
    "write units of a variant in a sweep": 2,
    "write units of a listing in a day's drift check": 2,
    "read units of a listing in a day's sweeps and drift check": 8,
    "KB stored for a listing": 10,
    "KMS requests a month": 233_280,
    "secrets": 2,
}
"""What no count covers. One shop with one account; a product has one variant, and is one listing."""

DELIVERIES = {"cost.change": 1, "cost.order": 3}
SIZES = (1_000, 100_000, 1_000_000)
_MINUTES = 30 * 24 * 60
_PERIODS = {"minute": 1, "minutes": 1, "hour": 60, "hours": 60, "day": 1440, "days": 1440}


def counts(column: str) -> dict[str, float]:
    """A column of the reference's table of counts, by the names of its rows."""
    at = ("cost.change", "cost.order").index(column)
    rows = re.findall(r"^\| (\w[\w ]+) \| ([\d.]+) \| ([\d.]+) \|", COUNTS.read_text(), re.MULTILINE)
    return {name: float(both[at]) for name, *both in rows}


def ticks_a_month(schedules: Iterable[str]) -> int:
    """How often timers with these schedules, such as `rate(5 minutes)`, go off."""
    rates = [schedule.removeprefix("rate(").removesuffix(")").split() for schedule in schedules]
    return sum(_MINUTES // (int(number) * _PERIODS[unit]) for number, unit in rates)


def _million(what: str, number: float) -> float:
    return number / 1e6 * PRICES[what]


def _compute(invocations: float, remote_calls: float) -> float:
    """Lambda and its logs."""
    own, remote = ESTIMATES["seconds of an invocation's own work"], ESTIMATES["seconds of a remote call"]
    seconds = invocations * own + remote_calls * remote
    logs_gb = invocations * ESTIMATES["KB of logs of an invocation"] / 1e6
    return (
        _million("Lambda, a million invocations", invocations)
        + _million("Lambda on arm64, a million GB seconds", seconds * ESTIMATES["GB of memory of a function"])
        + logs_gb * PRICES["CloudWatch, a GB of logs"]
    )


def _store(write_units: float, read_units: float) -> float:
    writes = _million("DynamoDB, a million write units", write_units)
    return writes + _million("DynamoDB, a million read units", read_units)


def per_thousand(column: str) -> dict[str, float]:
    """USD for a thousand changes or orders, by service."""
    counted = {name: 1000 * number for name, number in counts(column).items()}
    requests = counted["messages"] * ESTIMATES["SQS requests of a message"]
    return {
        "DynamoDB": _store(counted["write units"], counted["read units"]),
        "SQS": _million("SQS, a million requests", requests),
        "Lambda and logs": _compute(counted["invocations"], counted["remote calls"]),
        "API Gateway": _million("API Gateway (REST), a million calls", 1000 * DELIVERIES[column]),
    }


def sweeps_a_day(products: int) -> float:
    """Every three hours for each begun thousand products, every day at the latest."""
    return max(1.0, 8 / max(1, -(-products // 1000)))


def idle(listings: int) -> dict[str, float]:
    """USD for a month in which nothing is sold or changed, by what it is for."""
    declared = template.load(TEMPLATE)
    functions = template.resources(declared, "AWS::Serverless::Function").values()
    events = [event for function in functions for event in function["Properties"]["Events"].values()]
    ticks = ticks_a_month(event["Properties"]["Schedule"] for event in events if event["Type"] == "Schedule")
    polls = _MINUTES * ESTIMATES["polls of an account a minute"]
    # A queue that is only read once somebody may send there costs nothing until then.
    queues = sum(event["Type"] == "SQS" and "Enabled" not in event["Properties"] for event in events)
    alarms = len(template.resources(declared, "AWS::CloudWatch::Alarm"))
    long_polls = (
        queues
        * ESTIMATES["long polls of a queue by Lambda, at a time"]
        * _MINUTES
        * 60
        / ESTIMATES["seconds of a long poll"]
    )
    runs = ticks + polls
    written = (
        30
        * listings
        * (
            sweeps_a_day(listings) * ESTIMATES["write units of a variant in a sweep"]
            + ESTIMATES["write units of a listing in a day's drift check"]
        )
    )
    read = 30 * listings * ESTIMATES["read units of a listing in a day's sweeps and drift check"]
    stored_gb = listings * ESTIMATES["KB stored for a listing"] / 1e6
    return {
        "alarms": alarms * PRICES["CloudWatch, an alarm for a month"],
        "waiting at the queues": _million("SQS, a million requests", long_polls),
        "timers and polls": _compute(runs, polls)
        + _million("SQS, a million requests", polls * ESTIMATES["SQS requests of a message"])
        + _store(
            runs * ESTIMATES["write units of a timer or of a poll that finds nothing"],
            runs * ESTIMATES["read units of a timer or of a poll that finds nothing"],
        ),
        "keys and secrets": _million("KMS, a million requests", ESTIMATES["KMS requests a month"])
        + ESTIMATES["secrets"] * PRICES["Secrets Manager, a secret for a month"],
        "sweeps and drift check": _store(written, read),
        "storage": stored_gb * PRICES["DynamoDB, a GB for a month with point-in-time recovery"],
    }


def _table(heads: list[str], columns: list[Mapping[str, float]], digits: int) -> str:
    lines = ["| USD | " + " | ".join(heads) + " |", "|---|" + "---|" * len(heads)]
    for name in columns[0]:
        lines.append(f"| {name} | " + " | ".join(f"{column[name]:,.{digits}f}" for column in columns) + " |")
    totals = " | ".join(f"**{sum(column.values()):,.{digits}f}**" for column in columns)
    return "\n".join([*lines, f"| **together** | {totals} |"])


def tables() -> dict[str, str]:
    """The page's tables, by what they tell."""
    listed = {"price": PRICES, "estimate": ESTIMATES}
    plain = {
        name: "\n".join([f"| {name} | |", "|---|---|", *(f"| {what} | {value:,} |" for what, value in held.items())])
        for name, held in listed.items()
    }
    return {
        "work": _table(["1,000 changes", "1,000 orders"], [per_thousand("cost.change"), per_thousand("cost.order")], 4),
        "idle": _table([f"{size:,} listings" for size in SIZES], [idle(size) for size in SIZES], 2),
        **plain,
    }


if __name__ == "__main__":
    print("\n\n".join(tables().values()))
