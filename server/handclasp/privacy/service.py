"""Erasing a member, doing it again in a restored backup, and letting old data expire (rule 15)."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from pathlib import Path
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from ..audit.models import AuditAction, AuditEntry
from ..audit.service import ABOUT, record
from ..config import Config
from ..db import insert, reading, utc_now, writing
from ..errors import Problem, not_found
from ..people.models import Member
from ..people.service import member, organisations, other_admins
from .expiry import expire
from .forgetting import forget
from .models import Erasure
from .record import Erased, remember, remembered

__all__ = ("erase", "expire", "refuse_only_admin", "replay")

log = logging.getLogger(__name__)


def erase(data_dir: Path, organisation_id: UUID, member_id: UUID) -> None:
    """Erase a member everywhere, for good.

    They are put on the list in the data folder first: should the server fail in between, the next start erases
    them. Again, it changes nothing. Raises 404 for nobody of this organisation, 409 `only-admin`.
    """
    with reading(organisation_id) as session:
        found = member(session, organisation_id, member_id)
        if found is None:
            raise not_found()
        if found.erased_at is not None:
            return
        refuse_only_admin(session, found)
        same_person = [member_id, *_merged_into(session, organisation_id, member_id)]
    now = utc_now()
    remember(data_dir, [Erased(now, organisation_id, who) for who in same_person])
    _erase(Erased(now, organisation_id, member_id))


def refuse_only_admin(session: Session, who: Member) -> None:
    """Somebody must remain who can administer. Raises 409 `only-admin`."""
    if not other_admins(session, who.organisation_id, who.id):
        raise Problem(
            409,
            "only-admin",
            f"{who.name} is the only admin. Make another first: handclasp invite EMAIL --role admin",
        )


def _merged_into(session: Session, organisation_id: UUID, member_id: UUID) -> Iterable[UUID]:
    """The accounts that were merged into this one: a backup from before holds the same person under them."""
    merges = session.execute(
        select(AuditEntry.detail).where(
            AuditEntry.organisation_id == organisation_id, AuditEntry.action == AuditAction.MERGE
        )
    ).scalars()
    into = {str(merge.get("from")): str(merge.get(ABOUT)) for merge in merges}
    for former in into:
        last = former
        while last in into:
            last = into[last]
        if last == str(member_id):
            yield UUID(former)


def _erase(erased: Erased) -> None:
    organisation_id = erased.organisation_id
    with writing(organisation_id) as session:
        found = session.execute(
            select(Member)
            .where(Member.organisation_id == organisation_id, Member.id == erased.member_id)
            .with_for_update(of=Member)
        ).scalar_one()
        if found.erased_at is not None:
            return  # another process came first
        forget(session, found, erased.erased_at)
        _note_down(session, erased)
        record(session, organisation_id, None, AuditAction.ERASURE, {})


def _note_down(session: Session, erased: Erased) -> None:
    session.execute(
        insert(Erasure)
        .values(organisation_id=erased.organisation_id, member_id=erased.member_id, erased_at=erased.erased_at)
        .on_conflict_do_nothing()
    )


def replay(config: Config) -> int:
    """Erase again whoever is on the list and stands in the database, as after a backup was brought back.

    Tells how many were erased. Whom the database knows as erased and the list does not is put on the list, so that
    a lost list, or another machine's, becomes whole. Needs an application context.
    """
    listed = remembered(config.data_dir)
    _complete(config.data_dir, listed)
    again = [erased for erased in listed if _stands(erased)]
    for erased in again:
        _erase(erased)
    if again:
        log.warning("erased again after a backup was brought back: %d", len(again))
    return len(again)


def _complete(data_dir: Path, listed: Sequence[Erased]) -> None:
    known = {(erased.organisation_id, erased.member_id) for erased in listed}
    missing: list[Erased] = []
    for organisation in organisations():
        with reading(organisation.organisation_id) as session:
            rows = session.execute(
                select(Erasure).where(Erasure.organisation_id == organisation.organisation_id)
            ).scalars()
            missing += [
                Erased(row.erased_at, row.organisation_id, row.member_id)
                for row in rows
                if (row.organisation_id, row.member_id) not in known
            ]
    if missing:
        remember(data_dir, missing)


def _stands(erased: Erased) -> bool:
    with reading(erased.organisation_id) as session:
        found = member(session, erased.organisation_id, erased.member_id)
    return found is not None and found.erased_at is None
