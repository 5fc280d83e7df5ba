"""The hub's tables. Every one is keyed by member first: a query without a member is a query across tenants.

Times are UTC. Identifiers are made by the hub (`new_id`), never taken from outside, but for a reading's number.
"""

from __future__ import annotations

import secrets

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Float,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    UniqueConstraint,
)

metadata = MetaData(
    naming_convention={"ix": "ix_%(table_name)s_%(column_0_N_name)s", "uq": "uq_%(table_name)s_%(column_0_N_name)s"}
)

_ID = String(32)
_TIME = DateTime(timezone=True)


def new_id(prefix: str) -> str:
    """`d_3f9a…`: 96 random bits, so that no id tells of another or can be guessed."""
    return f"{prefix}_{secrets.token_hex(12)}"


def _member() -> Column[str]:
    return Column("member_id", _ID, nullable=False)


def _of_member() -> ForeignKeyConstraint:
    return ForeignKeyConstraint(["member_id"], ["members.member_id"])


# The tree provider → dealer → customer. `path` is `/m_1/m_2/`, so that what lies under a member is a prefix query.
members = Table(
    "members",
    metadata,
    _member(),
    Column("parent_id", _ID),
    Column("path", String(400), nullable=False, unique=True),
    Column("name", String(200), nullable=False),
    Column("created_at", _TIME, nullable=False),
    PrimaryKeyConstraint("member_id"),
)

users = Table(
    "users",
    metadata,
    _member(),
    Column("id", _ID, nullable=False),
    Column("email", String(200), nullable=False),
    Column("name", String(200), nullable=False),
    Column("password_hash", String(200), nullable=False),
    Column("time_zone", String(64), nullable=False, default="UTC"),
    Column("theme", String(8), nullable=False, default="auto"),
    Column("disabled", Boolean, nullable=False, default=False),
    Column("created_at", _TIME, nullable=False),
    PrimaryKeyConstraint("member_id", "id"),
    UniqueConstraint("email"),
    _of_member(),
)

# A role on a member counts for everything under it: viewer < admin < provider. `vendor` shows nothing of any member.
grants = Table(
    "grants",
    metadata,
    _member(),
    Column("user_id", _ID, nullable=False),
    Column("role", String(16), nullable=False),
    Column("granted_by", _ID),
    Column("granted_at", _TIME, nullable=False),
    PrimaryKeyConstraint("member_id", "user_id"),
    _of_member(),
)

# `id_hash`: SHA-256 of what the cookie holds; the cookie itself is nowhere in the database.
sessions = Table(
    "sessions",
    metadata,
    _member(),
    Column("id_hash", String(64), nullable=False),
    Column("user_id", _ID, nullable=False),
    Column("csrf_hash", String(64), nullable=False),
    Column("created_at", _TIME, nullable=False),
    Column("last_seen_at", _TIME, nullable=False),
    Column("expires_at", _TIME, nullable=False),
    PrimaryKeyConstraint("member_id", "id_hash"),
    UniqueConstraint("id_hash"),
    _of_member(),
)

sites = Table(
    "sites",
    metadata,
    _member(),
    Column("id", _ID, nullable=False),
    Column("name", String(200), nullable=False),
    Column("time_zone", String(64), nullable=False, default="UTC"),
    PrimaryKeyConstraint("member_id", "id"),
    UniqueConstraint("member_id", "name"),
    _of_member(),
)

enrolment_tokens = Table(
    "enrolment_tokens",
    metadata,
    _member(),
    Column("token_hash", String(64), nullable=False),
    Column("created_by", _ID),
    Column("created_at", _TIME, nullable=False),
    Column("expires_at", _TIME, nullable=False),
    Column("used_at", _TIME),
    PrimaryKeyConstraint("member_id", "token_hash"),
    UniqueConstraint("token_hash"),
    _of_member(),
)

# `lease` is what the agent must show next, `lease_request` the request that was given it: both make a clone known;
# `answered` tells a late copy of an agent's own request from a clone's.
agents = Table(
    "agents",
    metadata,
    _member(),
    Column("id", _ID, nullable=False),
    Column("site_id", _ID, nullable=False),
    Column("name", String(200), nullable=False),
    Column("public_key", String(64), nullable=False),
    Column("state", String(16), nullable=False),  # pending | active | revoked | quarantined
    Column("enrolled_at", _TIME, nullable=False),
    Column("accepted_by", _ID),
    Column("last_check_in_at", _TIME),
    Column("next_check_in_at", _TIME),
    Column("lease", String(64)),
    Column("previous_lease", String(64)),
    Column("lease_request", String(200)),
    Column("answered", String(256)),  # fleet.leases.Lease.answered
    Column("observed", JSON),  # the CheckIn's observed, versions, plugins_failed, health, refused
    Column("generation", Integer, nullable=False, default=1),  # of what it should have
    Column("scan_interval", Integer, nullable=False, default=3600),
    Column("targets", JSON, nullable=False),
    Column("exclude", JSON, nullable=False),
    Column("release_number", Integer),  # of the release that it should have; None: the one that it came with
    PrimaryKeyConstraint("member_id", "id"),
    UniqueConstraint("id"),
    UniqueConstraint("public_key"),
    ForeignKeyConstraint(["member_id", "site_id"], ["sites.member_id", "sites.id"]),
)

# Every request of an agent writes here: on SQLite the key is the table, which is one page less in each commit.
nonces = Table(
    "nonces",
    metadata,
    _member(),
    Column("agent_id", _ID, nullable=False),
    Column("nonce", String(64), nullable=False),
    Column("created_at", _TIME, nullable=False),
    PrimaryKeyConstraint("member_id", "agent_id", "nonce"),
    sqlite_with_rowid=False,
)

confirmations = Table(
    "confirmations",
    metadata,
    _member(),
    Column("agent_id", _ID, nullable=False),
    Column("generation", Integer, nullable=False),
    Column("state", String(16), nullable=False),
    Column("release_number", Integer),
    Column("code", String(200), nullable=False),
    Column("detail", String(200), nullable=False),
    Column("refused", JSON, nullable=False),
    Column("at", _TIME, nullable=False),
    PrimaryKeyConstraint("member_id", "agent_id", "generation", "state"),
)

# Identity: serial number within its maker; else MAC; else provisional by site and address, `merged_into` when known.
devices = Table(
    "devices",
    metadata,
    _member(),
    Column("id", _ID, nullable=False),
    Column("site_id", _ID, nullable=False),
    Column("agent_id", _ID, nullable=False),
    Column("manufacturer", String(200)),
    Column("model", String(200)),
    Column("serial_number", String(200)),
    Column("mac_address", String(17)),
    Column("ip_address", String(45)),
    Column("provisional", Boolean, nullable=False),
    Column("merged_into", _ID),
    Column("first_seen_at", _TIME, nullable=False),
    Column("last_seen_at", _TIME, nullable=False),
    Column("latest", JSON, nullable=False),  # the newest device document
    Column("sources", JSON, nullable=False),
    Column("notes", JSON, nullable=False),
    PrimaryKeyConstraint("member_id", "id"),
    ForeignKeyConstraint(["member_id", "site_id"], ["sites.member_id", "sites.id"]),
)
Index(None, devices.c.member_id, devices.c.manufacturer, devices.c.serial_number)
Index(None, devices.c.member_id, devices.c.mac_address)

# Append-only. (agent, number) is unique, which makes sending twice the same as sending once.
readings = Table(
    "readings",
    metadata,
    _member(),
    Column("agent_id", _ID, nullable=False),
    Column("number", BigInteger, nullable=False),
    Column("device_id", _ID, nullable=False),
    Column("read_at", _TIME, nullable=False),
    Column("received_at", _TIME, nullable=False),
    Column("document", JSON, nullable=False),
    Column("envelope", JSON, nullable=False),
    PrimaryKeyConstraint("member_id", "agent_id", "number"),
)
Index(None, readings.c.member_id, readings.c.device_id, readings.c.read_at)

# --- The profile database: all of it the provider's, but for what agents and members below have of it ----------

# Every version of every role's metadata that is current or may still be asked for. A vendor's is kept from the moment
# its bundle is accepted, and given to agents (`published`) with the release that needs it.
tuf_metadata = Table(
    "tuf_metadata",
    metadata,
    _member(),
    Column("role", String(64), nullable=False),
    Column("version", Integer, nullable=False),
    Column("content", LargeBinary, nullable=False),
    Column("published", Boolean, nullable=False),
    Column("expires_at", _TIME, nullable=False),
    Column("created_at", _TIME, nullable=False),
    PrimaryKeyConstraint("member_id", "role", "version"),
    _of_member(),
)

# A vendor's bundle that was accepted: `content` is the `.tar`, compressed; `sha256` and `length` are the `.tar`'s.
bundles = Table(
    "bundles",
    metadata,
    _member(),
    Column("namespace", String(40), nullable=False),
    Column("version", Integer, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("length", Integer, nullable=False),
    Column("content", LargeBinary, nullable=False),
    Column("profiles", JSON, nullable=False),  # {"hp/laserjet": 12, …}
    Column("accepted_at", _TIME, nullable=False),
    PrimaryKeyConstraint("member_id", "namespace", "version"),
    _of_member(),
)
Index(None, bundles.c.member_id, bundles.c.sha256)

# What was handed in, accepted or refused, with everything that is to be said of it.
contributions = Table(
    "contributions",
    metadata,
    _member(),
    Column("id", _ID, nullable=False),
    Column("namespace", String(40), nullable=False),
    Column("version", Integer),
    Column("state", String(16), nullable=False),  # accepted | refused
    Column("problems", JSON, nullable=False),  # ["hp/laserjet.yaml:12:15: …", …]
    Column("cases", Integer, nullable=False),  # how many were replayed
    Column("key_id", String(64), nullable=False),  # whose signature it carries; empty where none is good
    Column("handed_in_by", _ID),  # None: over the API, with the vendor's key alone
    Column("handed_in_at", _TIME, nullable=False),
    PrimaryKeyConstraint("member_id", "id"),
    _of_member(),
)

# Numbered without gaps, immutable once published: taking a release back is a new number with older content.
releases = Table(
    "releases",
    metadata,
    _member(),
    Column("number", Integer, nullable=False),
    Column("state", String(16), nullable=False),  # prepared | approved | published; unsigned: from before signing
    Column("sha256", String(64), nullable=False),  # of the manifest
    Column("manifest", LargeBinary, nullable=False),
    Column("unsigned", LargeBinary, nullable=False),  # the release role's next metadata, which is signed elsewhere
    Column("notes", Text, nullable=False),
    Column("profiles", JSON, nullable=False),  # {"hp/laserjet": 12, …}
    Column("bundles", JSON, nullable=False),  # {"hp": 17, …}
    Column("differences", JSON, nullable=False),  # profile_db.differences.Report
    Column("content_of", Integer),  # the release that this one brings back
    Column("prepared_by", _ID),
    Column("prepared_at", _TIME, nullable=False),
    Column("approved_by", _ID),
    Column("approved_at", _TIME),
    Column("signed_by", JSON, nullable=False),  # key ids
    Column("published_by", _ID),
    Column("published_at", _TIME),
    PrimaryKeyConstraint("member_id", "number"),
    _of_member(),
)

# A named person took responsibility for one group of differences that would have kept the release back.
acceptances = Table(
    "acceptances",
    metadata,
    _member(),
    Column("release_number", Integer, nullable=False),
    Column("finding", String(200), nullable=False),
    Column("reason", String(400), nullable=False),
    Column("accepted_by", _ID, nullable=False),
    Column("accepted_at", _TIME, nullable=False),
    PrimaryKeyConstraint("member_id", "release_number", "finding"),
    _of_member(),
)

# One running at a time. The counts are of agents, moved with each agent's own row in `rollout_agents`.
rollouts = Table(
    "rollouts",
    metadata,
    _member(),
    Column("id", _ID, nullable=False),
    Column("release_number", Integer, nullable=False),
    Column("state", String(16), nullable=False),  # running | paused | halted | done | replaced
    Column("rings", JSON, nullable=False),  # fractions of all agents: [0.01, 0.1, 0.5, 1.0]
    Column("ring", Integer, nullable=False),  # 0: the volunteers; n: rings[n - 1]
    Column("ring_at", _TIME, nullable=False),  # when that ring was opened
    Column("soak", Integer, nullable=False),  # seconds from one ring to the next
    Column("minimum", Integer, nullable=False),  # healthy agents before the next ring
    Column("failure_limit", Float, nullable=False),  # of failures among those that reported
    Column("volunteers", JSON, nullable=False),  # ids of agents
    Column("offered", Integer, nullable=False, default=0),
    Column("applied", Integer, nullable=False, default=0),  # of the offered; not yet healthy or failed
    Column("healthy", Integer, nullable=False, default=0),
    Column("failed", Integer, nullable=False, default=0),
    Column("heard_at", _TIME),  # the last report of any agent on this release
    Column("reason", String(400), nullable=False, default=""),  # why it is halted or paused
    Column("incident", JSON),  # of a halt: what was counted, by profile
    Column("started_by", _ID),
    Column("started_at", _TIME, nullable=False),
    Column("ended_at", _TIME),
    PrimaryKeyConstraint("member_id", "id"),
    _of_member(),
)

# By the agent's member: which release it was offered, and what came of it.
rollout_agents = Table(
    "rollout_agents",
    metadata,
    _member(),
    Column("rollout_id", _ID, nullable=False),
    Column("agent_id", _ID, nullable=False),
    Column("release_number", Integer, nullable=False),
    Column("ring", Integer, nullable=False),
    Column("state", String(16), nullable=False),  # offered | applied | healthy | failed | reverted | withdrawn
    Column("offered_at", _TIME, nullable=False),
    Column("applied_at", _TIME),
    Column("reported_at", _TIME),
    Column("code", String(64), nullable=False, default=""),
    Column("detail", String(200), nullable=False, default=""),
    Column("profiles", JSON, nullable=False),  # {"hp/laserjet@13": ProfileHealth and "failed": 0 | 1, …}
    PrimaryKeyConstraint("member_id", "rollout_id", "agent_id"),
)
Index(None, rollout_agents.c.rollout_id, rollout_agents.c.reported_at)

# Per profile of a rollout: how many agents that use it reported, and how many of them that it failed.
rollout_profiles = Table(
    "rollout_profiles",
    metadata,
    _member(),
    Column("rollout_id", _ID, nullable=False),
    Column("profile", String(200), nullable=False),
    Column("reported", Integer, nullable=False, default=0),
    Column("failed", Integer, nullable=False, default=0),
    Column("devices", Integer, nullable=False, default=0),
    PrimaryKeyConstraint("member_id", "rollout_id", "profile"),
    _of_member(),
)

# A member, and all below it that have no pin of their own, stay at this release.
pins = Table(
    "pins",
    metadata,
    _member(),
    Column("release_number", Integer, nullable=False),
    Column("reason", String(400), nullable=False),
    Column("pinned_by", _ID, nullable=False),
    Column("pinned_at", _TIME, nullable=False),
    Column("expires_at", _TIME, nullable=False),
    PrimaryKeyConstraint("member_id"),
    _of_member(),
)

# Whom a person may hand bundles in for; the rows are the provider's.
vendor_grants = Table(
    "vendor_grants",
    metadata,
    _member(),
    Column("user_id", _ID, nullable=False),
    Column("namespace", String(40), nullable=False),
    Column("granted_by", _ID),
    Column("granted_at", _TIME, nullable=False),
    PrimaryKeyConstraint("member_id", "user_id", "namespace"),
    _of_member(),
)

# Append-only: the database itself refuses changes (the migrations make the triggers).
audit = Table(
    "audit",
    metadata,
    _member(),
    Column("id", _ID, nullable=False),
    Column("at", _TIME, nullable=False),
    Column("actor", String(64), nullable=False),
    Column("action", String(64), nullable=False),
    Column("subject", String(200), nullable=False),
    Column("detail", String(400), nullable=False, default="", server_default=""),
    PrimaryKeyConstraint("member_id", "id"),
    _of_member(),
)
