"""Fills a new Trac project: run by Trac's own Python with the project's path, JSON on standard input.

Uses Trac's models, so that tickets come out exactly as Trac makes them.
"""

from __future__ import annotations

import json
import sys

from trac.env import open_environment
from trac.perm import PermissionSystem
from trac.ticket.model import Ticket


def main() -> None:
    seed = json.load(sys.stdin)
    project = open_environment(sys.argv[1])
    project.config.set("notification", "smtp_enabled", "disabled")
    project.config.set("header_logo", "src", "")  # Trac shows the project's name instead.
    project.config.save()
    with project.db_transaction as db:
        for user in seed["users"]:
            db("INSERT INTO session VALUES (%s, 1, 0)", (user["login"],))
            for name in ("name", "email"):
                db("INSERT INTO session_attribute VALUES (%s, 1, %s, %s)", (user["login"], name, user[name]))
    project.invalidate_known_users_cache()
    PermissionSystem(project).grant_permission("authenticated", "TICKET_ADMIN")
    for fields in seed["tickets"]:
        ticket = Ticket(project)
        for name, value in fields.items():
            ticket[name] = value
        if fields["status"] == "closed":
            ticket["resolution"] = "fixed"
        ticket.insert()


main()
