"""The first tables"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

TABLES = (
    "organisation",
    "item",
    "policy",
    "team",
    "member",
    "alias",
    "console_session",
    "handoff",
    "note",
    "sign_in_link",
    "token_grant",
    "access_token",
    "authorization_code",
    "rating",
    "refresh_token",
)


def upgrade() -> None:
    op.create_table(
        "organisation",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("organisation_id", name=op.f("pk_organisation")),
    )
    op.create_table(
        "item",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tool", sa.String(length=64), nullable=False),
        sa.Column("host", sa.String(length=255), nullable=False),
        sa.Column("key", sa.String(length=512), nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("title", sa.String(length=500), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.organisation_id"], name=op.f("fk_item_organisation_id")
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_item")),
        sa.UniqueConstraint(
            "organisation_id", "tool", "host", "key", name=op.f("uq_item_organisation_id_tool_host_key")
        ),
    )
    op.create_table(
        "policy",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column(
            "attribution",
            sa.Enum("open", "pooled", name="attribution", native_enum=False, create_constraint=True, length=16),
            nullable=False,
        ),
        sa.Column("k", sa.Integer(), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.organisation_id"], name=op.f("fk_policy_organisation_id")
        ),
        sa.PrimaryKeyConstraint("organisation_id", "version", name=op.f("pk_policy")),
    )
    op.create_table(
        "team",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.organisation_id"], name=op.f("fk_team_organisation_id")
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_team")),
        sa.UniqueConstraint("organisation_id", "name", name=op.f("uq_team_organisation_id_name")),
    )
    op.create_table(
        "member",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column(
            "role",
            sa.Enum("member", "admin", name="role", native_enum=False, create_constraint=True, length=16),
            nullable=False,
        ),
        sa.Column("team_id", sa.Uuid(), nullable=True),
        sa.Column("joined_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id", "team_id"],
            ["team.organisation_id", "team.id"],
            name=op.f("fk_member_organisation_id_team_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.organisation_id"], name=op.f("fk_member_organisation_id")
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_member")),
        sa.UniqueConstraint("organisation_id", "email", name=op.f("uq_member_organisation_id_email")),
    )
    with op.batch_alter_table("member", schema=None) as batch_op:
        batch_op.create_index("member_by_name", ["organisation_id", "name", "id"], unique=False)

    op.create_table(
        "alias",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("tool", sa.String(length=64), nullable=False),
        sa.Column("host", sa.String(length=255), nullable=False),
        sa.Column("handle", sa.String(length=254), nullable=False),
        sa.Column("member_id", sa.Uuid(), nullable=False),
        sa.Column("confirmed_by_id", sa.Uuid(), nullable=True),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("learned_from", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["organisation_id", "confirmed_by_id"],
            ["member.organisation_id", "member.id"],
            name=op.f("fk_alias_organisation_id_confirmed_by_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "member_id"],
            ["member.organisation_id", "member.id"],
            name=op.f("fk_alias_organisation_id_member_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.organisation_id"], name=op.f("fk_alias_organisation_id")
        ),
        sa.PrimaryKeyConstraint("organisation_id", "tool", "host", "handle", name=op.f("pk_alias")),
    )
    op.create_table(
        "console_session",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("secret_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("member_id", sa.Uuid(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id", "member_id"],
            ["member.organisation_id", "member.id"],
            name=op.f("fk_console_session_organisation_id_member_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.organisation_id"], name=op.f("fk_console_session_organisation_id")
        ),
        sa.PrimaryKeyConstraint("organisation_id", "secret_hash", name=op.f("pk_console_session")),
    )
    with op.batch_alter_table("console_session", schema=None) as batch_op:
        batch_op.create_index("console_session_of_member", ["organisation_id", "member_id"], unique=False)

    op.create_table(
        "handoff",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("item_id", sa.Uuid(), nullable=False),
        sa.Column("provider_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id", "item_id"],
            ["item.organisation_id", "item.id"],
            name=op.f("fk_handoff_organisation_id_item_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "provider_id"],
            ["member.organisation_id", "member.id"],
            name=op.f("fk_handoff_organisation_id_provider_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.organisation_id"], name=op.f("fk_handoff_organisation_id")
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_handoff")),
        sa.UniqueConstraint(
            "organisation_id", "item_id", "provider_id", name=op.f("uq_handoff_organisation_id_item_id_provider_id")
        ),
    )
    op.create_table(
        "note",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=False),
        sa.Column("recipient_id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("thanks", "word", name="notekind", native_enum=False, create_constraint=True, length=16),
            nullable=False,
        ),
        sa.Column("item_id", sa.Uuid(), nullable=True),
        sa.Column("text", sa.String(length=2000), nullable=False),
        sa.Column("author_team_id", sa.Uuid(), nullable=True),
        sa.Column("recipient_team_id", sa.Uuid(), nullable=True),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("author_id <> recipient_id", name=op.f("ck_note_nobody_thanks_themselves")),
        sa.ForeignKeyConstraint(
            ["organisation_id", "author_id"],
            ["member.organisation_id", "member.id"],
            name=op.f("fk_note_organisation_id_author_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "author_team_id"],
            ["team.organisation_id", "team.id"],
            name=op.f("fk_note_organisation_id_author_team_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "item_id"],
            ["item.organisation_id", "item.id"],
            name=op.f("fk_note_organisation_id_item_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "recipient_id"],
            ["member.organisation_id", "member.id"],
            name=op.f("fk_note_organisation_id_recipient_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "recipient_team_id"],
            ["team.organisation_id", "team.id"],
            name=op.f("fk_note_organisation_id_recipient_team_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.organisation_id"], name=op.f("fk_note_organisation_id")
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_note")),
    )
    with op.batch_alter_table("note", schema=None) as batch_op:
        batch_op.create_index("note_received", ["organisation_id", "recipient_id", "written_at", "id"], unique=False)
        batch_op.create_index(
            "note_unread",
            ["organisation_id", "recipient_id", "written_at"],
            unique=False,
            sqlite_where=sa.text("read_at IS NULL"),
            postgresql_where=sa.text("read_at IS NULL"),
        )

    op.create_table(
        "sign_in_link",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("member_id", sa.Uuid(), nullable=False),
        sa.Column("secret_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("code_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("wrong_codes", sa.Integer(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["organisation_id", "member_id"],
            ["member.organisation_id", "member.id"],
            name=op.f("fk_sign_in_link_organisation_id_member_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.organisation_id"], name=op.f("fk_sign_in_link_organisation_id")
        ),
        sa.PrimaryKeyConstraint("organisation_id", "member_id", name=op.f("pk_sign_in_link")),
        sa.UniqueConstraint("organisation_id", "secret_hash", name=op.f("uq_sign_in_link_organisation_id_secret_hash")),
    )
    op.create_table(
        "token_grant",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("member_id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.String(length=64), nullable=False),
        sa.Column("label", sa.String(length=120), nullable=False),
        sa.Column("scope", sa.String(length=120), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["organisation_id", "member_id"],
            ["member.organisation_id", "member.id"],
            name=op.f("fk_token_grant_organisation_id_member_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.organisation_id"], name=op.f("fk_token_grant_organisation_id")
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_token_grant")),
    )
    with op.batch_alter_table("token_grant", schema=None) as batch_op:
        batch_op.create_index("token_grant_of_member", ["organisation_id", "member_id"], unique=False)

    op.create_table(
        "access_token",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("secret_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("grant_id", sa.Uuid(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id", "grant_id"],
            ["token_grant.organisation_id", "token_grant.id"],
            name=op.f("fk_access_token_organisation_id_grant_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.organisation_id"], name=op.f("fk_access_token_organisation_id")
        ),
        sa.PrimaryKeyConstraint("organisation_id", "secret_hash", name=op.f("pk_access_token")),
    )
    with op.batch_alter_table("access_token", schema=None) as batch_op:
        batch_op.create_index("access_token_of_grant", ["organisation_id", "grant_id"], unique=False)

    op.create_table(
        "authorization_code",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("secret_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("member_id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.String(length=64), nullable=False),
        sa.Column("redirect_uri", sa.String(length=300), nullable=False),
        sa.Column("scope", sa.String(length=120), nullable=False),
        sa.Column("code_challenge", sa.String(length=128), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("grant_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["organisation_id", "grant_id"],
            ["token_grant.organisation_id", "token_grant.id"],
            name=op.f("fk_authorization_code_organisation_id_grant_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "member_id"],
            ["member.organisation_id", "member.id"],
            name=op.f("fk_authorization_code_organisation_id_member_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.organisation_id"], name=op.f("fk_authorization_code_organisation_id")
        ),
        sa.PrimaryKeyConstraint("organisation_id", "secret_hash", name=op.f("pk_authorization_code")),
    )
    op.create_table(
        "rating",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("rater_id", sa.Uuid(), nullable=False),
        sa.Column("handoff_id", sa.Uuid(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column(
            "direction",
            sa.Enum("service", "request", name="direction", native_enum=False, create_constraint=True, length=16),
            nullable=False,
        ),
        sa.Column(
            "verdict",
            sa.Enum("missed", "met", "exceeded", name="verdict", native_enum=False, create_constraint=True, length=16),
            nullable=True,
        ),
        sa.Column("what_would_have_helped", sa.String(length=500), nullable=True),
        sa.Column("rater_team_id", sa.Uuid(), nullable=True),
        sa.Column("subject_team_id", sa.Uuid(), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("visible_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(verdict IS NOT NULL AND verdict = 'missed') = (what_would_have_helped IS NOT NULL)",
            name=op.f("ck_rating_missed_says_what_would_have_helped"),
        ),
        sa.CheckConstraint(
            "(withdrawn_at IS NULL) = (verdict IS NOT NULL)", name=op.f("ck_rating_withdrawn_has_no_verdict")
        ),
        sa.CheckConstraint("rater_id <> subject_id", name=op.f("ck_rating_nobody_rates_themselves")),
        sa.ForeignKeyConstraint(
            ["organisation_id", "handoff_id"],
            ["handoff.organisation_id", "handoff.id"],
            name=op.f("fk_rating_organisation_id_handoff_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "rater_id"],
            ["member.organisation_id", "member.id"],
            name=op.f("fk_rating_organisation_id_rater_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "rater_team_id"],
            ["team.organisation_id", "team.id"],
            name=op.f("fk_rating_organisation_id_rater_team_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "subject_id"],
            ["member.organisation_id", "member.id"],
            name=op.f("fk_rating_organisation_id_subject_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "subject_team_id"],
            ["team.organisation_id", "team.id"],
            name=op.f("fk_rating_organisation_id_subject_team_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.organisation_id"], name=op.f("fk_rating_organisation_id")
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_rating")),
    )
    with op.batch_alter_table("rating", schema=None) as batch_op:
        batch_op.create_index(
            "one_rating_per_handoff",
            ["organisation_id", "rater_id", "handoff_id", "direction"],
            unique=True,
            sqlite_where=sa.text("withdrawn_at IS NULL"),
            postgresql_where=sa.text("withdrawn_at IS NULL"),
        )
        batch_op.create_index("rating_given", ["organisation_id", "rater_id", "changed_at", "id"], unique=False)
        batch_op.create_index(
            "rating_received",
            ["organisation_id", "subject_id", "visible_at", "id"],
            unique=False,
            sqlite_where=sa.text("withdrawn_at IS NULL"),
            postgresql_where=sa.text("withdrawn_at IS NULL"),
        )
        batch_op.create_index(
            "rating_unread",
            ["organisation_id", "subject_id", "visible_at"],
            unique=False,
            sqlite_where=sa.text("withdrawn_at IS NULL AND read_at IS NULL"),
            postgresql_where=sa.text("withdrawn_at IS NULL AND read_at IS NULL"),
        )

    op.create_table(
        "refresh_token",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("secret_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("grant_id", sa.Uuid(), nullable=False),
        sa.Column("parent_hash", sa.LargeBinary(length=32), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("rotated_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("displaced", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id", "grant_id"],
            ["token_grant.organisation_id", "token_grant.id"],
            name=op.f("fk_refresh_token_organisation_id_grant_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.organisation_id"], name=op.f("fk_refresh_token_organisation_id")
        ),
        sa.PrimaryKeyConstraint("organisation_id", "secret_hash", name=op.f("pk_refresh_token")),
    )
    with op.batch_alter_table("refresh_token", schema=None) as batch_op:
        batch_op.create_index("refresh_token_of_grant", ["organisation_id", "grant_id"], unique=False)

    if op.get_bind().dialect.name == "postgresql":
        for table in TABLES:
            close_to_other_organisations(table)


def close_to_other_organisations(table: str) -> None:
    """Row-level security, forced upon the owner too: a transaction sees one organisation, the one it has entered."""
    own = "organisation_id = nullif(current_setting('handclasp.organisation', true), '')::uuid"
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY own_organisation ON {table} USING ({own}) WITH CHECK ({own})")
    if table == "organisation":
        # Before a credential has named an organisation (command line, sign-in by code), their list can be read.
        none_entered = "coalesce(current_setting('handclasp.organisation', true), '') = ''"
        op.execute(f"CREATE POLICY listed ON {table} FOR SELECT USING ({none_entered})")


def downgrade() -> None:
    with op.batch_alter_table("refresh_token", schema=None) as batch_op:
        batch_op.drop_index("refresh_token_of_grant")

    op.drop_table("refresh_token")
    with op.batch_alter_table("rating", schema=None) as batch_op:
        batch_op.drop_index(
            "rating_unread",
            sqlite_where=sa.text("withdrawn_at IS NULL AND read_at IS NULL"),
            postgresql_where=sa.text("withdrawn_at IS NULL AND read_at IS NULL"),
        )
        batch_op.drop_index(
            "rating_received",
            sqlite_where=sa.text("withdrawn_at IS NULL"),
            postgresql_where=sa.text("withdrawn_at IS NULL"),
        )
        batch_op.drop_index("rating_given")
        batch_op.drop_index(
            "one_rating_per_handoff",
            sqlite_where=sa.text("withdrawn_at IS NULL"),
            postgresql_where=sa.text("withdrawn_at IS NULL"),
        )

    op.drop_table("rating")
    op.drop_table("authorization_code")
    with op.batch_alter_table("access_token", schema=None) as batch_op:
        batch_op.drop_index("access_token_of_grant")

    op.drop_table("access_token")
    with op.batch_alter_table("token_grant", schema=None) as batch_op:
        batch_op.drop_index("token_grant_of_member")

    op.drop_table("token_grant")
    op.drop_table("sign_in_link")
    with op.batch_alter_table("note", schema=None) as batch_op:
        batch_op.drop_index(
            "note_unread", sqlite_where=sa.text("read_at IS NULL"), postgresql_where=sa.text("read_at IS NULL")
        )
        batch_op.drop_index("note_received")

    op.drop_table("note")
    op.drop_table("handoff")
    with op.batch_alter_table("console_session", schema=None) as batch_op:
        batch_op.drop_index("console_session_of_member")

    op.drop_table("console_session")
    op.drop_table("alias")
    with op.batch_alter_table("member", schema=None) as batch_op:
        batch_op.drop_index("member_by_name")

    op.drop_table("member")
    op.drop_table("team")
    op.drop_table("policy")
    op.drop_table("item")
    op.drop_table("organisation")
