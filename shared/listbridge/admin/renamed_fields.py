"""Fields of an account that have a new name. Requests may use either name, and answers show both until the earlier one
is dropped."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from listbridge.admin.errors import InvalidFields
from listbridge.admin.views.documents import FieldView

RENAMED: Final = {"import_orders": "create_orders"}
"""The earlier name of a field, and the name of today."""


def by_the_names_of_today(sent: Mapping[str, Any]) -> dict[str, Any]:
    """What was sent, each field under its name of today.

    Raises InvalidFields, by the earlier name, when both names are sent with different values.
    """
    values = {name: value for name, value in sent.items() if name not in RENAMED}
    for earlier in RENAMED.keys() & sent.keys():
        today = RENAMED[earlier]
        if values.setdefault(today, sent[earlier]) != sent[earlier]:
            text = f"is the earlier name of {today}, and the two differ: send only {today}"
            raise InvalidFields([FieldView(field=earlier, text=text)])
    return values
