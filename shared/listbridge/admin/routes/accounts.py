"""`/v1/accounts`: connected seller accounts, each bound to one shop."""

from __future__ import annotations

from functools import partial
from typing import Annotated, Any

from aws_lambda_powertools.event_handler.openapi.params import Query

from listbridge import registry
from listbridge.admin import platform_forms
from listbridge.admin.auth import Group, open_to
from listbridge.admin.call import actor_of, deps_of, new_router
from listbridge.admin.chosen import chosen, found
from listbridge.admin.document_pages import Limit, page_of
from listbridge.admin.errors import InvalidFields, fields_checked
from listbridge.admin.parameters import AccountPath, Cursor, OnSite
from listbridge.admin.patches import AccountPatch
from listbridge.admin.renamed_fields import by_the_names_of_today
from listbridge.admin.row_ids import listing_key
from listbridge.admin.schemas import AccountActionBody, AccountDraft, ListenBody, NewCredentials, Reason
from listbridge.admin.shape import Shape
from listbridge.admin.views.documents import AccountView, ConsentPage, FieldView, ProblemView
from listbridge.admin.views.jobs import JobStarted, JobView
from listbridge.domain.configuration import Account
from listbridge.domain.ids import Site
from listbridge.services.configuration import connect_account, sold_out
from listbridge.services.configuration.credentials import ACCOUNTS, fields_set
from listbridge.services.configuration.edit_configuration import edited, propose_account
from listbridge.services.configuration.hand_over import begin_hand_over
from listbridge.services.configuration.hook_keys import hook_address, keep_told_secret, make_hook_keys
from listbridge.services.configuration.notice_address import make_notice_token, notice_address
from listbridge.services.configuration.public_address import public_base_url
from listbridge.services.configuration.stop_writes import resume_writes, stop_writes
from listbridge.services.listings.act.act_on_listings import Ask, act_on_all, act_on_items
from listbridge.services.listings.act.selection import Scope, named_listings
from listbridge.services.listings.act.unlink_account import start_unlinking
from listbridge.services.listings.revise.release_guarded import start_release

router = new_router()
_TAGS = ["accounts"]


class AccountsView(Shape):
    """Accounts, by id; without a cursor it is the last page."""

    accounts: list[AccountView]
    """The accounts of this page."""
    cursor: str | None


class AccountCheckView(Shape):
    """An account, who the marketplace says it is, and where it may sell."""

    account: AccountView
    """The account, as it is now."""
    seller: str
    """Who the marketplace says the seller is."""
    sites: tuple[str, ...]
    """The sites on which the seller may sell, in the marketplace's own spelling."""


class CreationFormView(Shape):
    """What a creation profile on one site asks for, for one kind of product."""

    site: str
    kind: str
    """The kind of product that was asked for; empty for none."""
    form: dict[str, Any]
    """The JSON schema of a creation profile's `settings`."""


class EventsView(Shape):
    """Where a marketplace tells us what changes, and the token by which it proves that the address is ours. Both are secret."""

    address: str
    """The address that the marketplace calls; it is secret."""
    token: str
    """The token that the marketplace checks the address by; it is secret."""
    enter_by_hand: bool
    """Whether a person has to enter both at the marketplace, which cannot be asked by its API."""
    needs_secret: bool
    """Whether every call is refused, until the secret by which the marketplace signs is sent here."""


class TopicView(Shape):
    """A topic that the marketplace may tell us of."""

    topic: str
    """The marketplace's own name of it."""
    subscribed: bool
    """Whether the marketplace tells it from now on."""
    reason: ProblemView | None
    """Why the marketplace refused it; null where it did not."""


class TopicsView(Shape):
    """What became of each topic."""

    topics: list[TopicView]
    """Each that Listbridge can make use of."""


class SoldOutView(Shape):
    """Whether the marketplace keeps the account's listings when they sell out. Where it does not, they are ended, and put on sale
    again with the stock."""

    kept: bool
    """Whether it keeps them at 0."""
    hours: int
    """How many hours the marketplace may take to switch that on, where it was asked to; otherwise 0."""


class ChoicesView(Shape):
    """What a creation profile can choose from on one site."""

    site: str
    choices: dict[str, Any]
    """What can be chosen, by the name of the setting."""


@router.get("/accounts", summary="All accounts", tags=_TAGS, openapi_extensions=open_to(Group.VIEWER))
def list_accounts(cursor: Cursor = None, limit: Limit = 200) -> AccountsView:
    """Lists every account. Credentials are never shown, only which of them are set."""
    page, following = page_of(router, Account, cursor, limit)
    return AccountsView(accounts=[_view(account) for account in page], cursor=following)


@router.post("/accounts", summary="Connect a seller account", tags=_TAGS, status_code=201)
def create_account(draft: AccountDraft) -> AccountView:
    """With complete credentials, Listbridge asks the marketplace who the seller is. By consent, the account waits for
    the seller."""
    platform_forms.known_platform("marketplaces", draft.marketplace, field="marketplace")
    settings = platform_forms.checked_settings("marketplaces", draft.marketplace, draft.settings)
    credentials = platform_forms.checked_credentials("marketplaces", draft.marketplace, draft.credentials)
    _known_sites(draft.marketplace, draft.sites)
    sent = draft.model_dump(exclude_unset=True, exclude={"credentials", "connect", "settings"})
    values = by_the_names_of_today(sent)
    account = Account(**values, id=connect_account.new_account_id(), settings=settings)
    deps, actor = deps_of(router), actor_of(router)
    if draft.connect == "by_consent":
        platform_forms.refuse_without_hand_over("marketplaces", draft.marketplace)
        return _view(connect_account.prepare_account(deps, account, credentials, actor))
    return _view(connect_account.connect_account(deps, account, credentials, actor).account)


@router.get("/accounts/<account_id>", summary="One account", tags=_TAGS, openapi_extensions=open_to(Group.VIEWER))
def get_account(account_id: AccountPath) -> AccountView:
    """Shows one account as it is now."""
    return _view(_account(account_id))


@router.patch("/accounts/<account_id>", summary="Edit an account", tags=_TAGS, status_code=202)
def patch_account(account_id: AccountPath, patch: AccountPatch) -> JobStarted:
    """Proposes an edit of switches, rules, the guard's limits or observe mode: a job counts which listings it would
    move. A new name, `create_orders` and `relay_fulfillments` move none: they are saved at once, and the job is already
    done."""
    before = _account(account_id)
    check = platform_forms.settings_check("marketplaces", before.marketplace, before.settings, patch.settings)
    if patch.sites is not None:
        _known_sites(before.marketplace, patch.sites)
    changes = by_the_names_of_today(patch.changes())
    with fields_checked():
        after = edited(before, changes, patch.rev, settings=check)
    return JobStarted(job=JobView.of(propose_account(deps_of(router), before, after, actor_of(router))))


@router.post(
    "/accounts/<account_id>/stop",
    summary="Stop everything that is written to the marketplace",
    tags=_TAGS,
    openapi_extensions=open_to(Group.OPERATOR),
)
def stop_account(account_id: AccountPath, body: Reason = Reason()) -> AccountView:  # noqa: B008  # frozen
    """Stops every write to the account's marketplace at once, zeros included: what is under way ends within seconds, and
    nothing else leaves. Orders still come in, and the shop is still followed. `resume` sends what has gathered."""
    return _view(stop_writes(deps_of(router), _account(account_id), body.why, actor_of(router)))


@router.post(
    "/accounts/<account_id>/resume",
    summary="Write to the marketplace again",
    tags=_TAGS,
    openapi_extensions=open_to(Group.OPERATOR),
)
def resume_account(account_id: AccountPath, body: Reason = Reason()) -> AccountView:  # noqa: B008  # frozen
    """Ends a stop: what has gathered meanwhile is sent, zeros first. `GET …/differences` shows it before."""
    return _view(resume_writes(deps_of(router), _account(account_id), body.why, actor_of(router)))


@router.delete("/accounts/<account_id>", summary="Disconnect an account", tags=_TAGS, status_code=204)
def delete_account(account_id: AccountPath) -> None:
    """Disconnects an account that has no sales lists and no listings, and deletes its credentials."""
    connect_account.disconnect_account(deps_of(router), _account(account_id), actor_of(router))


@router.post(
    "/accounts/<account_id>/check",
    summary="Does the account answer?",
    tags=_TAGS,
    openapi_extensions=open_to(Group.OPERATOR),
)
def check_account(account_id: AccountPath) -> AccountCheckView:
    """Asks the marketplace who the seller is, and for their orders. When the account works again, what is due is
    sent."""
    return _check_view(connect_account.check_account(deps_of(router), _account(account_id), actor_of(router)))


@router.put("/accounts/<account_id>/credentials", summary="Give an account new credentials", tags=_TAGS)
def put_account_credentials(account_id: AccountPath, body: NewCredentials) -> AccountCheckView:
    """The credentials must belong to the same seller. They are tried before they replace the stored ones."""
    account = _account(account_id)
    credentials = platform_forms.checked_credentials("marketplaces", account.marketplace, body.credentials)
    deps, actor = deps_of(router), actor_of(router)
    return _check_view(connect_account.replace_account_credentials(deps, account, credentials, actor))


@router.get(
    "/accounts/<account_id>/choices",
    summary="What a creation profile can choose from",
    tags=_TAGS,
    openapi_extensions=open_to(Group.VIEWER),
)
def choices(account_id: AccountPath, site: OnSite) -> ChoicesView:
    """Asks the marketplace for its policies, locations and the like."""
    account = _account(account_id)
    _known_sites(account.marketplace, (Site(site),), field="site")
    adapter = deps_of(router).marketplaces.open(account)
    return ChoicesView(site=site, choices=dict(adapter.creation_choices(Site(site))))


@router.get(
    "/accounts/<account_id>/creation-form",
    summary="What a creation profile asks for",
    tags=_TAGS,
    openapi_extensions=open_to(Group.VIEWER),
)
def creation_form(
    account_id: AccountPath,
    site: OnSite,
    kind: Annotated[
        str,
        Query(
            max_length=200, description="The kind of product, where the marketplace tells kinds apart; empty for none."
        ),
    ] = "",
) -> CreationFormView:
    """Shows the JSON schema of a creation profile's settings on a site, for one kind of product where the marketplace
    has kinds."""
    account = _account(account_id)
    _known_sites(account.marketplace, (Site(site),), field="site")
    adapter = deps_of(router).marketplaces.open(account)
    return CreationFormView(site=site, kind=kind, form=dict(adapter.creation_form(Site(site), kind)))


@router.post("/accounts/<account_id>/events", summary="Let the marketplace tell us what changes", tags=_TAGS)
def listen(account_id: AccountPath, body: ListenBody = ListenBody()) -> EventsView:  # noqa: B008  # frozen
    """Makes the address, once, and asks the marketplace to call it. Where the marketplace makes the secret by which it
    signs its calls, send that in a second call; until then every call is refused. A call only brings forward what
    Listbridge reads anyway. Where the marketplace signs what it tells all of its applications, accounts share one
    address, and by it a buyer who has closed their account there is forgotten."""
    deps, account = deps_of(router), _account(account_id)
    base, its = public_base_url(deps.configuration), account.marketplace
    told_to_all = registry.NOTICES in registry.marketplace(its).capabilities
    if not told_to_all:
        registry.event_scheme(its)
    if body.signing_secret:
        _refuse_other_secrets(its, body.signing_secret)
    if told_to_all:
        token, address, needs_secret = make_notice_token(deps.configuration, its), notice_address(base, its), False
    else:
        keys = make_hook_keys(deps, account.id)
        if body.signing_secret:
            keys = keep_told_secret(deps, account.id, body.signing_secret)
        token, address = keys.token, hook_address(base, account.id, keys)
        needs_secret = _makes_its_secret(its) and not keys.told
    asked = deps.marketplaces.open(account).listen(address, token)
    return EventsView(address=address, token=token, enter_by_hand=not asked, needs_secret=needs_secret)


@router.post("/accounts/<account_id>/topics", summary="Subscribe to what the marketplace may tell", tags=_TAGS)
def subscribe_topics(account_id: AccountPath) -> TopicsView:
    """Asks the marketplace to tell the address of its notices of new orders and of consents that were taken back, as far as it lets
    the app. Each only brings forward what Listbridge reads anyway. The notices that are mandatory are entered by hand."""
    deps, account = deps_of(router), _account(account_id)
    registry.notice_scheme(account.marketplace)
    token = make_notice_token(deps.configuration, account.marketplace)
    address = notice_address(public_base_url(deps.configuration), account.marketplace)
    told = deps.marketplaces.open(account).subscribe(address, token)
    topics = [TopicView(topic=one, subscribed=why is None, reason=ProblemView.maybe(why)) for one, why in told.items()]
    return TopicsView(topics=topics)


@router.get(
    "/accounts/<account_id>/sold-out",
    summary="Does the marketplace keep what sells out?",
    tags=_TAGS,
    openapi_extensions=open_to(Group.VIEWER),
)
def read_sold_out(account_id: AccountPath) -> SoldOutView:
    """Asks the marketplace whether the account's listings stay at 0."""
    account = _with_switch(account_id)
    return SoldOutView(kept=deps_of(router).marketplaces.open(account).keeps_sold_out(), hours=0)


@router.post("/accounts/<account_id>/sold-out", summary="Keep what sells out", tags=_TAGS)
def keep_sold_out(account_id: AccountPath) -> SoldOutView:
    """Asks the marketplace to keep all of the account's listings at 0, those of other tools as well. Until it has done that,
    a zero is refused as before."""
    hours = sold_out.keep_sold_out(deps_of(router), _with_switch(account_id), actor_of(router))
    return SoldOutView(kept=hours == 0, hours=hours)


@router.post(
    "/accounts/<account_id>/guard/approve",
    summary="Approve what the guard holds",
    tags=_TAGS,
    status_code=202,
    openapi_extensions=open_to(Group.OPERATOR),
)
def approve_guarded(account_id: AccountPath, body: Reason = Reason()) -> JobStarted:  # noqa: B008  # frozen
    """A person approves: a job releases every listing that the guard holds, and each is sent as it is computed then. Who
    approved and why stands with the job."""
    job = start_release(deps_of(router), _account(account_id), actor_of(router), body.why)
    return JobStarted(job=JobView.of(job))


@router.post(
    "/accounts/<account_id>/actions",
    summary="Act on an account's listings",
    tags=_TAGS,
    status_code=202,
    openapi_extensions=open_to(Group.OPERATOR),
)
def act_on_account(account_id: AccountPath, body: AccountActionBody) -> JobStarted:
    """The actions of a sales list, on listings of all lists of the account: a job with one entry per listing."""
    deps, account = deps_of(router), _account(account_id)
    field, which = chosen(body)
    ask = Ask(body.action, actor_of(router), dry_run=body.dry_run, field=field)
    if isinstance(which, list):
        job = act_on_items(deps, account, found(field, which, listing_key, partial(named_listings, deps, account)), ask)
    else:
        job = act_on_all(deps, Scope(account, wanted=which), ask)
    return JobStarted(job=JobView.of(job))


@router.post("/accounts/<account_id>/unlink", summary="Unlink all listings of an account", tags=_TAGS, status_code=202)
def unlink_all(account_id: AccountPath) -> JobStarted:
    """For a seller who leaves: a job unlinks every listing, and ends none of them."""
    job = start_unlinking(deps_of(router), _account(account_id), actor_of(router))
    return JobStarted(job=JobView.of(job))


@router.get("/accounts/<account_id>/authorize", summary="Where the seller consents", tags=_TAGS)
def authorize(account_id: AccountPath) -> ConsentPage:
    """Shows the marketplace's consent page for this account. The seller comes back to `/callbacks/{slug}`."""
    account = _account(account_id)
    platform_forms.refuse_without_hand_over("marketplaces", account.marketplace)
    return ConsentPage(url=begin_hand_over(deps_of(router), account, actor_of(router)))


def _account(id: str) -> Account:
    return deps_of(router).configuration.get(Account, id)


def _makes_its_secret(marketplace: str) -> bool:
    return registry.SIGNED_EVENTS in registry.marketplace(marketplace).capabilities


def _refuse_other_secrets(marketplace: str, secret: str) -> None:
    if not _makes_its_secret(marketplace) or not registry.signed_event_scheme(marketplace).is_secret(secret):
        raise InvalidFields([FieldView(field="signing_secret", text="is no signing secret of this marketplace")])


def _with_switch(id: str) -> Account:
    account = _account(id)
    registry.refuse_without_sold_out_switch(account.marketplace)
    return account


def _view(account: Account) -> AccountView:
    deps = deps_of(router)
    return AccountView.of(account, deps.polls.find(account.id), fields_set(deps, ACCOUNTS, account))


def _check_view(check: connect_account.AccountCheck) -> AccountCheckView:
    identity = check.identity
    return AccountCheckView(account=_view(check.account), seller=identity.remote_name, sites=identity.sites)


def _known_sites(marketplace: str, sites: tuple[Site, ...], *, field: str = "sites") -> None:
    known = registry.marketplace(marketplace).sites
    unknown = [site for site in sites if site not in known]
    if unknown:
        raise InvalidFields([FieldView(field=field, text=f"no such site: {', '.join(unknown)}")])
