"""Every fake of ours at once, on one clock and one hook."""

from __future__ import annotations

from dataclasses import dataclass, field

from listbridge.domain.ports import Marketplaces, Shops
from listbridge.services.deps import Deps, TimeLimits
from tests.fakes.activity import FakeActivityLog
from tests.fakes.clock import VirtualClock
from tests.fakes.configuration import FakeConfigurationStore
from tests.fakes.coordination import FakeCounters, FakeLeases
from tests.fakes.cuts import Switch
from tests.fakes.forgotten_users import FakeForgottenUsers
from tests.fakes.hand_overs import NO_HAND_OVERS
from tests.fakes.inbox import FakeInbox
from tests.fakes.items import FakeItemRepository
from tests.fakes.jobs import FakeJobRepository
from tests.fakes.listings import FakeListingRepository
from tests.fakes.members import FakeMemberRepository
from tests.fakes.notice_keys import FakeNoticeKeys
from tests.fakes.orders import FakeOrderRepository
from tests.fakes.polls import FakePollRepository
from tests.fakes.publications import FakePublicationRepository
from tests.fakes.queues import FakeQueues
from tests.fakes.secrets import FakeSecretStore
from tests.fakes.sku_mappings import FakeSkuMappings
from tests.fakes.variants import FakeVariantRepository


@dataclass
class Stores:
    """All our own ports in memory, named as in `services.deps.Deps`. `cut.hook = CutAt(n)` kills the n-th write."""

    clock: VirtualClock = field(default_factory=VirtualClock)
    cut: Switch = field(default_factory=Switch)

    def __post_init__(self) -> None:
        self.configuration = FakeConfigurationStore(self.cut)
        self.variants = FakeVariantRepository(self.cut)
        self.listings = FakeListingRepository(self.cut)
        self.items = FakeItemRepository(self.cut)
        self.members = FakeMemberRepository(self.cut)
        self.orders = FakeOrderRepository(self.variants, self.cut)
        self.polls = FakePollRepository(self.cut)
        self.publications = FakePublicationRepository(self.cut)
        self.sku_mappings = FakeSkuMappings(self.cut)
        self.leases = FakeLeases(self.clock, self.cut)
        self.counters = FakeCounters(self.cut)
        self.inbox = FakeInbox(self.cut)
        self.forgotten = FakeForgottenUsers(self.cut)
        self.notice_keys = FakeNoticeKeys(self.clock, self.cut)
        self.jobs = FakeJobRepository(self.clock, self.cut)
        self.activity = FakeActivityLog(self.cut)
        self.queues = FakeQueues(self.clock, self.cut)
        self.secrets = FakeSecretStore(self.cut)

    def deps(self, shops: Shops, marketplaces: Marketplaces, limits: TimeLimits) -> Deps:
        """What the services work with: these stores, between these shops and marketplaces, one worker at a time."""
        return Deps(
            clock=self.clock,
            configuration=self.configuration,
            variants=self.variants,
            listings=self.listings,
            items=self.items,
            members=self.members,
            orders=self.orders,
            polls=self.polls,
            publications=self.publications,
            sku_mappings=self.sku_mappings,
            leases=self.leases,
            counters=self.counters,
            inbox=self.inbox,
            notice_keys=self.notice_keys,
            forgotten=self.forgotten,
            jobs=self.jobs,
            activity=self.activity,
            queues=self.queues,
            secrets=self.secrets,
            shops=shops,
            marketplaces=marketplaces,
            hand_overs=NO_HAND_OVERS,
            limits=limits,
            workers=1,
        )
