"""Items and handoffs come into being when something is first said of them."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from ..db import insert, new_id
from .models import Handoff, Item


@dataclass(frozen=True, slots=True)
class SeenItem:
    """An item as its page shows it."""

    tool: str
    host: str
    key: str
    kind: str
    title: str

    def is_item(self, item: Item) -> bool:
        """True when both are the same (tool, host, key)."""
        return (self.tool, self.host, self.key) == (item.tool, item.host, item.key)


def record_item(session: Session, organisation_id: UUID, seen: SeenItem) -> UUID:
    """The id of this item, made if new; its title becomes the one just seen."""
    statement = insert(Item).values(
        organisation_id=organisation_id,
        id=new_id(),
        tool=seen.tool,
        host=seen.host,
        key=seen.key,
        kind=seen.kind,
        title=seen.title,
    )
    return session.execute(
        statement.on_conflict_do_update(
            index_elements=["organisation_id", "tool", "host", "key"],
            set_={"title": statement.excluded.title},
        ).returning(Item.id)
    ).scalar_one()


def record_handoff(session: Session, organisation_id: UUID, seen: SeenItem, provider_id: UUID) -> UUID:
    """The id of the handoff (item, provider), made if new."""
    item_id = record_item(session, organisation_id, seen)
    session.execute(
        insert(Handoff)
        .values(organisation_id=organisation_id, id=new_id(), item_id=item_id, provider_id=provider_id)
        .on_conflict_do_nothing(index_elements=["organisation_id", "item_id", "provider_id"])
    )
    return session.execute(
        select(Handoff.id).where(
            Handoff.organisation_id == organisation_id,
            Handoff.item_id == item_id,
            Handoff.provider_id == provider_id,
        )
    ).scalar_one()
