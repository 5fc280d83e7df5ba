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

# A role on a member counts for everything under it: viewer < admin < provider.
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

# `lease` is what the agent must show next, `lease_request` the request that was given it: both make a clone known.
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
    Column("observed", JSON),  # the CheckIn's observed, versions, plugins_failed, health, refused
    Column("generation", Integer, nullable=False, default=1),  # of what it should have
    Column("scan_interval", Integer, nullable=False, default=3600),
    Column("targets", JSON, nullable=False),
    Column("exclude", JSON, nullable=False),
    PrimaryKeyConstraint("member_id", "id"),
    UniqueConstraint("id"),
    UniqueConstraint("public_key"),
    ForeignKeyConstraint(["member_id", "site_id"], ["sites.member_id", "sites.id"]),
)

nonces = Table(
    "nonces",
    metadata,
    _member(),
    Column("agent_id", _ID, nullable=False),
    Column("nonce", String(64), nullable=False),
    Column("created_at", _TIME, nullable=False),
    PrimaryKeyConstraint("member_id", "agent_id", "nonce"),
)
Index(None, nonces.c.created_at)

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

# The provider's; numbered without gaps, immutable, known by the hash of its octets, which two numbers may share: taking
# a release back is a new number with older content.
releases = Table(
    "releases",
    metadata,
    _member(),
    Column("number", Integer, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("notes", Text, nullable=False),
    Column("profiles", JSON, nullable=False),  # {"hp/laserjet": 12, …}
    Column("content", LargeBinary, nullable=False),
    Column("published_by", _ID),
    Column("published_at", _TIME, nullable=False),
    PrimaryKeyConstraint("member_id", "number"),
    _of_member(),
)

audit = Table(
    "audit",
    metadata,
    _member(),
    Column("id", _ID, nullable=False),
    Column("at", _TIME, nullable=False),
    Column("actor", String(64), nullable=False),
    Column("action", String(64), nullable=False),
    Column("subject", String(200), nullable=False),
    PrimaryKeyConstraint("member_id", "id"),
    _of_member(),
)
