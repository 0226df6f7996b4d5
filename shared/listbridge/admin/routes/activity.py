"""`/v1/activity`: what happened."""

from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Query

from listbridge.admin.auth import Group, open_to
from listbridge.admin.call import deps_of, new_router
from listbridge.admin.cursors import opened, sealed
from listbridge.admin.parameters import LIMIT, Cursor, OfAccount
from listbridge.admin.routes.listings import ActivityPage
from listbridge.admin.views.activity import ActivityView
from listbridge.domain.ids import AccountId
from listbridge.services.desk.overview import recent_activity

router = new_router()


@router.get("/activity", summary="What happened", tags=["activity"], openapi_extensions=open_to(Group.VIEWER))
def list_activity(
    account: OfAccount = None, cursor: Cursor = None, limit: Annotated[int, Query(ge=1, le=200, description=LIMIT)] = 50
) -> ActivityPage:
    """Lists the activity of one account or of everything, the newest first."""
    deps, wanted = deps_of(router), AccountId(account) if account else None
    entries, following = recent_activity(deps, wanted, limit, opened(router, cursor))
    return ActivityPage(activity=ActivityView.all(entries, deps.listings), cursor=sealed(router, following))
