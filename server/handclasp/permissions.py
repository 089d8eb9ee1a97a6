"""Who may call a route. Every route declares one; a route without one stops the start of the server."""

from __future__ import annotations

import enum


class Permission(enum.Enum):
    """`PUBLIC` asks for nothing. The next three want a bearer token, the last two the console's session."""

    PUBLIC = "public"
    MEMBER = "member"
    ADMIN = "admin"
    EXPORT = "export"
    CONSOLE_MEMBER = "console member"
    CONSOLE_ADMIN = "console admin"

    @property
    def by_token(self) -> bool:
        """True for the API, where only an `Authorization: Bearer` header counts, never a cookie."""
        return self in (Permission.MEMBER, Permission.ADMIN, Permission.EXPORT)

    @property
    def by_session(self) -> bool:
        """True for the console's pages, where the session cookie counts, never a token."""
        return self in (Permission.CONSOLE_MEMBER, Permission.CONSOLE_ADMIN)

    @property
    def for_admins(self) -> bool:
        """True where only an admin of the organisation may pass."""
        return self in (Permission.ADMIN, Permission.EXPORT, Permission.CONSOLE_ADMIN)

    @property
    def scopes(self) -> frozenset[str]:
        """Token scopes of which one is needed."""
        return frozenset({"member", "export"}) if self is Permission.EXPORT else frozenset({"member"})
