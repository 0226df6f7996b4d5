"""The shop's credentials end while a product is published: the marketplace account has nothing to do with it."""

from __future__ import annotations

from listbridge.domain.configuration import Account, ConnectionState, Shop
from listbridge.domain.listings.listing import Status
from listbridge.domain.work import PublishKind
from tests.fakes.scripted import scripted_world
from tests.fakes.world import ACCOUNT, SHOP


def test_the_shop_expires_and_the_account_goes_on() -> None:
    s = scripted_world()
    product = s.shop.put("pA", "A", stock=5).product
    (key,) = s.world.add(product)
    s.shop.revoked = True
    s.world.action(PublishKind.SEND, product)
    s.world.run(60)
    store = s.world.stores.configuration
    assert store.get(Account, ACCOUNT).state is ConnectionState.ACTIVE
    assert store.get(Shop, SHOP).state is ConnectionState.EXPIRED
    row = s.world.row(key)
    assert (row.status, row.hold and row.hold.code) == (Status.ERROR, "shop_token_revoked")
    assert s.market.shown(key) is None
