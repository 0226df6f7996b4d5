"""Pictures of a listing, and which of them belongs to which value of a variation.

Sources: OpenAPI document (uploadListingImage, deleteListingImage, updateVariationImages). Which formats and how many bytes: not
verified, see limits.py. That the last picture of an active listing cannot be deleted follows from what activation asks for; not verified.
"""

from __future__ import annotations

from typing import Any

from werkzeug.formparser import parse_form_data
from werkzeug.test import EnvironBuilder

from simulators.etsy.errors import invalid, not_found
from simulators.etsy.offers.listings import own, visible
from simulators.etsy.offers.shown import image_told
from simulators.etsy.offers.state import Image, Listing, VariationImage
from simulators.etsy.offers.states import refuse_frozen, touch
from simulators.etsy.shops import counted
from simulators.etsy.wire import LISTING, OWN_LISTING, Call, Operation, flag_of, whole_of
from simulators.etsy.world import World
from simulators.kit.wire import Reply

_WRITE = frozenset({"listings_w"})
_KINDS = ((b"\xff\xd8\xff", "jpg"), (b"\x89PNG\r\n\x1a\n", "png"), (b"GIF87a", "gif"), (b"GIF89a", "gif"))


def upload(world: World, call: Call) -> Reply:
    """Take a new picture, or one that was deleted before; `rank` is its place, and `overwrite` puts it in another's."""
    _, listing = own(world, call)
    refuse_frozen(listing)
    form, picture = _multipart(call)
    rank = whole_of("rank", form.get("rank", "1")) or 1
    overwrite = flag_of("overwrite", form.get("overwrite", "false"))
    alt_text = form.get("alt_text", "")
    if len(alt_text) > world.limits.number("alt_text_length"):
        raise invalid(f"alt_text has more than {world.limits.number('alt_text_length')} characters.")
    image = _new(world, picture, rank, alt_text) if picture is not None else _again(listing, form)
    _place(world, listing, image, rank, overwrite)
    image.alt_text = alt_text or image.alt_text
    touch(world, listing)
    return Reply(201, image_told(listing, image))


def _multipart(call: Call) -> tuple[dict[str, str], bytes | None]:
    """The fields of the body and its picture. Raises 400 for another content type."""
    kind = call.headers["content-type"]
    if not kind.lower().startswith("multipart/form-data"):
        raise invalid("The body of this request is multipart/form-data.")
    environ = EnvironBuilder(method="POST", data=call.body, content_type=kind).get_environ()
    _, form, files = parse_form_data(environ)
    picture = files.get("image")
    return form.to_dict(), None if picture is None else picture.read()


def _new(world: World, content: bytes, rank: int, alt_text: str) -> Image:
    if len(content) > world.limits.number("image_bytes"):
        raise invalid("The image file is too large.")
    kind = next((name for begin, name in _KINDS if content.startswith(begin)), None)
    if kind is None:
        raise invalid("The file is not a valid image.")
    return Image(world.new_id(), rank, alt_text, kind, len(content), world.now())


def _again(listing: Listing, form: dict[str, str]) -> Image:
    """A picture that the listing has or had. Raises 404 for another."""
    text = form.get("listing_image_id", "")
    if not text:
        raise invalid("One of image and listing_image_id is required.")
    image_id = whole_of("listing_image_id", text, least=1)
    image = next((one for one in listing.images if one.image_id == image_id), None)
    if image is None:
        raise not_found("Image not found")
    return image


def _place(world: World, listing: Listing, image: Image, rank: int, overwrite: bool) -> None:
    """Put it in its place: the others move behind it, or the one that was there is deleted. Raises 400 if there is no room;
    nothing has changed then."""
    most = world.limits.number("images")
    shown = [one for one in listing.shown_images if one is not image]
    place = min(rank, len(shown) + 1) - 1
    replaces = overwrite and place < len(shown)
    if rank > most or (len(shown) >= most and not replaces):
        raise invalid(f"A listing has at most {most} images.")
    if replaces:
        old = shown[place]
        old.deleted = True
        listing.variation_images = [one for one in listing.variation_images if one.image_id != old.image_id]
        shown[place] = image
    else:
        shown.insert(place, image)
    image.deleted = False
    listing.images = [*(one for one in listing.images if one is not image), image]
    _rank(shown)


def _rank(shown: list[Image]) -> None:
    for rank, one in enumerate(shown, start=1):
        one.rank = rank


def delete(world: World, call: Call) -> Reply:
    _, listing = own(world, call)
    refuse_frozen(listing)
    image = _found(listing, call.id_in("listing_image_id"))
    if listing.state == "active" and len(listing.shown_images) == 1:
        raise invalid("An active listing must have at least one image.")
    image.deleted = True
    listing.variation_images = [one for one in listing.variation_images if one.image_id != image.image_id]
    _rank(listing.shown_images)
    touch(world, listing)
    return Reply(204)


def _found(listing: Listing, image_id: int) -> Image:
    image = next((one for one in listing.shown_images if one.image_id == image_id), None)
    if image is None:
        raise not_found("Image not found")
    return image


def get_images(world: World, call: Call) -> Reply:
    listing = visible(world, call)
    return Reply(200, counted([image_told(listing, one) for one in listing.shown_images]))


def get_image(world: World, call: Call) -> Reply:
    listing = visible(world, call)
    return Reply(200, image_told(listing, _found(listing, call.id_in("listing_image_id"))))


def set_variation_images(world: World, call: Call) -> Reply:
    """Replace all of them. Raises 400 for two properties, a value twice, and a value or a picture that the listing has not."""
    _, listing = own(world, call)
    refuse_frozen(listing)
    rows = call.document().get("variation_images")
    if not isinstance(rows, list):
        raise invalid("Expected array value for 'variation_images'")
    wanted = [_variation_image(one) for one in rows]
    if len({one.property_id for one in wanted}) > 1:
        raise invalid("Variation images can only be associated with one property.")
    if len({one.value_id for one in wanted}) != len(wanted):
        raise invalid("variation_images contains duplicates.")
    pictures = {one.image_id for one in listing.shown_images}
    for one in wanted:
        if (one.property_id, one.value_id) not in listing.value_texts:
            raise invalid(f"The value {one.value_id} of property {one.property_id} is not in this listing.")
        if one.image_id not in pictures:
            raise invalid(f"The image {one.image_id} is not in this listing.")
    listing.variation_images = wanted
    touch(world, listing)
    return Reply(200, _told(listing))


def _variation_image(told: Any) -> VariationImage:
    names = ("property_id", "value_id", "image_id")
    if not isinstance(told, dict) or any(type(told.get(name)) is not int for name in names):
        raise invalid("A variation image has property_id, value_id and image_id.")
    return VariationImage(*(told[name] for name in names))


def _told(listing: Listing) -> dict[str, Any]:
    texts = listing.value_texts
    rows = [
        {
            "property_id": one.property_id,
            "value_id": one.value_id,
            "value": texts.get((one.property_id, one.value_id)),
            "image_id": one.image_id,
        }
        for one in listing.variation_images
    ]
    return counted(rows)


def get_variation_images(world: World, call: Call) -> Reply:
    return Reply(200, _told(visible(world, call)))


_IMAGES = f"{OWN_LISTING}/images"
OPERATIONS = (
    Operation("uploadListingImage", "POST", _IMAGES, upload, _WRITE),
    Operation("deleteListingImage", "DELETE", f"{_IMAGES}/{{listing_image_id}}", delete, _WRITE),
    Operation("getListingImages", "GET", f"{LISTING}/images", get_images),
    Operation("getListingImage", "GET", f"{LISTING}/images/{{listing_image_id}}", get_image),
    Operation("updateVariationImages", "POST", f"{OWN_LISTING}/variation-images", set_variation_images, _WRITE),
    Operation("getListingVariationImages", "GET", f"{OWN_LISTING}/variation-images", get_variation_images),
)
