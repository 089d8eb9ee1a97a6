"""Signing in without passwords: one-time links, their codes, and the console's sessions."""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Select, delete, select, update
from sqlalchemy.orm import Session

from ..audit.models import AuditAction
from ..audit.service import ABOUT, record
from ..db import insert, new_id, reading, utc_now, writing
from ..errors import Problem, not_found
from ..people.models import Member
from ..people.service import member, member_by_email, organisations
from . import secrets
from .models import ConsoleSession, SignIn, SignInLink, SignInWay

LINK_LIVES = timedelta(days=7)
"""An invite waits over a week-end; a link is single-use and meant for one person."""
SESSION_LIVES = timedelta(days=30)
TOLD_FOR = timedelta(days=30)
"""How long a sign-in is told of, in every browser that has not been told."""
_MOST_WRONG_CODES = 5


@dataclass(frozen=True, slots=True)
class NewLink:
    """A one-time link's secret, the code that does the same, and until when both work."""

    secret: str
    code: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A new session: the secret for its cookie, and whose it is."""

    secret: str
    member: Member


def new_link(organisation_id: UUID, member_id: UUID, *, made_by: UUID | None = None) -> NewLink:
    """A new one-time link for a member. Earlier unused ones stop working.

    `made_by` None is the command line. A link that anybody but the member made stands in the log that all can read.
    Raises 409 `left` for somebody who has left, 404 for a member of anywhere else.
    """
    secret, code = secrets.mint("hcl", organisation_id), secrets.mint_code()
    expires_at = utc_now() + LINK_LIVES
    with writing(organisation_id) as session:
        values = {
            "secret_hash": secret.hash,
            "code_hash": secrets.digest(code),
            "wrong_codes": 0,
            "expires_at": expires_at,
            "used_at": None,
        }
        _refuse_left(member(session, organisation_id, member_id))
        session.execute(
            insert(SignInLink)
            .values(organisation_id=organisation_id, member_id=member_id, **values)
            .on_conflict_do_update(index_elements=["organisation_id", "member_id"], set_=values)
        )
        if made_by != member_id:
            record(session, organisation_id, made_by, AuditAction.SIGN_IN_LINK, {ABOUT: str(member_id)})
    return NewLink(secret.text, code, expires_at)


def _refuse_left(owner: Member | None) -> None:
    if owner is None:
        raise not_found()
    if owner.left_at is not None:
        raise Problem(409, "left", f"{owner.name} has left and cannot sign in. Invite them to bring them back.")


def link_owner(text: str) -> Member | None:
    """Whom this link would sign in; None when it is unknown, used or expired. Uses nothing up."""
    secret = secrets.parse("hcl", text)
    if secret is None:
        return None
    with reading(secret.organisation_id) as session:
        member_id = session.execute(
            select(SignInLink.member_id).where(
                SignInLink.organisation_id == secret.organisation_id,
                SignInLink.secret_hash == secret.hash,
                SignInLink.used_at.is_(None),
                SignInLink.expires_at > utc_now(),
            )
        ).scalar_one_or_none()
        owner = member(session, secret.organisation_id, member_id) if member_id else None
        return owner if owner and owner.left_at is None else None


def sign_in_by_link(text: str) -> SignedIn | None:
    """Use the link up and start a session; None when it is unknown, used or expired."""
    secret = secrets.parse("hcl", text)
    return _use(secret.organisation_id, secret.hash, SignInWay.LINK) if secret else None


def sign_in_by_code(email: str, typed: str) -> SignedIn | None:
    """As by link, with the e-mail address and the code. After five wrong ones the code is worth nothing any more; the
    link still is, so that a stranger who guesses locks nobody out.
    """
    code_hash = secrets.digest(secrets.normalise_code(typed))
    for organisation in organisations():
        # Looked at first: an address nobody has must not take the writers' turn.
        if member_by_email(organisation.organisation_id, email) is None:
            continue
        link_hash = _link_for_code(organisation.organisation_id, email, code_hash)
        if link_hash is not None:
            return _use(organisation.organisation_id, link_hash, SignInWay.CODE)
    return None


def _link_for_code(organisation_id: UUID, email: str, code_hash: bytes) -> bytes | None:
    with writing(organisation_id) as session:
        link = session.execute(
            select(SignInLink)
            .join(
                Member,
                (Member.organisation_id == SignInLink.organisation_id) & (Member.id == SignInLink.member_id),
            )
            .where(
                SignInLink.organisation_id == organisation_id,
                Member.email == email.strip().lower(),
                SignInLink.used_at.is_(None),
                SignInLink.expires_at > utc_now(),
                SignInLink.wrong_codes < _MOST_WRONG_CODES,
            )
            .with_for_update(of=SignInLink)
        ).scalar_one_or_none()
        if link is None:
            return None
        if not hmac.compare_digest(link.code_hash, code_hash):
            link.wrong_codes += 1
            return None
        return link.secret_hash


def _use(organisation_id: UUID, link_hash: bytes, way: SignInWay) -> SignedIn | None:
    now, session_id = utc_now(), new_id()
    secret = secrets.mint("hcs", organisation_id)
    with writing(organisation_id) as session:
        # One statement decides who used it: of two clicks at once, one finds used_at already set.
        member_id = session.execute(
            update(SignInLink)
            .where(
                SignInLink.organisation_id == organisation_id,
                SignInLink.secret_hash == link_hash,
                SignInLink.used_at.is_(None),
                SignInLink.expires_at > now,
            )
            .values(used_at=now)
            .returning(SignInLink.member_id)
        ).scalar_one_or_none()
        found = member(session, organisation_id, member_id) if member_id else None
        if found is None or found.left_at is not None:
            return None
        session.add(
            SignIn(organisation_id=organisation_id, id=session_id, member_id=found.id, at=now, way=way),
        )
        session.add(
            ConsoleSession(
                organisation_id=organisation_id,
                secret_hash=secret.hash,
                id=session_id,
                member_id=found.id,
                started_at=now,
                expires_at=now + SESSION_LIVES,
            )
        )
    return SignedIn(secret.text, found)


def session_owner(text: str) -> Member | None:
    """Whose console session this is; None when it is unknown, ended or expired."""
    secret = secrets.parse("hcs", text)
    if secret is None:
        return None
    with reading(secret.organisation_id) as session:
        found = session.execute(
            select(ConsoleSession).where(
                ConsoleSession.organisation_id == secret.organisation_id,
                ConsoleSession.secret_hash == secret.hash,
                ConsoleSession.expires_at > utc_now(),
            )
        ).scalar_one_or_none()
    return found.member if found and found.member.left_at is None else None


def sessions(organisation_id: UUID, member_id: UUID) -> Sequence[ConsoleSession]:
    """The browsers in which a member is signed in to the console, latest first."""
    with reading(organisation_id) as session:
        return (
            session.execute(
                select(ConsoleSession)
                .where(
                    ConsoleSession.organisation_id == organisation_id,
                    ConsoleSession.member_id == member_id,
                    ConsoleSession.expires_at > utc_now(),
                )
                .order_by(ConsoleSession.started_at.desc())
            )
            .scalars()
            .all()
        )


def end_session(organisation_id: UUID, member_id: UUID, session_id: UUID) -> None:
    """End one of the member's own sessions. Another's, or an unknown one, is passed over."""
    with writing(organisation_id) as session:
        session.execute(
            delete(ConsoleSession).where(
                ConsoleSession.organisation_id == organisation_id,
                ConsoleSession.member_id == member_id,
                ConsoleSession.id == session_id,
            )
        )


def sign_out(text: str) -> None:
    """End this session. An unknown one is ended already."""
    secret = secrets.parse("hcs", text)
    if secret is None:
        return
    with writing(secret.organisation_id) as session:
        session.execute(
            delete(ConsoleSession).where(
                ConsoleSession.organisation_id == secret.organisation_id,
                ConsoleSession.secret_hash == secret.hash,
            )
        )


def end_all(session: Session, organisation_id: UUID, member_id: UUID) -> None:
    """Sign a member out of every browser, and make their one-time link worthless."""
    for table in (ConsoleSession, SignInLink):
        session.execute(delete(table).where(table.organisation_id == organisation_id, table.member_id == member_id))


def untold(text: str) -> Sequence[SignIn]:
    """The sign-ins of the last 30 days that this console session has not told its member of, latest first.

    Its own is not among them. One that has ended is: it may have been a stranger's.
    """
    secret = secrets.parse("hcs", text)
    if secret is None:
        return []
    with reading(secret.organisation_id) as session:
        own = session.execute(_session(secret)).scalar_one_or_none()
        if own is None:
            return []
        since = utc_now() - TOLD_FOR
        return (
            session.execute(
                select(SignIn)
                .where(
                    SignIn.organisation_id == own.organisation_id,
                    SignIn.member_id == own.member_id,
                    SignIn.id != own.id,
                    SignIn.at > max(since, own.told_until or since),
                )
                .order_by(SignIn.at.desc(), SignIn.id.desc())
            )
            .scalars()
            .all()
        )


def told(text: str, until: datetime) -> None:
    """The member has seen, in this browser, every sign-in up to `until`. Other browsers go on telling."""
    secret = secrets.parse("hcs", text)
    if secret is None:
        return
    with writing(secret.organisation_id) as session:
        own = session.execute(_session(secret)).scalar_one_or_none()
        if own is not None:
            # Never ahead of now: what is yet to come is told, too.
            until = min(until, utc_now())
            own.told_until = max(own.told_until or until, until)


def _session(secret: secrets.Secret) -> Select[ConsoleSession]:
    return select(ConsoleSession).where(
        ConsoleSession.organisation_id == secret.organisation_id, ConsoleSession.secret_hash == secret.hash
    )
