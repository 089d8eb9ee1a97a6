"""Notes: signed, delivered at once, never edited."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from ..auth.caller import Caller
from ..db import insert, utc_now, writing
from ..errors import Problem, bad_field, not_found
from ..handoffs.service import SeenItem, record_item
from ..limits import service as limits
from ..mutes.models import Quiet
from ..mutes.service import quiet
from ..people.service import SubjectRef, identified, learn_alias
from ..repairs import service as repairs
from .models import Note, NoteKind


@dataclass(frozen=True, slots=True)
class NoteCommand:
    """A note as its author sends it. `item` is None for thanks without a handoff."""

    kind: NoteKind
    recipient: SubjectRef
    item: SeenItem | None
    text: str


def put(caller: Caller, note_id: UUID, command: NoteCommand) -> tuple[Note, bool]:
    """Deliver the note, and tell whether it is new. The same again changes nothing.

    Raises 404 for another author's id, 409 `note-sent` when this id was sent with other words, `id-used` when it is a
    rating's, 422 `self`, `left`
    or `unknown-subject`, 429 `limit`.
    """
    with writing(caller.organisation_id) as session:
        existing = _own(session, caller, note_id)
        if existing is None:
            is_new = _insert(session, caller, note_id, command)
            existing = _own(session, caller, note_id)
            if existing is None:
                raise not_found()
            if is_new:
                limits.count(session, caller.organisation_id, limits.What.NOTE, caller.member_id, existing.recipient_id)
                return existing, True
        if not _says(existing, command):
            raise Problem(409, "note-sent", "This note has been delivered and stays as it is. Send another one.")
        return existing, False


def _insert(session: Session, caller: Caller, note_id: UUID, command: NoteCommand) -> bool:
    organisation_id, item = caller.organisation_id, command.item
    tool, host = (item.tool, item.host) if item else ("", "")
    recipient = identified(session, organisation_id, tool, host, command.recipient, "#/recipient")
    if recipient.id == caller.member_id:
        raise bad_field("#/recipient", "Nobody writes a note to themselves. Choose a colleague.", code="self")
    if recipient.left_at is not None:
        raise bad_field(
            "#/recipient", f"{recipient.name} has left and reads no notes. Choose a colleague.", code="left"
        )
    if item is not None:
        learn_alias(session, organisation_id, tool, host, command.recipient, caller.member_id, note_id)
    item_id = record_item(session, organisation_id, item) if item else None
    now, kept_away = utc_now(), quiet(session, organisation_id, recipient.id, caller.member_id)
    inserted = session.execute(
        insert(Note)
        .values(
            organisation_id=organisation_id,
            id=note_id,
            author_id=caller.member_id,
            recipient_id=recipient.id,
            kind=command.kind,
            item_id=item_id,
            text=command.text,
            author_team_id=caller.team_id,
            recipient_team_id=recipient.team_id,
            written_at=now,
            read_at=now if kept_away is Quiet.MUTE else None,
            hidden=kept_away is Quiet.BLOCK,
        )
        .on_conflict_do_nothing()
        .returning(Note.id)
    ).scalar_one_or_none()
    if inserted is not None and command.kind is NoteKind.WORD:
        # Rule 13: what is said in private can be answered and repaired.
        repairs.start(
            session,
            organisation_id,
            note_id,
            customer_id=caller.member_id,
            provider_id=recipient.id,
            item_id=item_id,
            text=command.text,
            visible_at=now,
            anew=True,
        )
    return inserted is not None


def _says(note: Note, command: NoteCommand) -> bool:
    same_item = command.item.is_item(note.item) if command.item and note.item else command.item is note.item
    same_recipient = command.recipient.member in (None, note.recipient_id)
    return same_item and same_recipient and (note.kind, note.text) == (command.kind, command.text)


def _own(session: Session, caller: Caller, note_id: UUID) -> Note | None:
    note = session.execute(
        select(Note).where(Note.organisation_id == caller.organisation_id, Note.id == note_id)
    ).scalar_one_or_none()
    if note is not None and note.author_id != caller.member_id:
        raise not_found()
    return note
