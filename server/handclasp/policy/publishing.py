"""How the rules change: versions, their notice, and the countersignature (rule 12)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from ..audit import service as audit
from ..audit.models import AuditAction
from ..auth.caller import Caller
from ..db import reading, utc_now, writing
from ..errors import Problem, bad_field, not_found
from ..people.models import Member, Organisation, Role
from ..people.service import member_count
from .changes import REPRESENTATIVE, Change, Terms, changes_between
from .models import Attribution, Policy
from .service import PURPOSES, UNDO_SECONDS, next_release_on, policy_in_force, teammates_may_rate

NOTICE = timedelta(days=30)
"""A looser version binds no sooner than this after it was published."""


@dataclass(frozen=True, slots=True)
class Version:
    """One version, with what it changes in the rules that bound when it was published."""

    policy: Policy
    terms: Terms
    changes: Sequence[Change]
    representative: Member | None
    published_by: Member | None

    @property
    def looser(self) -> bool:
        """True when any part of it protects colleagues less than before."""
        return any(change.looser for change in self.changes)

    @property
    def waits_for_signature(self) -> bool:
        """True while only the representative's signature can bring it into force."""
        policy = self.policy
        return policy.needs_countersignature and policy.countersigned_at is None and policy.withdrawn_at is None


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules in force, with all that follows from them, and what is about to change."""

    in_force: Version
    upcoming: Version | None
    teammates_may_rate: bool
    next_release_on: date | None
    representative_is_here: bool
    undo_seconds: int = UNDO_SECONDS
    purposes: Sequence[str] = PURPOSES


@dataclass(frozen=True, slots=True)
class PolicyCommand:
    """The rules an admin wants, and the version they had before their eyes."""

    base_version: int
    terms: Terms


@dataclass(frozen=True, slots=True)
class Outlook:
    """What publishing would do: the changes, from when they bind, and whether a signature is needed first."""

    changes: Sequence[Change]
    published_at: datetime
    in_force_at: datetime
    needs_countersignature: bool

    @property
    def in_force_later(self) -> bool:
        """True when notice is given first."""
        return self.in_force_at > self.published_at

    @property
    def looser(self) -> bool:
        """True when any change is."""
        return any(change.looser for change in self.changes)


def rules(organisation_id: UUID) -> Rules:
    """What holds now and what is about to change, for every member to read."""
    with reading(organisation_id) as session:
        now = utc_now()
        policy = policy_in_force(session, organisation_id, now)
        told = _told(session, organisation_id)
        latest = _latest(session, organisation_id)
        pooled = policy.attribution is Attribution.POOLED
        representative = _representative(session, policy)
        return Rules(
            in_force=told[policy.version],
            upcoming=told[latest.version] if latest.version != policy.version else None,
            teammates_may_rate=teammates_may_rate(policy, member_count(session, organisation_id)),
            next_release_on=next_release_on(policy, now) if pooled else None,
            representative_is_here=representative is not None and _is_eligible(representative),
        )


def versions(organisation_id: UUID) -> Sequence[Version]:
    """Every version ever published, latest first."""
    with reading(organisation_id) as session:
        return sorted(_told(session, organisation_id).values(), key=lambda version: -version.policy.version)


def nothing_is_settled(organisation_id: UUID) -> bool:
    """True while the first version stands and nobody but its admin has come: the first steps are still to be taken."""
    with reading(organisation_id) as session:
        return _latest(session, organisation_id).version == 1 and _nobody_was_promised_anything(
            session, organisation_id
        )


def is_representative(policy: Policy, member: Member) -> bool:
    """True when `member` is the employee representative that `policy` names, and can act as such."""
    return policy.representative_id == member.id and _is_eligible(member)


def outlook(organisation_id: UUID, terms: Terms) -> Outlook:
    """What publishing `terms` would do now. Raises 422 and 409 as `publish` does; stores nothing."""
    with reading(organisation_id) as session:
        return _outlook(session, organisation_id, terms, utc_now())


def publish(caller: Caller, command: PolicyCommand) -> tuple[Version, bool]:
    """Publish a new version, and tell whether it is new (the same as the latest again changes nothing).

    Stricter ones bind at once. One that is looser in any part binds 30 days later, and if the rules in force name
    an employee representative not before they have countersigned it. While there is one member, nobody was
    promised anything: all binds at once. A version that was still to come is withdrawn in favour of this one.
    Raises 409 `policy-moved-on` when another version has been published since `base_version`, `nothing-changes`,
    `representative-gone`; 422 for terms that contradict each other or a representative who cannot be one.
    """
    organisation_id, terms = caller.organisation_id, command.terms
    with writing(organisation_id) as session:
        _take_turn(session, organisation_id)
        now = utc_now()
        latest = _latest(session, organisation_id)
        if Terms.of(latest) == terms:
            return _told(session, organisation_id)[latest.version], False
        if command.base_version != latest.version:
            raise _moved_on(latest)
        ahead = _outlook(session, organisation_id, terms, now)
        if latest.version != policy_in_force(session, organisation_id, now).version:
            _withdraw(session, caller, latest, now)
        version = _next_number(session, organisation_id)
        session.add(_row(caller, version, terms, ahead, now))
        session.flush()
        _log(session, caller, version, "published")
        return _told(session, organisation_id)[version], True


def countersign(caller: Caller, version: int) -> Version:
    """The employee representative's signature: from now on the version binds when its notice is over.

    Signing again changes nothing. Raises 403 for anybody else, 404 for an unknown version, 409 for one that was
    withdrawn or needs no signature.
    """
    organisation_id = caller.organisation_id
    with writing(organisation_id) as session:
        _take_turn(session, organisation_id)
        now = utc_now()
        policy = _version(session, organisation_id, version)
        check_representative(session, caller, policy_in_force(session, organisation_id, now))
        if policy.withdrawn_at is not None:
            raise Problem(409, "policy-withdrawn", f"Version {version} was withdrawn. There is nothing to sign.")
        if not policy.needs_countersignature:
            raise Problem(409, "no-signature-needed", f"Version {version} needs no signature.")
        if policy.countersigned_at is None:
            policy.countersigned_at, policy.countersigned_by_id = now, caller.member_id
            policy.in_force_at = max(policy.in_force_at, now)
            session.flush()
            _log(session, caller, version, "countersigned")
        return _told(session, organisation_id)[version]


def withdraw(caller: Caller, version: int) -> Version:
    """Call a version off that has not come into force. Again, it changes nothing. Raises 404, or 409 when it binds."""
    organisation_id = caller.organisation_id
    with writing(organisation_id) as session:
        _take_turn(session, organisation_id)
        now = utc_now()
        policy = _version(session, organisation_id, version)
        if policy.withdrawn_at is None:
            if version <= policy_in_force(session, organisation_id, now).version:
                raise Problem(
                    409, "policy-in-force", f"Version {version} has come into force. Publish a new version instead."
                )
            _withdraw(session, caller, policy, now)
            session.flush()
        return _told(session, organisation_id)[version]


def check_representative(session: Session, caller: Caller, policy: Policy) -> None:
    """Raise 403 unless the caller is the employee representative whom `policy` names."""
    representative = _representative(session, policy)
    if representative is None or representative.id != caller.member_id or not _is_eligible(representative):
        raise Problem(
            403, "representative-only", "Only the employee representative whom the policy names may sign this."
        )


def _take_turn(session: Session, organisation_id: UUID) -> None:
    """One change of the rules at a time: whoever comes second sees what the first has done."""
    session.execute(
        select(Organisation.organisation_id)
        .where(Organisation.organisation_id == organisation_id)
        # Not the key: rows that point at the organisation go on being stored meanwhile.
        .with_for_update(key_share=True)
    ).one()


def _latest(session: Session, organisation_id: UUID) -> Policy:
    """The version still to come, or else the one in force."""
    return session.execute(
        select(Policy)
        .where(Policy.organisation_id == organisation_id, Policy.withdrawn_at.is_(None))
        .order_by(Policy.version.desc())
        .limit(1)
    ).scalar_one()


def _version(session: Session, organisation_id: UUID, version: int) -> Policy:
    # No database has heard of a larger number; asked for one, it would stumble.
    found = session.get(Policy, (organisation_id, version)) if version < 2**31 else None
    if found is None:
        raise not_found()
    return found


def _next_number(session: Session, organisation_id: UUID) -> int:
    highest = select(func.max(Policy.version)).where(Policy.organisation_id == organisation_id)
    return session.execute(highest).scalar_one() + 1


def _outlook(session: Session, organisation_id: UUID, terms: Terms, now: datetime) -> Outlook:
    _check_terms(terms)
    policy = policy_in_force(session, organisation_id, now)
    standing = Terms.of(policy)
    if terms == standing:
        raise Problem(
            409, "nothing-changes", "These are the rules in force. To keep them, withdraw the version still to come."
        )
    _check_new_representative(session, organisation_id, standing, terms)
    people = _people(session, organisation_id, {standing.representative, terms.representative})
    changes = changes_between(standing, terms, lambda member_id: people[member_id].name)
    if not any(change.looser for change in changes) or _nobody_was_promised_anything(session, organisation_id):
        return Outlook(changes, now, now, False)
    return Outlook(changes, now, now + NOTICE, _needs_signature(session, policy, changes))


def _check_terms(terms: Terms) -> None:
    if terms.colluders > terms.k - 2:
        raise bad_field("#/colluders", f"At most k less 2, so here at most {terms.k - 2}.")
    if terms.named_exports and terms.attribution is Attribution.POOLED:
        raise bad_field("#/named_exports", "Pooled ratings have no names to export. Switch exports with names off.")


def _check_new_representative(session: Session, organisation_id: UUID, standing: Terms, terms: Terms) -> None:
    if terms.representative in (None, standing.representative):
        return
    found = session.get(Member, (organisation_id, terms.representative))
    if found is None or not _is_eligible(found):
        raise bad_field(
            f"#/{REPRESENTATIVE}",
            "Name a member who is not an admin and has not left.",
            code="not-a-representative",
        )


def _is_eligible(member: Member) -> bool:
    return member.role is not Role.ADMIN and member.left_at is None and member.erased_at is None


def _representative(session: Session, policy: Policy) -> Member | None:
    if policy.representative_id is None:
        return None
    return session.get(Member, (policy.organisation_id, policy.representative_id))


def _needs_signature(session: Session, policy: Policy, changes: Sequence[Change]) -> bool:
    representative = _representative(session, policy)
    if representative is None:
        return False
    if _is_eligible(representative):
        return True
    # Who is gone cannot sign; but then nothing may be loosened in passing except who signs.
    if any(change.looser and change.part != REPRESENTATIVE for change in changes):
        raise Problem(
            409,
            "representative-gone",
            "The employee representative is no longer here to countersign. Name another first, in a version of its "
            "own; it binds after 30 days.",
        )
    return False


def _nobody_was_promised_anything(session: Session, organisation_id: UUID) -> bool:
    # Whoever has left or was erased counts: what they gave is still here.
    everybody = select(func.count()).select_from(Member).where(Member.organisation_id == organisation_id)
    return session.execute(everybody).scalar_one() <= 1


def _row(caller: Caller, version: int, terms: Terms, ahead: Outlook, now: datetime) -> Policy:
    return Policy(
        organisation_id=caller.organisation_id,
        version=version,
        attribution=terms.attribution,
        k=terms.k,
        colluders=terms.colluders,
        calendar=terms.calendar,
        breakdown=terms.breakdown,
        retention_days=terms.retention_days,
        teammates_rate=terms.teammates_rate,
        named_exports=terms.named_exports,
        representative_id=terms.representative,
        published_at=now,
        published_by_id=caller.member_id,
        in_force_at=ahead.in_force_at,
        needs_countersignature=ahead.needs_countersignature,
    )


def _withdraw(session: Session, caller: Caller, policy: Policy, now: datetime) -> None:
    policy.withdrawn_at = now
    _log(session, caller, policy.version, "withdrawn")


def _log(session: Session, caller: Caller, version: int, what: str) -> None:
    detail = {"version": version, "what": what}
    audit.record(session, caller.organisation_id, caller.member_id, AuditAction.POLICY, detail)


def _moved_on(latest: Policy) -> Problem:
    return Problem(
        409,
        "policy-moved-on",
        f"Version {latest.version} has been published since. Read it, and make your change to that one.",
    )


def _people(session: Session, organisation_id: UUID, ids: Set[UUID | None]) -> Mapping[UUID, Member]:
    named = [member_id for member_id in ids if member_id is not None]
    found = session.execute(select(Member).where(Member.organisation_id == organisation_id, Member.id.in_(named)))
    return {member.id: member for member in found.scalars()}


def _told(session: Session, organisation_id: UUID) -> Mapping[int, Version]:
    """Every version by its number, with what it changed in the one that bound when it was published."""
    query = select(Policy).where(Policy.organisation_id == organisation_id).order_by(Policy.version)
    policies = session.execute(query).scalars().all()
    named = {member_id for policy in policies for member_id in (policy.representative_id, policy.published_by_id)}
    people = _people(session, organisation_id, named)
    told: dict[int, Version] = {}
    for policy in policies:
        terms = Terms.of(policy)
        base = _bound_at(told, policy.published_at)
        told[policy.version] = Version(
            policy=policy,
            terms=terms,
            changes=changes_between(base, terms, lambda member_id: people[member_id].name) if base else (),
            representative=people[policy.representative_id] if policy.representative_id else None,
            published_by=people[policy.published_by_id] if policy.published_by_id else None,
        )
    return told


def _bound_at(told: Mapping[int, Version], moment: datetime) -> Terms | None:
    binding = [
        version.terms
        for version in told.values()
        if version.policy.withdrawn_at is None
        and not version.waits_for_signature
        and version.policy.in_force_at <= moment
    ]
    return binding[-1] if binding else None
