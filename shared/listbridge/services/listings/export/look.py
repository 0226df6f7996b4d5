"""Read what a sales list's members need to be sent, and decide what happens to each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from listbridge.domain.configuration import Account, CreationProfile, Profile, SalesList, Shop
from listbridge.domain.ids import JobId
from listbridge.domain.jobs import JobState
from listbridge.domain.listings.exporting import Looked, Next, after_look, looked_at
from listbridge.domain.listings.holds import account_hold, shop_hold
from listbridge.domain.listings.members import Member
from listbridge.domain.ports import Missing
from listbridge.domain.problem import Problem
from listbridge.services.deps import PublishDeps


@dataclass(slots=True)
class Exporter:
    """One sales list, its account and its shop, for as long as one look lasts."""

    deps: PublishDeps
    sales_list: SalesList
    account: Account = field(init=False)
    shop: Shop = field(init=False)
    _settings: str = field(init=False)
    _states: dict[JobId, JobState | None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Raises Missing."""
        configuration = self.deps.configuration
        self.account = configuration.get(Account, self.sales_list.account)
        self.shop = configuration.get(Shop, self.account.shop)
        kinds = ((CreationProfile, self.sales_list.creation_profile), (Profile, self.sales_list.profile))
        wanted = [(kind, id) for kind, id in kinds if id is not None]
        revs = configuration.revs(wanted) if wanted else {}
        own = f"{self.account.rev}.{self.sales_list.rev}"
        self._settings = ".".join([own, *(str(revs.get(document, 0)) for document in wanted)])

    def hold(self) -> Problem | None:
        """Why nothing of the list is sent automatically now, whatever the item; or none."""
        return account_hold(self.account) or shop_hold(self.shop)

    def look(self, members: Sequence[Member], *, asked: bool = False) -> list[Looked]:
        """What happens to each of these members. `asked`: see `exporting.looked_at`."""
        items = {
            member.product: [
                item
                for item in self.deps.items.of_product(member.shop, member.product)
                if item.sales_list == self.sales_list.id
            ]
            for member in members
        }
        keys = [item.listing for mine in items.values() for item in mine if item.listing is not None]
        found = self.deps.listings.get_many(keys)
        rows = {
            product: [
                row
                for item in mine
                if item.listing is not None
                and (row := found.get(item.listing)) is not None
                and row.sales_list == self.sales_list.id
            ]
            for product, mine in items.items()
        }
        variants = self.deps.variants.get_many({row.variant for mine in rows.values() for row in mine})
        return [
            looked_at(
                member,
                items[member.product],
                rows[member.product],
                variants,
                settings=self._settings,
                blocked=self.blocked(),
                job=self._state(member.job),
                asked=asked,
                now=self.deps.clock.now(),
            )
            for member in members
        ]

    def keep(self, looked: Sequence[Looked]) -> None:
        """Save what was found of those that are not sent; who changed meanwhile is looked at another time."""
        after = [(one.member, after_look(one)) for one in looked if one.next is not Next.SEND]
        changed = [new for old, new in after if new != old]
        if changed:
            self.deps.members.save_many(changed)

    def blocked(self) -> Problem | None:
        """What keeps the whole list from sending anything, of the list's own; or none."""
        if self.sales_list.creation_profile is None:
            return Problem("creation_profile_missing", {"list": self.sales_list.name}, "choose_creation_profile")
        return None

    def _state(self, job: JobId | None) -> JobState | None:
        if job is None:
            return None
        if job not in self._states:
            try:
                self._states[job] = self.deps.jobs.get(job).state
            except Missing:
                self._states[job] = None
        return self._states[job]
