"""Grants and their tokens: issuing, renewing, revoking, and finding whose a token is.

A grant is one member's consent to one client. Refresh tokens rotate; presenting one again after its successor was
used, or more than 30 seconds later, means that two parties hold it, and ends the whole grant (RFC 9700, 4.14.2).
Within the 30 seconds it means that an answer was lost on the way, and a new successor replaces the lost one; should the
lost one be presented after all, somebody else holds it, and the grant ends, too.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from ..db import new_id, reading, utc_now, writing
from ..people.models import Member
from . import secrets
from .models import AccessToken, AuthorizationCode, RefreshToken, SignIn, SignInWay, TokenGrant
from .secrets import Secret

CODE_LIVES = timedelta(seconds=60)
ACCESS_LIVES = timedelta(hours=1)
REFRESH_LIVES = timedelta(days=90)
MACHINE_TOKEN_LIVES = timedelta(days=365)
LOST_ANSWER = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class TokenPair:
    """An access token and the refresh token that renews it."""

    access: Secret
    refresh: Secret

    @classmethod
    def minted(cls, organisation_id: UUID) -> TokenPair:
        """Two new secrets of one organisation."""
        return cls(secrets.mint("hca", organisation_id), secrets.mint("hcr", organisation_id))


def save_code(
    code: Secret, *, member_id: UUID, client_id: str, redirect_uri: str, scope: str, code_challenge: str
) -> None:
    """Keep an authorization code for the minute it may be exchanged in."""
    with writing(code.organisation_id) as session:
        session.add(
            AuthorizationCode(
                organisation_id=code.organisation_id,
                secret_hash=code.hash,
                member_id=member_id,
                client_id=client_id,
                redirect_uri=redirect_uri,
                scope=scope,
                code_challenge=code_challenge,
                expires_at=utc_now() + CODE_LIVES,
            )
        )


def find_code(text: str) -> AuthorizationCode | None:
    """The code as it was granted, used or not; None when unknown or expired."""
    secret = secrets.parse("hcc", text)
    if secret is None:
        return None
    with reading(secret.organisation_id) as session:
        return session.execute(
            select(AuthorizationCode).where(
                AuthorizationCode.organisation_id == secret.organisation_id,
                AuthorizationCode.secret_hash == secret.hash,
                AuthorizationCode.expires_at > utc_now(),
            )
        ).scalar_one_or_none()


def exchange_code(code: AuthorizationCode, pair: TokenPair) -> bool:
    """Turn the code into a grant with its first tokens. False, and the grant revoked, when it was used before."""
    organisation_id, now = code.organisation_id, utc_now()
    with writing(organisation_id) as session:
        grant = TokenGrant(
            organisation_id=organisation_id,
            id=new_id(),
            member_id=code.member_id,
            client_id=code.client_id,
            label="Browser extension",
            scope=code.scope,
            created_at=now,
        )
        session.add(grant)
        session.flush()
        taken = session.execute(
            update(AuthorizationCode)
            .where(
                AuthorizationCode.organisation_id == organisation_id,
                AuthorizationCode.secret_hash == code.secret_hash,
                AuthorizationCode.grant_id.is_(None),
            )
            .values(grant_id=grant.id)
            .returning(AuthorizationCode.member_id)
        ).scalar_one_or_none()
        if taken is None:
            session.expunge(grant)
            session.execute(
                delete(TokenGrant).where(TokenGrant.organisation_id == organisation_id, TokenGrant.id == grant.id)
            )
            first = session.execute(
                select(AuthorizationCode.grant_id).where(
                    AuthorizationCode.organisation_id == organisation_id,
                    AuthorizationCode.secret_hash == code.secret_hash,
                )
            ).scalar_one()
            if first is not None:
                _revoke(session, organisation_id, first)
            return False
        _add_pair(session, grant.id, pair, parent_hash=None)
        session.add(_sign_in(grant, SignInWay.EXTENSION))
    return True


def find_refresh(text: str) -> RefreshToken | None:
    """The refresh token with its grant, when it is known, not expired and not revoked; else None."""
    secret = secrets.parse("hcr", text)
    if secret is None:
        return None
    with reading(secret.organisation_id) as session:
        found = session.execute(
            select(RefreshToken).where(
                RefreshToken.organisation_id == secret.organisation_id,
                RefreshToken.secret_hash == secret.hash,
                RefreshToken.expires_at > utc_now(),
            )
        ).scalar_one_or_none()
    if found is None or found.grant.revoked_at is not None or found.grant.member.left_at is not None:
        return None
    return found


def rotate(old: RefreshToken, pair: TokenPair) -> bool:
    """Give `pair` out in place of `old`. False, and the whole grant revoked, when `old` is being reused."""
    organisation_id, now = old.organisation_id, utc_now()
    with writing(organisation_id) as session:
        token = session.execute(
            select(RefreshToken)
            .where(RefreshToken.organisation_id == organisation_id, RefreshToken.secret_hash == old.secret_hash)
            .with_for_update(of=RefreshToken)
        ).scalar_one_or_none()
        if token is None or token.grant.revoked_at is not None:
            return False
        if token.displaced:
            _revoke(session, organisation_id, token.grant_id)
            return False
        if token.rotated_at is not None:
            successors = _successors(session, token)
            used = any(successor.rotated_at is not None for successor in successors)
            if used or now - token.rotated_at > LOST_ANSWER:
                _revoke(session, organisation_id, token.grant_id)
                return False
            for successor in successors:
                successor.displaced = True
        else:
            token.rotated_at = now
        _drop_older(session, token)
        _add_pair(session, token.grant_id, pair, parent_hash=token.secret_hash)
    return True


def _successors(session: Session, token: RefreshToken) -> Sequence[RefreshToken]:
    return (
        session.execute(
            select(RefreshToken)
            .where(
                RefreshToken.organisation_id == token.organisation_id,
                RefreshToken.parent_hash == token.secret_hash,
            )
            .with_for_update(of=RefreshToken)
        )
        .scalars()
        .all()
    )


def _drop_older(session: Session, token: RefreshToken) -> None:
    """Expired tokens of the grant prove nothing any more."""
    for table in (AccessToken, RefreshToken):
        session.execute(
            delete(table).where(
                table.organisation_id == token.organisation_id,
                table.grant_id == token.grant_id,
                table.expires_at <= utc_now(),
            )
        )


def _add_pair(session: Session, grant_id: UUID, pair: TokenPair, *, parent_hash: bytes | None) -> None:
    now = utc_now()
    session.add_all(
        [
            AccessToken(
                organisation_id=pair.access.organisation_id,
                secret_hash=pair.access.hash,
                grant_id=grant_id,
                expires_at=now + ACCESS_LIVES,
            ),
            RefreshToken(
                organisation_id=pair.refresh.organisation_id,
                secret_hash=pair.refresh.hash,
                grant_id=grant_id,
                parent_hash=parent_hash,
                displaced=False,
                expires_at=now + REFRESH_LIVES,
            ),
        ]
    )


def new_machine_token(organisation_id: UUID, member_id: UUID, label: str) -> str:
    """A token for scripts that export: scope `export` only, good for a year, shown this once."""
    now = utc_now()
    token = secrets.mint("hca", organisation_id)
    with writing(organisation_id) as session:
        grant = TokenGrant(
            organisation_id=organisation_id,
            id=new_id(),
            member_id=member_id,
            client_id="token",
            label=label,
            scope="export",
            created_at=now,
        )
        session.add(grant)
        session.flush()
        session.add(
            AccessToken(
                organisation_id=organisation_id,
                secret_hash=token.hash,
                grant_id=grant.id,
                expires_at=now + MACHINE_TOKEN_LIVES,
            )
        )
        session.add(_sign_in(grant, SignInWay.SCRIPT))
    return token.text


def bearer(text: str) -> tuple[Member, str] | None:
    """Whose access token this is, and its scope; None when it is unknown, expired or revoked."""
    secret = secrets.parse("hca", text)
    if secret is None:
        return None
    with reading(secret.organisation_id) as session:
        token = session.execute(
            select(AccessToken).where(
                AccessToken.organisation_id == secret.organisation_id,
                AccessToken.secret_hash == secret.hash,
                AccessToken.expires_at > utc_now(),
            )
        ).scalar_one_or_none()
    if token is None or token.grant.revoked_at is not None or token.grant.member.left_at is not None:
        return None
    return token.grant.member, token.grant.scope


def grants(organisation_id: UUID, member_id: UUID) -> Sequence[TokenGrant]:
    """A member's living grants: the browsers and scripts that act in their name, latest first."""
    with reading(organisation_id) as session:
        return (
            session.execute(
                select(TokenGrant)
                .where(
                    TokenGrant.organisation_id == organisation_id,
                    TokenGrant.member_id == member_id,
                    TokenGrant.revoked_at.is_(None),
                )
                .order_by(TokenGrant.created_at.desc())
            )
            .scalars()
            .all()
        )


def revoke_grant(organisation_id: UUID, member_id: UUID, grant_id: UUID) -> None:
    """End one of the member's own grants. Another's, or an unknown one, is passed over."""
    with writing(organisation_id) as session:
        session.execute(
            update(TokenGrant)
            .where(
                TokenGrant.organisation_id == organisation_id,
                TokenGrant.member_id == member_id,
                TokenGrant.id == grant_id,
                TokenGrant.revoked_at.is_(None),
            )
            .values(revoked_at=utc_now())
        )


def grant_of(text: str) -> TokenGrant | None:
    """The grant an access or refresh token belongs to, revoked or not."""
    for kind, table in (("hca", AccessToken), ("hcr", RefreshToken)):
        secret = secrets.parse(kind, text)
        if secret is None:
            continue
        with reading(secret.organisation_id) as session:
            token = session.execute(
                select(table).where(table.organisation_id == secret.organisation_id, table.secret_hash == secret.hash)
            ).scalar_one_or_none()
        if token is not None:
            return token.grant
    return None


def end_all(session: Session, organisation_id: UUID, member_id: UUID) -> None:
    """End every connection of a member: grants, their tokens, and codes that were to become some."""
    for table in (AuthorizationCode, TokenGrant):
        session.execute(delete(table).where(table.organisation_id == organisation_id, table.member_id == member_id))


def _sign_in(grant: TokenGrant, way: SignInWay) -> SignIn:
    return SignIn(
        organisation_id=grant.organisation_id, id=grant.id, member_id=grant.member_id, at=grant.created_at, way=way
    )


def _revoke(session: Session, organisation_id: UUID, grant_id: UUID) -> None:
    session.execute(
        update(TokenGrant)
        .where(TokenGrant.organisation_id == organisation_id, TokenGrant.id == grant_id)
        .values(revoked_at=utc_now())
    )
