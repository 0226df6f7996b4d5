"""The files that `sam local` takes with `--env-vars`: every declared variable of every function, from the template.

`python -m localrun.variables` writes them again; a test fails while they differ from the template.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from localrun.emulator import ACCOUNT_ID, REGION
from localrun.template import load, resources

ROOT = Path(__file__).resolve().parent.parent
FILES = {
    # `make up PORT=4566` on this machine; from a container the machine has another name.
    "env.json": "http://127.0.0.1:4566",
    "env.docker.json": "http://host.docker.internal:4566",
}
_STAGE = "local"


def of_all(template: dict[str, Any], *, endpoint_url: str) -> dict[str, str]:
    """What all functions are told together, for a process that does the work of several."""
    together: dict[str, str] = {}
    for told in of_functions(template, endpoint_url=endpoint_url).values():
        together |= told
    return together


def of_functions(template: dict[str, Any], *, endpoint_url: str) -> dict[str, dict[str, str]]:
    """Logical id of a function -> its variables, for an emulator at this address.

    Raises `ValueError` for an intrinsic function that no variable has used before.
    """
    shared = template["Globals"]["Function"]["Environment"]["Variables"]
    # Simulators send to the queue of marketplaces' events from the emulator's only account.
    values = {"Stage": _STAGE, "AwsEndpointUrl": endpoint_url, "MarketplaceEventSender": ACCOUNT_ID}
    return {
        name: {
            variable: _resolve(template, value, values, endpoint_url)
            for variable, value in (shared | _own(function)).items()
        }
        for name, function in resources(template, "AWS::Serverless::Function").items()
    }


def render(template: dict[str, Any], *, endpoint_url: str) -> str:
    """The text of the file for an emulator at this address."""
    return json.dumps(of_functions(template, endpoint_url=endpoint_url), indent=2) + "\n"


def _own(function: dict[str, Any]) -> dict[str, Any]:
    return dict(function["Properties"].get("Environment", {}).get("Variables", {}))


def _resolve(template: dict[str, Any], value: Any, values: dict[str, str], endpoint_url: str) -> str:
    if not isinstance(value, dict):
        return str(value)
    if "Fn::Sub" in value:
        return str(value["Fn::Sub"]).replace("${Stage}", _STAGE)
    if "Fn::If" in value:
        condition, if_so, otherwise = value["Fn::If"]
        if condition != "HasEventSender":
            raise ValueError(f"cannot tell whether {condition} holds")
        return _resolve(template, if_so if values["MarketplaceEventSender"] else otherwise, values, endpoint_url)
    if "Fn::GetAtt" in value:
        of, attribute = value["Fn::GetAtt"]
        queue = template["Resources"][of]["Properties"].get("QueueName")
        if queue is None or attribute != "Arn":
            raise ValueError(f"cannot tell the value of {value}")
        return f"arn:aws:sqs:{REGION}:{ACCOUNT_ID}:{_resolve(template, queue, values, endpoint_url)}"
    name = value.get("Ref", "")
    if name in template["Parameters"]:
        return values.get(name, str(template["Parameters"][name]["Default"]))
    properties = template["Resources"].get(name, {}).get("Properties", {})
    if "TableName" in properties:
        return _resolve(template, properties["TableName"], values, endpoint_url)
    if "QueueName" in properties:
        return f"{endpoint_url}/{ACCOUNT_ID}/{_resolve(template, properties['QueueName'], values, endpoint_url)}"
    raise ValueError(f"cannot tell the value of {value}")


def main() -> int:
    """Write the files."""
    template = load(ROOT / "template.yaml")
    for name, endpoint_url in FILES.items():
        (ROOT / name).write_text(render(template, endpoint_url=endpoint_url))
    return 0


if __name__ == "__main__":
    sys.exit(main())
