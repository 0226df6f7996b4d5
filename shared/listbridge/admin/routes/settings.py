"""`/v1/settings`: what holds for the whole installation."""

from __future__ import annotations

from listbridge.admin.auth import Group, open_to
from listbridge.admin.call import actor_of, deps_of, new_router
from listbridge.admin.schemas import SettingsBody
from listbridge.admin.shape import Shape
from listbridge.domain.configuration import Deployment
from listbridge.services.configuration.edit_configuration import edited, save_settings, settings_of

router = new_router()
_TAGS = ["settings"]


class SettingsView(Shape):
    """The installation's settings. Buyers' data are erased so many days after their order is done."""

    buyer_retention_days: int
    """How many days buyers' data are kept after their order is done."""
    public_base_url: str
    """The address under which shops and marketplaces reach this installation; empty while unknown."""
    rev: int
    """The number of the saved version."""

    @classmethod
    def of(cls, settings: Deployment) -> SettingsView:
        return cls(**settings.model_dump())


@router.get(
    "/settings", summary="The settings of the installation", tags=_TAGS, openapi_extensions=open_to(Group.VIEWER)
)
def get_settings() -> SettingsView:
    """Shows how long buyers' data are kept, and the address under which shops and marketplaces reach us."""
    return SettingsView.of(settings_of(deps_of(router)))


@router.put("/settings", summary="Set the settings of the installation", tags=_TAGS)
def put_settings(body: SettingsBody) -> SettingsView:
    """Saves the settings. They apply from the next daily erasure on, also to orders that are already done."""
    deps = deps_of(router)
    after = edited(settings_of(deps), {"buyer_retention_days": body.buyer_retention_days}, body.rev)
    return SettingsView.of(save_settings(deps, after, actor_of(router)))
