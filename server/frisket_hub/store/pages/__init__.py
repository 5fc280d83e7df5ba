"""The read queries of the portal's pages, each within what its reader may see."""

from frisket_hub.store.pages.agents import (
    GRACE,
    UNSAID,
    AgentRow,
    ConfirmationRow,
    agent_row,
    agent_rows,
    confirmation_rows,
    silent_since,
)
from frisket_hub.store.pages.device import CountersAt, DeviceRow, counters_over_time, device_row
from frisket_hub.store.pages.fleet import (
    PAGE,
    SORTS,
    Choice,
    FleetQuery,
    FleetRow,
    FleetSummary,
    fleet_count,
    fleet_manufacturers,
    fleet_rows,
    fleet_sites,
    fleet_summary,
)
from frisket_hub.store.pages.json_rows import LOW_PERCENT
from frisket_hub.store.pages.people import GrantRow, MemberRow, grant_rows, member_name, member_rows
from frisket_hub.store.pages.releases import ReleaseRow, newest_for, release_rows

__all__ = [
    "GRACE",
    "LOW_PERCENT",
    "PAGE",
    "SORTS",
    "UNSAID",
    "AgentRow",
    "Choice",
    "ConfirmationRow",
    "CountersAt",
    "DeviceRow",
    "FleetQuery",
    "FleetRow",
    "FleetSummary",
    "GrantRow",
    "MemberRow",
    "ReleaseRow",
    "agent_row",
    "agent_rows",
    "confirmation_rows",
    "counters_over_time",
    "device_row",
    "fleet_count",
    "fleet_manufacturers",
    "fleet_rows",
    "fleet_sites",
    "fleet_summary",
    "grant_rows",
    "member_name",
    "member_rows",
    "newest_for",
    "release_rows",
    "silent_since",
]
