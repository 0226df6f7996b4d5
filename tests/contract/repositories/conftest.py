"""Every port twice: the fake that services are tested with, and the real one over the emulator."""

from __future__ import annotations

import uuid
from typing import Protocol

import pytest

from listbridge.domain import ports
from listbridge.infra.coordination.budgets import BucketRows, BudgetPool
from listbridge.infra.coordination.counters import DynamoCounters
from listbridge.infra.coordination.forgotten_users import DynamoForgottenUsers
from listbridge.infra.coordination.inbox import DynamoInbox
from listbridge.infra.coordination.leases import DynamoLeases
from listbridge.infra.coordination.notice_keys import DynamoNoticeKeys
from listbridge.infra.repositories.activity import DynamoActivity
from listbridge.infra.repositories.buckets import DynamoBuckets
from listbridge.infra.repositories.configuration import DynamoConfiguration
from listbridge.infra.repositories.items import DynamoItems
from listbridge.infra.repositories.jobs import DynamoJobs
from listbridge.infra.repositories.listings import DynamoListings
from listbridge.infra.repositories.members import DynamoMembers
from listbridge.infra.repositories.orders import DynamoOrders
from listbridge.infra.repositories.polls import DynamoPolls
from listbridge.infra.repositories.publications import DynamoPublications
from listbridge.infra.repositories.sku_mappings import DynamoSkuMappings
from listbridge.infra.repositories.variants import DynamoVariants
from listbridge.infra.secrets import SecretsManagerStore
from tests.emulator import emulator
from tests.fakes.buckets import FakeBuckets
from tests.fakes.clock import VirtualClock
from tests.fakes.stores import Stores

__all__ = ["emulator"]


class OurPorts(Protocol):
    """The ports that are ours, under the names of `services.deps.Deps`, and where budgets are kept."""

    clock: VirtualClock
    configuration: ports.ConfigurationStore
    variants: ports.VariantRepository
    listings: ports.ListingRepository
    items: ports.ItemRepository
    members: ports.MemberRepository
    orders: ports.OrderRepository
    polls: ports.PollRepository
    publications: ports.PublicationRepository
    sku_mappings: ports.SkuMappingRepository
    leases: ports.Leases
    counters: ports.Counters
    inbox: ports.Inbox
    notice_keys: ports.NoticeKeys
    forgotten: ports.ForgottenUsers
    jobs: ports.JobRepository
    activity: ports.ActivityLog
    secrets: ports.SecretStore
    buckets: BucketRows


class Fakes(Stores):
    """The fakes."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.buckets = FakeBuckets()


class Emulated:
    """The real ones, against the emulator."""

    def __init__(self) -> None:
        self.clock = VirtualClock()
        self.configuration = DynamoConfiguration()
        self.variants = DynamoVariants()
        self.listings = DynamoListings()
        self.items = DynamoItems()
        self.members = DynamoMembers()
        self.orders = DynamoOrders()
        self.polls = DynamoPolls()
        self.publications = DynamoPublications()
        self.sku_mappings = DynamoSkuMappings()
        self.leases = DynamoLeases(self.clock)
        self.counters = DynamoCounters()
        self.inbox = DynamoInbox()
        self.notice_keys = DynamoNoticeKeys()
        self.forgotten = DynamoForgottenUsers()
        self.jobs = DynamoJobs(self.clock)
        self.activity = DynamoActivity()
        self.secrets = SecretsManagerStore()
        self.buckets = DynamoBuckets()


@pytest.fixture(params=["fake", pytest.param("emulator", marks=pytest.mark.emulator)])
def store(request: pytest.FixtureRequest) -> OurPorts:
    if request.param == "fake":
        return Fakes()
    request.getfixturevalue("emulator")
    return Emulated()


@pytest.fixture
def name() -> str:
    """A part of every key of one test, so that tests can share the emulator's tables."""
    return uuid.uuid4().hex[:10]


@pytest.fixture
def pool(store: OurPorts) -> BudgetPool:
    return BudgetPool(store.buckets, store.leases, store.clock)
