"""What several pages take from a device document."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from frisket_hub.portal.words import phrase

_SEVERITIES = {"critical": 0, "warning": 1}
_WHOLE = {"function": "total", "color": "all", "sides": "all", "size": "all"}


def name_of(document: Mapping[str, Any]) -> str:
    """Manufacturer and model; what else it calls itself where it tells neither."""
    said = [document.get("manufacturer"), document.get("model")]
    return " ".join(text for text in said if text) or document.get("system_name") or "Unnamed printer"


def total_of(document: Mapping[str, Any]) -> int | None:
    """The life count of everything."""
    rows = [row for row in document["page_counts"] if _WHOLE.items() <= row.items()]
    return rows[0]["value"] if rows else None


def sorted_alerts(document: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The worst first."""
    return sorted(document["alerts"], key=lambda alert: _SEVERITIES.get(alert["severity"], 2))


def worst_alert(document: Mapping[str, Any]) -> Mapping[str, str] | None:
    """Severity and words of the worst alert, if it is more than a remark."""
    for alert in sorted_alerts(document)[:1]:
        if alert["severity"] in _SEVERITIES:
            text = alert.get("description") or phrase(alert.get("group")) or f"code {alert.get('code')}"
            return {"severity": alert["severity"], "words": text[:80]}
    return None
