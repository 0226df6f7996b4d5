"""`/v1/platforms`: what can be connected, and the forms for it."""

from __future__ import annotations

from listbridge.admin.auth import Group, open_to
from listbridge.admin.call import new_router
from listbridge.admin.platform_forms import PlatformView, all_platforms
from listbridge.admin.shape import Shape

router = new_router()


class Platforms(Shape):
    """All platforms."""

    platforms: list[PlatformView]
    """The shops first, then the marketplaces."""


@router.get(
    "/platforms",
    summary="What can be connected, and the forms for it",
    tags=["platforms"],
    openapi_extensions=open_to(Group.VIEWER),
)
def platforms() -> Platforms:
    """Lists the shops and marketplaces, with the JSON schemas of their settings, credentials and creation
    profiles."""
    return Platforms(platforms=all_platforms())
