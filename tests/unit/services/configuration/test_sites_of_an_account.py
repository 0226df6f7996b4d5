"""A consent that is given again may bring other sites: new ones come in, those that are gone leave, and what sells stays."""

from __future__ import annotations

import pytest

from listbridge.domain.configuration import Account, ConnectionState, SalesList
from listbridge.domain.ids import SalesListId, Site
from listbridge.domain.ports import AccountIdentity
from listbridge.services.configuration.connect_account import check_account, replace_account_credentials
from tests.fakes.scripted import Scripted, scripted_world
from tests.fakes.scripted_adapter import ScriptedAdapter
from tests.fakes.world import ACCOUNT

HOME, NEXT, FAR = Site("X_DE"), Site("X_FR"), Site("X_PL")


@pytest.fixture
def s() -> Scripted:
    return scripted_world()


def _stored(s: Scripted) -> Account:
    return s.world.stores.configuration.get(Account, ACCOUNT)


def _has(s: Scripted, sites: tuple[Site, ...], offered: tuple[Site, ...]) -> None:
    update = {"sites": sites, "offered": offered, "remote_name": "seller"}
    s.world.stores.configuration.save(_stored(s).model_copy(update=update))


def _consents(s: Scripted, monkeypatch: pytest.MonkeyPatch, *sites: Site) -> Account:
    """The seller consents again, with these sites."""
    monkeypatch.setattr(ScriptedAdapter, "identify", lambda self: AccountIdentity("seller", sites))
    return replace_account_credentials(s.world.deps, _stored(s), {"secret": "new"}, "kim").account


def _changes(s: Scripted) -> list[dict[str, str]]:
    entries, _ = s.world.stores.activity.of_subject(ACCOUNT, 100, None)
    return [dict(one.params) for one in entries if one.event == "sites_changed"]


def test_a_site_that_is_offered_for_the_first_time_is_taken_in(s: Scripted, monkeypatch: pytest.MonkeyPatch) -> None:
    _has(s, sites=(HOME,), offered=(HOME,))
    account = _consents(s, monkeypatch, HOME, FAR)
    assert (account.sites, account.offered) == ((HOME, FAR), (HOME, FAR))
    assert [(one["added"], one["left"]) for one in _changes(s)] == [(FAR, "–")]


def test_a_site_that_the_seller_did_not_choose_before_stays_out(s: Scripted, monkeypatch: pytest.MonkeyPatch) -> None:
    _has(s, sites=(HOME,), offered=(HOME, NEXT))
    assert _consents(s, monkeypatch, HOME, NEXT).sites == (HOME,)
    assert _changes(s) == []


def test_of_an_account_connected_before_offers_were_kept_nothing_is_taken_in(
    s: Scripted, monkeypatch: pytest.MonkeyPatch
) -> None:
    _has(s, sites=(HOME,), offered=())
    assert _consents(s, monkeypatch, HOME, NEXT).sites == (HOME,)


def test_a_site_that_is_gone_leaves_and_the_others_go_on(s: Scripted, monkeypatch: pytest.MonkeyPatch) -> None:
    _has(s, sites=(HOME, NEXT), offered=(HOME, NEXT))
    account = _consents(s, monkeypatch, HOME)
    assert (account.sites, account.state) == ((HOME,), ConnectionState.ACTIVE)
    assert [(one["added"], one["left"]) for one in _changes(s)] == [("–", NEXT)]


def test_a_gone_site_with_a_sales_list_stays_for_its_listings_are_no_orphans(
    s: Scripted, monkeypatch: pytest.MonkeyPatch
) -> None:
    _has(s, sites=(HOME, NEXT), offered=(HOME, NEXT))
    selling = SalesList(id=SalesListId("sl_fr"), name="France", account=ACCOUNT, site=NEXT)
    s.world.stores.configuration.save(selling)
    account = _consents(s, monkeypatch, HOME)
    assert (account.sites, account.offered) == ((HOME, NEXT), (HOME,))


def test_an_expired_account_that_works_again_gets_its_sites_the_same_way(
    s: Scripted, monkeypatch: pytest.MonkeyPatch
) -> None:
    _has(s, sites=(HOME, NEXT), offered=(HOME, NEXT))
    expired = _stored(s).model_copy(update={"state": ConnectionState.EXPIRED})
    s.world.stores.configuration.save(expired)
    monkeypatch.setattr(ScriptedAdapter, "identify", lambda self: AccountIdentity("seller", (HOME, FAR)))
    account = check_account(s.world.deps, _stored(s), "kim").account
    assert (account.state, account.sites) == (ConnectionState.ACTIVE, (HOME, FAR))
