"""The policy as tests read and change it, over HTTP."""

from __future__ import annotations

from typing import Any

import httpx

from tests.support.office import Clock, Office, Person

TERMS = (
    "attribution", "k", "colluders", "calendar", "breakdown", "retention_days", "teammates_rate", "named_exports",
)  # fmt: skip


def rules(person: Person) -> dict[str, Any]:
    return person.get("/api/v1/policy").json()


def change(admin: Person, /, **changes: Any) -> httpx.Response:
    """Publish the latest rules with these changes."""
    standing = rules(admin)
    latest = standing["upcoming"] or standing
    representative = latest["representative"]
    body = {name: latest[name] for name in TERMS} | {
        "base_version": latest["version"],
        "representative": representative["id"] if representative else None,
    }
    return admin.put("/api/v1/policy", body | changes)


def wait(office: Office, clock: Clock, **amount: float) -> None:
    """Time goes by; whoever is still here connects again, for tokens have expired."""
    clock.forward(**amount)
    for person in (office.admin, *office.people.values()):
        if person.get("/api/v1/me").status_code == 401:
            person.connect()
