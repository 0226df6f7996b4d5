"""`/v1/profiles` and `/v1/creation-profiles`: rules to share, and how new offers are made."""

from __future__ import annotations

from listbridge.admin import platform_forms
from listbridge.admin.auth import Group, open_to
from listbridge.admin.call import actor_of, deps_of, new_router
from listbridge.admin.document_pages import Limit, page_of
from listbridge.admin.errors import InvalidFields, fields_checked
from listbridge.admin.parameters import Cursor, ProfilePath
from listbridge.admin.patches import CreationProfilePatch, ProfilePatch
from listbridge.admin.schemas import CreationProfileDraft, ProfileDraft
from listbridge.admin.shape import Shape
from listbridge.admin.views.documents import FieldView
from listbridge.admin.views.jobs import JobStarted, JobView
from listbridge.domain.configuration import CreationProfile, Profile
from listbridge.domain.ids import ProfileId, Site, new_id
from listbridge.domain.ports import Missing
from listbridge.services.configuration import edit_configuration
from listbridge.services.configuration.change_configuration import propose

router = new_router()
_RULES = ["profiles"]
_CREATION = ["creation profiles"]


class ProfilesView(Shape):
    """Rule sets, by id; without a cursor it is the last page."""

    profiles: list[Profile]
    """The profiles of this page."""
    cursor: str | None


class CreationProfilesView(Shape):
    """Creation profiles, by id; without a cursor it is the last page."""

    creation_profiles: list[CreationProfile]
    """The creation profiles of this page."""
    cursor: str | None


@router.get("/profiles", summary="All profiles", tags=_RULES, openapi_extensions=open_to(Group.VIEWER))
def list_profiles(cursor: Cursor = None, limit: Limit = 200) -> ProfilesView:
    """Lists every rule set."""
    page, following = page_of(router, Profile, cursor, limit)
    return ProfilesView(profiles=page, cursor=following)


@router.post("/profiles", summary="Create a profile", tags=_RULES, status_code=201)
def create_profile(draft: ProfileDraft) -> Profile:
    """Creates a rule set that sales lists may share."""
    profile = Profile(**draft.model_dump(), id=ProfileId(new_id("prof")))
    return edit_configuration.create_profile(deps_of(router), profile, actor_of(router))


@router.get("/profiles/<profile_id>", summary="One profile", tags=_RULES, openapi_extensions=open_to(Group.VIEWER))
def get_profile(profile_id: ProfilePath) -> Profile:
    """Shows one rule set."""
    return _profile(profile_id)


@router.patch("/profiles/<profile_id>", summary="Edit a profile", tags=_RULES, status_code=202)
def patch_profile(profile_id: ProfilePath, patch: ProfilePatch) -> JobStarted:
    """Proposes an edit: a job counts what it would change on every list that uses the profile."""
    before = _profile(profile_id)
    with fields_checked():
        after = edit_configuration.edited(before, patch.changes(), patch.rev)
    return JobStarted(job=JobView.of(propose(deps_of(router), after, actor_of(router))))


@router.delete("/profiles/<profile_id>", summary="Delete a profile", tags=_RULES, status_code=204)
def delete_profile(profile_id: ProfilePath) -> None:
    """Deletes a profile that no sales list uses."""
    edit_configuration.delete_profile(deps_of(router), _profile(profile_id), actor_of(router))


@router.get(
    "/creation-profiles", summary="All creation profiles", tags=_CREATION, openapi_extensions=open_to(Group.VIEWER)
)
def list_creation_profiles(cursor: Cursor = None, limit: Limit = 200) -> CreationProfilesView:
    """Lists every creation profile."""
    page, following = page_of(router, CreationProfile, cursor, limit)
    return CreationProfilesView(creation_profiles=page, cursor=following)


@router.post("/creation-profiles", summary="Create a creation profile", tags=_CREATION, status_code=201)
def create_creation_profile(draft: CreationProfileDraft) -> CreationProfile:
    """Creates a profile of category, condition and policies, checked by the marketplace's own schema."""
    platform_forms.known_platform("marketplaces", draft.marketplace, field="marketplace")
    _known_site(draft.marketplace, draft.site)
    profile = CreationProfile(
        id=ProfileId(new_id("make")),
        name=draft.name,
        marketplace=draft.marketplace,
        site=draft.site,
        settings=platform_forms.checked_creation_settings(draft.marketplace, draft.settings),
    )
    return edit_configuration.create_creation_profile(deps_of(router), profile, actor_of(router))


@router.get(
    "/creation-profiles/<profile_id>",
    summary="One creation profile",
    tags=_CREATION,
    openapi_extensions=open_to(Group.VIEWER),
)
def get_creation_profile(profile_id: ProfilePath) -> CreationProfile:
    """Shows one creation profile."""
    return _creation_profile(profile_id)


@router.patch("/creation-profiles/<profile_id>", summary="Edit a creation profile", tags=_CREATION)
def patch_creation_profile(profile_id: ProfilePath, patch: CreationProfilePatch) -> CreationProfile:
    """Saves the edit at once. Listings follow when they are next sent or revised in full."""
    before = _creation_profile(profile_id)
    check = platform_forms.creation_settings_check(before.marketplace, before.settings, patch.settings)
    with fields_checked():
        after = edit_configuration.edited(before, patch.changes(), patch.rev, settings=check)
    return edit_configuration.save_creation_profile(deps_of(router), after, actor_of(router))


@router.delete("/creation-profiles/<profile_id>", summary="Delete a creation profile", tags=_CREATION, status_code=204)
def delete_creation_profile(profile_id: ProfilePath) -> None:
    """Deletes a profile that no sales list uses."""
    profile = _creation_profile(profile_id)
    edit_configuration.delete_creation_profile(deps_of(router), profile, actor_of(router))


def _profile(id: str) -> Profile:
    return deps_of(router).configuration.get(Profile, id)


def _creation_profile(id: str) -> CreationProfile:
    return deps_of(router).configuration.get(CreationProfile, id)


def _known_site(marketplace: str, site: Site) -> None:
    try:
        deps_of(router).marketplaces.currency(marketplace, site)
    except Missing:
        raise InvalidFields([FieldView(field="site", text=f"no such site: {site}")]) from None
