"""Who is who: organisations, members, and which member a tool's handle means."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Select, delete, func, or_, select, tuple_
from sqlalchemy.orm import Session

from ..db import insert, new_id, reading, utc_now, writing
from ..errors import UNSTORABLE, Problem, bad_field
from ..paging import Page, cut, decode_cursor, encode_cursor, storable
from .models import Alias, Member, Organisation, Role, Team

_EMAIL = re.compile(r"[^@\s\x00-\x1f]+@[^@\s\x00-\x1f]+\.?[^@\s\x00-\x1f]*")
_MOST_SUGGESTIONS = 5


@dataclass(frozen=True, slots=True)
class SubjectRef:
    """Somebody as a request names them: a member's id, or what the page shows of them."""

    member: UUID | None = None
    handle: str | None = None
    name: str | None = None
    email: str | None = None

    @property
    def named(self) -> bool:
        """True when it names anybody at all. A display name alone is too ambiguous to count."""
        return any((self.member, self.handle, self.email))


def organisations() -> Sequence[Organisation]:
    """All organisations of this server, oldest first."""
    with reading(None) as session:
        return session.execute(select(Organisation).order_by(Organisation.created_at)).scalars().all()


def organisation(organisation_id: UUID) -> Organisation:
    """The organisation of a credential."""
    with reading(organisation_id) as session:
        return session.execute(select(Organisation).where(Organisation.organisation_id == organisation_id)).scalar_one()


def check_email(email: str) -> str:
    """`email` in the form we keep: trimmed, lower case. Raises 422 when it is no address."""
    kept = email.strip().lower()
    if len(kept) > 254 or not _EMAIL.fullmatch(kept):
        raise bad_field("#/email", f"{email!r} is not an e-mail address.")
    return kept


def check_name(name: str) -> str:
    """`name` as we keep it. Raises 422 when blank, too long, or with characters that cannot be shown."""
    kept = " ".join(name.split())
    if not kept or len(kept) > 120 or not kept.isprintable():
        raise bad_field("#/name", "Give a name of 1 to 120 characters.")
    return kept


def add_member(
    organisation_id: UUID,
    email: str,
    *,
    name: str | None = None,
    team: str | None = None,
    role: Role = Role.MEMBER,
) -> tuple[Member, bool]:
    """The member with this e-mail address, and whether they are new, or back after having left.

    For somebody who is a member already nothing changes, and who comes back finds name, team and role as they were.
    The name, unless given, is read off the address.
    """
    kept_email = check_email(email)
    kept_name = check_name(name or kept_email.split("@")[0].replace(".", " ").replace("_", " ").title())
    team_name = check_name(team) if team else None
    with writing(organisation_id) as session:
        by_email = _members(organisation_id).where(Member.email == kept_email)
        standing = session.execute(by_email).scalar_one_or_none()
        if standing is not None:
            is_back, standing.left_at = standing.left_at is not None, None
            return standing, is_back
        team_id = _team_id(session, organisation_id, team_name) if team_name else None
        made = session.execute(
            insert(Member)
            .values(
                organisation_id=organisation_id,
                id=new_id(),
                email=kept_email,
                name=kept_name,
                role=role,
                team_id=team_id,
                joined_at=utc_now(),
            )
            .on_conflict_do_nothing(index_elements=["organisation_id", "email"])
            .returning(Member.id)
        ).scalar_one_or_none()
        return session.execute(by_email).scalar_one(), made is not None


def _team_id(session: Session, organisation_id: UUID, name: str) -> UUID:
    session.execute(
        insert(Team)
        .values(organisation_id=organisation_id, id=new_id(), name=name)
        .on_conflict_do_nothing(index_elements=["organisation_id", "name"])
    )
    return session.execute(
        select(Team.id).where(Team.organisation_id == organisation_id, Team.name == name)
    ).scalar_one()


def member_by_email(organisation_id: UUID, email: str) -> Member | None:
    """The member with this address, if there is one."""
    if UNSTORABLE.search(email):
        return None
    with reading(organisation_id) as session:
        return session.execute(
            _members(organisation_id).where(Member.email == email.strip().lower())
        ).scalar_one_or_none()


def members(organisation_id: UUID) -> Sequence[Member]:
    """All members, by name, those who have left included; who has been erased is nobody any more."""
    with reading(organisation_id) as session:
        return (
            session.execute(
                _members(organisation_id).where(Member.erased_at.is_(None)).order_by(Member.name, Member.id)
            )
            .scalars()
            .all()
        )


def member_count(session: Session, organisation_id: UUID) -> int:
    """How many members the organisation has, those who have left not counted."""
    return session.execute(
        select(func.count())
        .select_from(Member)
        .where(Member.organisation_id == organisation_id, Member.left_at.is_(None))
    ).scalar_one()


def other_admins(session: Session, organisation_id: UUID, member_id: UUID) -> bool:
    """True when somebody else can administer the organisation."""
    return (
        session.execute(
            _present(organisation_id).where(Member.role == Role.ADMIN, Member.id != member_id).limit(1)
        ).scalar_one_or_none()
        is not None
    )


def move(organisation_id: UUID, member_id: UUID, team: str | None) -> Member:
    """Put a member into another team (made if new), or into none.

    What was given and received keeps the teams of its day. Raises 422 for a team's name that cannot be kept.
    """
    team_name = check_name(team) if team else None
    with writing(organisation_id) as session:
        moved = session.execute(_members(organisation_id).where(Member.id == member_id)).scalar_one()
        moved.team_id = _team_id(session, organisation_id, team_name) if team_name else None
        session.flush()
        session.refresh(moved)
        return moved


def member(session: Session, organisation_id: UUID, member_id: UUID) -> Member | None:
    """One member of the organisation; None for an id of anywhere else."""
    return session.execute(_members(organisation_id).where(Member.id == member_id)).scalar_one_or_none()


def search(organisation_id: UUID, q: str, *, cursor: str | None, limit: int) -> Page[Member]:
    """Members whose name or address contains `q`, by name. An empty `q` lists everybody who has not left."""
    query = _present(organisation_id).order_by(Member.name, Member.id).limit(limit + 1)
    if q.strip():
        escaped = q.strip().lower().replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
        part = f"%{escaped}%"
        query = query.where(or_(func.lower(Member.name).like(part, escape="\\"), Member.email.like(part, escape="\\")))
    if cursor is not None:
        name, member_id = decode_cursor(cursor, _name_and_id)
        query = query.where(tuple_(Member.name, Member.id) > tuple_(name, member_id))
    with reading(organisation_id) as session:
        found = session.execute(query).scalars().all()
    return cut(found, limit, lambda last: encode_cursor(last.name, str(last.id)))


def _name_and_id(name: str, member_id: str) -> tuple[str, UUID]:
    return storable(name), UUID(member_id)


def confirm_alias(
    organisation_id: UUID,
    *,
    tool: str,
    host: str,
    handle: str,
    member_id: UUID,
    confirmed_by: UUID | None = None,
) -> None:
    """From now on `handle` in (tool, host) means this member. An admin's word replaces an earlier one."""
    with writing(organisation_id) as session:
        statement = insert(Alias).values(
            organisation_id=organisation_id,
            tool=tool,
            host=host,
            handle=handle.casefold(),
            member_id=member_id,
            confirmed_by_id=confirmed_by,
            confirmed_at=utc_now(),
        )
        session.execute(
            statement.on_conflict_do_update(
                index_elements=["organisation_id", "tool", "host", "handle"],
                set_={
                    "member_id": statement.excluded.member_id,
                    "confirmed_by_id": statement.excluded.confirmed_by_id,
                    "confirmed_at": statement.excluded.confirmed_at,
                    "learned_from": None,
                },
            )
        )


def learn_alias(
    session: Session, organisation_id: UUID, tool: str, host: str, ref: SubjectRef, picked_by: UUID, learned_from: UUID
) -> None:
    """Remember the pick a colleague made from the directory. Never changes whom a handle means already."""
    if ref.member is None or not ref.handle:
        return
    if identify(session, organisation_id, tool, host, SubjectRef(handle=ref.handle, email=ref.email)) is not None:
        return
    session.execute(
        insert(Alias)
        .values(
            organisation_id=organisation_id,
            tool=tool,
            host=host,
            handle=ref.handle.casefold(),
            member_id=ref.member,
            confirmed_by_id=picked_by,
            confirmed_at=utc_now(),
            learned_from=learned_from,
        )
        .on_conflict_do_nothing(index_elements=["organisation_id", "tool", "host", "handle"])
    )


def unlearn_alias(session: Session, organisation_id: UUID, learned_from: UUID, picked_by: UUID) -> None:
    """Take back what a withdrawn rating taught: a wrong pick must not stand for everybody.

    Only what its rater picked: the same id can be that of somebody else's note.
    """
    session.execute(
        delete(Alias).where(
            Alias.organisation_id == organisation_id,
            Alias.learned_from == learned_from,
            Alias.confirmed_by_id == picked_by,
        )
    )


def identify(session: Session, organisation_id: UUID, tool: str, host: str, ref: SubjectRef) -> Member | None:
    """The one member `ref` certainly means: by id, else by alias, else by exact e-mail address; else None.

    Names and likenesses never decide: two people can share them.
    """
    if ref.member is not None:
        return member(session, organisation_id, ref.member)
    if ref.handle is not None:
        known = session.execute(
            _members(organisation_id)
            .join(Alias, (Alias.organisation_id == Member.organisation_id) & (Alias.member_id == Member.id))
            .where(Alias.tool == tool, Alias.host == host, Alias.handle == ref.handle.casefold())
        ).scalar_one_or_none()
        if known is not None:
            return known
    for address in (ref.email, ref.handle):
        if address and "@" in address:
            found = session.execute(
                _members(organisation_id).where(Member.email == address.strip().lower())
            ).scalar_one_or_none()
            if found is not None:
                return found
    return None


def identified(session: Session, organisation_id: UUID, tool: str, host: str, ref: SubjectRef, at: str) -> Member:
    """As `identify`, but raises 422 `unknown-subject` (pointing at field `at`) when it is not certain who is meant."""
    if not ref.named:
        raise bad_field(at, "Say who: a member, a handle or an e-mail address.")
    found = identify(session, organisation_id, tool, host, ref)
    if found is None:
        shown = ref.handle or ref.email or "this person"
        raise Problem(
            422,
            "unknown-subject",
            f"Nobody here is known as {shown} yet. Choose who it is, once.",
            errors=[{"pointer": at, "detail": "Not known as a member."}],
        )
    return found


def suggest(session: Session, organisation_id: UUID, ref: SubjectRef) -> Sequence[Member]:
    """Members whom `ref` may mean, for the person to choose from: same name, or the address begins like the handle."""
    likeness = [func.lower(Member.name) == text.lower() for text in (ref.name, ref.handle) if text]
    if ref.handle:
        local = ref.handle.split("@")[0].lower().replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
        likeness.append(Member.email.like(f"{local}@%", escape="\\"))
        likeness.append(Member.email.like(f"{local}.%", escape="\\"))
    if not likeness:
        return []
    return (
        session.execute(
            _present(organisation_id).where(or_(*likeness)).order_by(Member.name, Member.id).limit(_MOST_SUGGESTIONS)
        )
        .scalars()
        .all()
    )


def _members(organisation_id: UUID) -> Select[Member]:
    return select(Member).where(Member.organisation_id == organisation_id)


def _present(organisation_id: UUID) -> Select[Member]:
    return _members(organisation_id).where(Member.left_at.is_(None))
