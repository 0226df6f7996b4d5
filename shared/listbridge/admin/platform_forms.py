"""The platforms' forms: their manifests, the schemas of their forms, and checks of what somebody filled in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict, SecretStr

from listbridge import registry
from listbridge.admin.errors import InvalidFields, fields_checked
from listbridge.admin.views.documents import FieldView
from listbridge.domain.manifest import MarketplaceManifest
from listbridge.domain.ports import Missing
from listbridge.domain.problem import Problem
from listbridge.registry import Room
from listbridge.services.listings.action_rules import Action, actions_of
from listbridge.services.refusal import Refused

Check = Callable[[Mapping[str, Any]], dict[str, Any]]
"""Settings as they would be, checked and as the adapter reads them."""


class PlatformView(BaseModel):
    """A platform's card, with the JSON schemas of its forms."""

    slug: str
    """The platform's name in addresses and documents."""
    label: str
    """The platform's name, for people."""
    room: Room
    """Whether it is a shop or a marketplace."""
    api_version: str
    """The version of the platform's API that Listbridge speaks."""
    docs: str
    """The address of the platform's own documentation."""
    capabilities: tuple[str, ...]
    """What the adapter can do, by name."""
    settings_schema: dict[str, Any]
    """The JSON schema of the public settings."""
    credentials_schema: dict[str, Any]
    """The JSON schema of the credentials."""
    creation_schema: dict[str, Any] | None = None
    """The JSON schema of a creation profile's settings; null for a shop."""
    actions: dict[str, str] = {}
    """What can be done to listings of a marketplace, each action with the marketplace's own word for it; empty for a shop."""
    sites: dict[str, str] = {}
    """A marketplace's sites, each with its currency in ISO 4217; empty for a shop."""
    callback_path: str | None = None
    """The path to which the owner comes back after consenting; null where the platform hands over nothing."""


def all_platforms() -> list[PlatformView]:
    """Every platform that has a folder."""
    rooms: tuple[Room, ...] = ("shops", "marketplaces")
    return [_card(room, slug) for room in rooms for slug in registry.slugs(room)]


def known_platform(room: Room, slug: str, *, field: str) -> None:
    """Raises InvalidFields when there is no such platform."""
    if slug not in registry.slugs(room):
        raise InvalidFields([FieldView(field=field, text=f"must be one of {', '.join(registry.slugs(room))}")])


def checked_settings(room: Room, slug: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """Public settings as the adapter reads them. Raises InvalidFields naming the field."""
    return _checked(registry.settings(room, slug).Settings, values)


def settings_check(room: Room, slug: str, stored: Mapping[str, Any], patch: Mapping[str, Any] | None) -> Check:
    """What checks public settings that a patch was merged into. Raises InvalidFields for a name that nobody knows."""
    return _check_of(registry.settings(room, slug).Settings, stored, patch)


def checked_credentials(room: Room, slug: str, values: Mapping[str, str]) -> dict[str, str]:
    """Credentials as the secret will hold them, all texts. Raises InvalidFields naming the field, never its value."""
    with fields_checked("credentials"):
        credentials = _strict(registry.settings(room, slug).Credentials).model_validate(values)
    plain: dict[str, str] = {}
    for name in type(credentials).model_fields:
        value = getattr(credentials, name)
        if value is not None:
            plain[name] = value.get_secret_value() if isinstance(value, SecretStr) else str(value)
    return plain


def checked_creation_settings(slug: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """A creation profile's settings as the adapter reads them. Raises InvalidFields naming the field."""
    return _checked(registry.settings("marketplaces", slug).CreationSettings, values)


def creation_settings_check(slug: str, stored: Mapping[str, Any], patch: Mapping[str, Any] | None) -> Check:
    """What checks creation settings that a patch was merged into. Raises InvalidFields for a name that nobody knows."""
    return _check_of(registry.settings("marketplaces", slug).CreationSettings, stored, patch)


def refuse_without_hand_over(room: Room, slug: str) -> None:
    """Raises Refused where a platform hands over nothing: its credentials are entered."""
    try:
        registry.hand_over(room, slug)
    except Missing:
        raise Refused(Problem("no_consent_flow", {"marketplace": slug}, "enter_credentials")) from None


def _checked(form: type[BaseModel], values: Mapping[str, Any]) -> dict[str, Any]:
    with fields_checked("settings"):
        return _strict(form).model_validate(values).model_dump(mode="json")


def _strict(form: type[BaseModel]) -> type[BaseModel]:
    """The form as callers meet it: what is stored may hold names that only a newer version knows, what is sent may not."""
    config = ConfigDict(extra="forbid", hide_input_in_errors=True)
    return type(form.__name__, (form,), {"model_config": config, "__module__": form.__module__})


def _check_of(form: type[BaseModel], stored: Mapping[str, Any], patch: Mapping[str, Any] | None) -> Check:
    """Names that a newer version stored are kept, though nobody may change them here."""
    unknown = [name for name in patch or {} if name not in form.model_fields]
    if unknown:
        raise InvalidFields(FieldView(field=f"settings.{name}", text="is unknown") for name in unknown)

    def check(values: Mapping[str, Any]) -> dict[str, Any]:
        known = {name: value for name, value in values.items() if name in form.model_fields}
        kept = {name: value for name, value in stored.items() if name not in form.model_fields}
        return {**kept, **_checked(form, known)}

    return check


def _words_of(action: Action) -> str:
    return action.value.replace("_", " ").capitalize()


def _card(room: Room, slug: str) -> PlatformView:
    manifest = registry.shop(slug) if room == "shops" else registry.marketplace(slug)
    forms = registry.settings(room, slug)
    creation = getattr(forms, "CreationSettings", None)
    sites = {site: bounds.currency for site, bounds in getattr(manifest, "sites", {}).items()}
    words = manifest.action_words if isinstance(manifest, MarketplaceManifest) else {}
    offered = actions_of(manifest.traits) if isinstance(manifest, MarketplaceManifest) else ()
    return PlatformView(
        slug=slug,
        actions={action.value: words.get(action.value, _words_of(action)) for action in offered},
        label=manifest.label,
        room=room,
        api_version=manifest.api_version,
        docs=manifest.docs,
        capabilities=tuple(sorted(manifest.capabilities)),
        settings_schema=forms.Settings.model_json_schema(),
        credentials_schema=forms.Credentials.model_json_schema(),
        creation_schema=creation.model_json_schema() if creation is not None else None,
        sites=sites,
        callback_path=f"/callbacks/{slug}" if registry.CONSENT in manifest.capabilities else None,
    )
