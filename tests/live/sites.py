"""The real tools, and who is who in them."""

from __future__ import annotations

from dataclasses import dataclass

from tests.support import mediawiki, redmine
from tests.support.etherpad import EtherpadSite
from tests.support.mediawiki import MediawikiSite
from tests.support.redmine import RedmineSite
from tests.support.server import HandclaspServer
from tests.support.site import ToolSite
from tests.support.trac import ANA, TracSite


@dataclass(frozen=True)
class Sites:
    """Each tool, running."""

    trac: TracSite
    redmine: RedmineSite
    mediawiki: MediawikiSite
    etherpad: EtherpadSite

    @property
    def all(self) -> tuple[ToolSite, ...]:
        """All of them."""
        return (self.trac, self.redmine, self.mediawiki, self.etherpad)

    def confirm_accounts(self, server: HandclaspServer) -> None:
        """Tell Handclasp which accounts are Ana's; Etherpad has no accounts."""
        server.cli("alias", "redmine", self.redmine.host, str(redmine.number(ANA)), ANA.email)
        server.cli("alias", "mediawiki", self.mediawiki.host, mediawiki.account(ANA), ANA.email)
