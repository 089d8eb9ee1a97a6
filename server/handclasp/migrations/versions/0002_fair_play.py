"""Fair play: sealed ratings, releases, agreements, repairs, and what the rules need to be kept"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

NEW_TABLES = (
    "erasure",
    "pattern_flag",
    "release_run",
    "sealed_rating",
    "sealing_key",
    "tally",
    "audit_entry",
    "sign_in",
    "expectation",
    "mute",
    "named_export",
    "release",
    "repair",
    "release_cell",
    "repair_message",
)


def upgrade() -> None:
    op.create_table(
        "erasure",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("member_id", sa.Uuid(), nullable=False),
        sa.Column("erased_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.organisation_id"], name=op.f("fk_erasure_organisation_id")
        ),
        sa.PrimaryKeyConstraint("organisation_id", "member_id", name=op.f("pk_erasure")),
    )
    op.create_table(
        "pattern_flag",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("ring", "pile_on", name="patternkind", native_enum=False, create_constraint=True, length=16),
            nullable=False,
        ),
        sa.Column("members", sa.JSON(), nullable=False),
        sa.Column("acts", sa.Integer(), nullable=False),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.organisation_id"], name=op.f("fk_pattern_flag_organisation_id")
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_pattern_flag")),
    )
    with op.batch_alter_table("pattern_flag", schema=None) as batch_op:
        batch_op.create_index("pattern_by_day", ["organisation_id", "found_at"], unique=False)

    op.create_table(
        "release_run",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("released_on", sa.Date(), nullable=False),
        sa.Column(
            "attribution",
            sa.Enum("open", "pooled", name="attribution", native_enum=False, create_constraint=True, length=16),
            nullable=False,
        ),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.organisation_id"], name=op.f("fk_release_run_organisation_id")
        ),
        sa.PrimaryKeyConstraint("organisation_id", "released_on", "attribution", name=op.f("pk_release_run")),
    )
    op.create_table(
        "sealed_rating",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("id_mac", sa.LargeBinary(), nullable=False),
        sa.Column("slot", sa.LargeBinary(), nullable=False),
        sa.Column("bucket", sa.LargeBinary(), nullable=True),
        sa.Column("period", sa.Date(), nullable=True),
        sa.Column("body", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.organisation_id"], name=op.f("fk_sealed_rating_organisation_id")
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id_mac", name=op.f("pk_sealed_rating")),
        sa.UniqueConstraint("organisation_id", "slot", name=op.f("uq_sealed_rating_organisation_id_slot")),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("sealed_rating", schema=None) as batch_op:
        batch_op.create_index("sealed_by_period", ["organisation_id", "period", "bucket"], unique=False)

    op.create_table(
        "sealing_key",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("purpose", sa.String(length=16), nullable=False),
        sa.Column("secret_id", sa.LargeBinary(), nullable=False),
        sa.Column("wrapped", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.organisation_id"], name=op.f("fk_sealing_key_organisation_id")
        ),
        sa.PrimaryKeyConstraint("organisation_id", "purpose", name=op.f("pk_sealing_key")),
    )
    op.create_table(
        "tally",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.LargeBinary(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.organisation_id"], name=op.f("fk_tally_organisation_id")
        ),
        sa.PrimaryKeyConstraint("organisation_id", "key", name=op.f("pk_tally")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "audit_entry",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.Column(
            "action",
            sa.Enum(
                "export",
                "named_export",
                "named_read",
                "sign_in_link",
                "policy",
                "erasure",
                "merge",
                name="auditaction",
                native_enum=False,
                create_constraint=True,
                length=16,
            ),
            nullable=False,
        ),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id", "actor_id"],
            ["member.organisation_id", "member.id"],
            name=op.f("fk_audit_entry_organisation_id_actor_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.organisation_id"], name=op.f("fk_audit_entry_organisation_id")
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_audit_entry")),
    )
    with op.batch_alter_table("audit_entry", schema=None) as batch_op:
        batch_op.create_index("audit_by_time", ["organisation_id", "at", "id"], unique=False)

    op.create_table(
        "expectation",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("provider_id", sa.Uuid(), nullable=False),
        sa.Column("item_id", sa.Uuid(), nullable=True),
        sa.Column("customer_team_id", sa.Uuid(), nullable=True),
        sa.Column("provider_team_id", sa.Uuid(), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "proposed",
                "accepted",
                "countered",
                "declined",
                "done",
                "withdrawn",
                name="expectationstate",
                native_enum=False,
                create_constraint=True,
                length=16,
            ),
            nullable=False,
        ),
        sa.Column("need", sa.String(length=280), nullable=False),
        sa.Column("due", sa.Date(), nullable=True),
        sa.Column("counter_need", sa.String(length=280), nullable=True),
        sa.Column("counter_due", sa.Date(), nullable=True),
        sa.Column("reason", sa.String(length=280), nullable=True),
        sa.Column("alternative", sa.String(length=280), nullable=True),
        sa.Column("countered", sa.Boolean(), nullable=False),
        sa.Column("declined_late", sa.Boolean(), nullable=False),
        sa.Column("kept", sa.Boolean(), nullable=True),
        sa.Column("hidden", sa.Boolean(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("customer_read_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("provider_read_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("customer_id <> provider_id", name=op.f("ck_expectation_nobody_asks_themselves")),
        sa.ForeignKeyConstraint(
            ["organisation_id", "customer_id"],
            ["member.organisation_id", "member.id"],
            name=op.f("fk_expectation_organisation_id_customer_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "customer_team_id"],
            ["team.organisation_id", "team.id"],
            name=op.f("fk_expectation_organisation_id_customer_team_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "item_id"],
            ["item.organisation_id", "item.id"],
            name=op.f("fk_expectation_organisation_id_item_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "provider_id"],
            ["member.organisation_id", "member.id"],
            name=op.f("fk_expectation_organisation_id_provider_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "provider_team_id"],
            ["team.organisation_id", "team.id"],
            name=op.f("fk_expectation_organisation_id_provider_team_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.organisation_id"], name=op.f("fk_expectation_organisation_id")
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_expectation")),
    )
    with op.batch_alter_table("expectation", schema=None) as batch_op:
        for side in ("customer", "provider"):
            columns = ["organisation_id", f"{side}_id", "changed_at", "id"]
            unread = sa.text(f"{side}_read_at IS NULL")
            batch_op.create_index(f"expectation_of_{side}", columns, unique=False)
            batch_op.create_index(
                f"expectation_unread_by_{side}",
                columns[:3],
                unique=False,
                sqlite_where=unread,
                postgresql_where=unread,
            )

    op.create_table(
        "sign_in",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("member_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "way",
            sa.Enum(
                "link",
                "code",
                "extension",
                "script",
                name="signinway",
                native_enum=False,
                create_constraint=True,
                length=16,
            ),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "member_id"],
            ["member.organisation_id", "member.id"],
            name=op.f("fk_sign_in_organisation_id_member_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.organisation_id"], name=op.f("fk_sign_in_organisation_id")
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_sign_in")),
    )
    with op.batch_alter_table("sign_in", schema=None) as batch_op:
        batch_op.create_index("sign_in_of_member", ["organisation_id", "member_id", "at"], unique=False)

    op.create_table(
        "mute",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("member_id", sa.Uuid(), nullable=False),
        sa.Column("colleague_id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("mute", "block", name="quiet", native_enum=False, create_constraint=True, length=16),
            nullable=False,
        ),
        sa.CheckConstraint("member_id <> colleague_id", name=op.f("ck_mute_nobody_mutes_themselves")),
        sa.ForeignKeyConstraint(
            ["organisation_id", "colleague_id"],
            ["member.organisation_id", "member.id"],
            name=op.f("fk_mute_organisation_id_colleague_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "member_id"],
            ["member.organisation_id", "member.id"],
            name=op.f("fk_mute_organisation_id_member_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.organisation_id"], name=op.f("fk_mute_organisation_id")
        ),
        sa.PrimaryKeyConstraint("organisation_id", "member_id", "colleague_id", name=op.f("pk_mute")),
    )
    op.create_table(
        "named_export",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.String(length=280), nullable=False),
        sa.Column("asked_by_id", sa.Uuid(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("needs_countersignature", sa.Boolean(), nullable=False),
        sa.Column("countersigned_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("countersigned_by_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["organisation_id", "asked_by_id"],
            ["member.organisation_id", "member.id"],
            name=op.f("fk_named_export_organisation_id_asked_by_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.organisation_id"], name=op.f("fk_named_export_organisation_id")
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_named_export")),
    )
    op.create_table(
        "release",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("released_on", sa.Date(), nullable=False),
        sa.Column(
            "attribution",
            sa.Enum("open", "pooled", name="attribution", native_enum=False, create_constraint=True, length=16),
            nullable=False,
        ),
        sa.Column(
            "direction",
            sa.Enum("service", "request", name="direction", native_enum=False, create_constraint=True, length=16),
            nullable=False,
        ),
        sa.Column("subject_id", sa.Uuid(), nullable=True),
        sa.Column("team_id", sa.Uuid(), nullable=True),
        sa.Column(
            "breakdown",
            sa.Enum(
                "none",
                "tool",
                "customer_team",
                "cause",
                name="breakdown",
                native_enum=False,
                create_constraint=True,
                length=16,
            ),
            nullable=False,
        ),
        sa.Column("raters", sa.Integer(), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(subject_id IS NULL) <> (team_id IS NULL)", name=op.f("ck_release_one_subject_or_one_team")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "subject_id"],
            ["member.organisation_id", "member.id"],
            name=op.f("fk_release_organisation_id_subject_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "team_id"],
            ["team.organisation_id", "team.id"],
            name=op.f("fk_release_organisation_id_team_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.organisation_id"], name=op.f("fk_release_organisation_id")
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_release")),
    )
    with op.batch_alter_table("release", schema=None) as batch_op:
        batch_op.create_index("release_of_subject", ["organisation_id", "subject_id", "released_on"], unique=False)
        batch_op.create_index("release_of_team", ["organisation_id", "team_id", "released_on"], unique=False)

    op.create_table(
        "repair",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("provider_id", sa.Uuid(), nullable=False),
        sa.Column("item_id", sa.Uuid(), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "open", "repaired", "closed", name="repairstate", native_enum=False, create_constraint=True, length=16
            ),
            nullable=False,
        ),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("to_customer_id", sa.Uuid(), nullable=True),
        sa.Column("to_customer_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("to_provider_id", sa.Uuid(), nullable=True),
        sa.Column("to_provider_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("customer_read_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("provider_read_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("customer_id <> provider_id", name=op.f("ck_repair_repairs_are_between_two")),
        sa.ForeignKeyConstraint(
            ["organisation_id", "customer_id"],
            ["member.organisation_id", "member.id"],
            name=op.f("fk_repair_organisation_id_customer_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "item_id"],
            ["item.organisation_id", "item.id"],
            name=op.f("fk_repair_organisation_id_item_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "provider_id"],
            ["member.organisation_id", "member.id"],
            name=op.f("fk_repair_organisation_id_provider_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.organisation_id"], name=op.f("fk_repair_organisation_id")
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_repair")),
    )
    with op.batch_alter_table("repair", schema=None) as batch_op:
        for side in ("customer", "provider"):
            columns = ["organisation_id", f"{side}_id", f"to_{side}_at", f"to_{side}_id"]
            unread = sa.text(f"{side}_read_at IS NULL AND to_{side}_id IS NOT NULL")
            batch_op.create_index(f"repair_of_{side}", columns, unique=False)
            batch_op.create_index(
                f"repair_unread_by_{side}",
                columns[:3],
                unique=False,
                sqlite_where=unread,
                postgresql_where=unread,
            )

    op.create_table(
        "release_cell",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("release_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("label", sa.String(length=64), nullable=True),
        sa.Column("raters", sa.Integer(), nullable=False),
        sa.Column(
            "form",
            sa.Enum("exact", "nearly_all", "mostly", name="form", native_enum=False, create_constraint=True, length=16),
            nullable=False,
        ),
        sa.Column(
            "leading",
            sa.Enum("missed", "met", "exceeded", name="verdict", native_enum=False, create_constraint=True, length=16),
            nullable=True,
        ),
        sa.Column("missed", sa.Integer(), nullable=False),
        sa.Column("met", sa.Integer(), nullable=False),
        sa.Column("exceeded", sa.Integer(), nullable=False),
        sa.Column("repaired", sa.Integer(), nullable=False),
        sa.Column("causes", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id", "release_id"],
            ["release.organisation_id", "release.id"],
            name=op.f("fk_release_cell_organisation_id_release_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.organisation_id"], name=op.f("fk_release_cell_organisation_id")
        ),
        sa.PrimaryKeyConstraint("organisation_id", "release_id", "position", name=op.f("pk_release_cell")),
    )
    op.create_table(
        "repair_message",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("repair_id", sa.Uuid(), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=False),
        sa.Column("text", sa.String(length=2000), nullable=False),
        sa.Column("hidden", sa.Boolean(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id", "author_id"],
            ["member.organisation_id", "member.id"],
            name=op.f("fk_repair_message_organisation_id_author_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "repair_id"],
            ["repair.organisation_id", "repair.id"],
            name=op.f("fk_repair_message_organisation_id_repair_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.organisation_id"], name=op.f("fk_repair_message_organisation_id")
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", "repair_id", name=op.f("pk_repair_message")),
    )
    with op.batch_alter_table("repair_message", schema=None) as batch_op:
        batch_op.create_index("repair_thread", ["organisation_id", "repair_id", "written_at"], unique=False)

    # Plain ADD COLUMN, constraints inline: rebuilding a table would lose the CHECKs that SQLite does not reflect.
    false = "FALSE" if op.get_bind().dialect.name == "postgresql" else "0"
    moment = "TIMESTAMP WITH TIME ZONE" if op.get_bind().dialect.name == "postgresql" else "TIMESTAMP"
    uuid = "UUID" if op.get_bind().dialect.name == "postgresql" else "CHAR(32)"
    for table, column in (
        ("member", f"paused BOOLEAN NOT NULL DEFAULT {false}"),
        ("member", f"left_at {moment}"),
        ("member", f"erased_at {moment}"),
        ("console_session", f"told_until {moment}"),
        ("note", f"hidden BOOLEAN NOT NULL DEFAULT {false}"),
        (
            "note",
            f"public_at {moment} CONSTRAINT ck_note_only_thanks_are_public"
            " CHECK (public_at IS NULL OR kind = 'thanks')",
        ),
        ("note", f"reported_at {moment}"),
        ("note", "report_reason VARCHAR(500)"),
        ("note", f"report_settled_at {moment}"),
        (
            "policy",
            "colluders INTEGER NOT NULL DEFAULT 1 CONSTRAINT ck_policy_colluders_at_most_k_less_2"
            " CHECK (colluders >= 1 AND colluders <= k - 2)",
        ),
        (
            "policy",
            "calendar VARCHAR(16) NOT NULL DEFAULT 'monthly' CONSTRAINT ck_policy_calendar"
            " CHECK (calendar IN ('monthly', 'quarterly'))",
        ),
        (
            "policy",
            "breakdown VARCHAR(16) NOT NULL DEFAULT 'none' CONSTRAINT ck_policy_breakdown"
            " CHECK (breakdown IN ('none', 'tool', 'customer_team', 'cause'))",
        ),
        ("policy", "retention_days INTEGER NOT NULL DEFAULT 180"),
        ("policy", "teammates_rate BOOLEAN"),
        ("policy", f"named_exports BOOLEAN NOT NULL DEFAULT {false}"),
        ("policy", f"representative_id {uuid}"),
        ("policy", f"published_by_id {uuid}"),
        ("policy", f"in_force_at {moment} NOT NULL DEFAULT '1970-01-01 00:00:00'"),
        ("policy", f"needs_countersignature BOOLEAN NOT NULL DEFAULT {false}"),
        ("policy", f"countersigned_at {moment}"),
        ("policy", f"countersigned_by_id {uuid}"),
        ("policy", f"withdrawn_at {moment}"),
        (
            "rating",
            "cause VARCHAR(16) CONSTRAINT ck_rating_cause"
            " CHECK (cause IN ('unclear_ask', 'capacity', 'dependency', 'process', 'quality'))"
            " CONSTRAINT ck_rating_only_missed_has_cause"
            " CHECK (cause IS NULL OR (verdict IS NOT NULL AND verdict = 'missed'))",
        ),
    ):
        op.execute(f"ALTER TABLE {table} ADD COLUMN {column}")
    index_what_recipients_show()
    if op.get_bind().dialect.name == "postgresql":
        # Row-level security binds the owner, too, and this changes every organisation's rows.
        op.execute("ALTER TABLE policy NO FORCE ROW LEVEL SECURITY")
        op.execute("UPDATE policy SET in_force_at = published_at")
        op.execute("ALTER TABLE policy FORCE ROW LEVEL SECURITY")
        for table in NEW_TABLES:
            close_to_other_organisations(table)
    else:
        op.execute("UPDATE policy SET in_force_at = published_at")


def index_what_recipients_show() -> None:
    """The wall, and what was reported, are few among many notes."""
    for name, column in (("note_public", "public_at"), ("note_reported", "reported_at")):
        some = sa.text(f"{column} IS NOT NULL")
        op.create_index(name, "note", ["organisation_id", column, "id"], sqlite_where=some, postgresql_where=some)


def close_to_other_organisations(table: str) -> None:
    """Row-level security, forced upon the owner too: a transaction sees one organisation, the one it has entered."""
    own = "organisation_id = nullif(current_setting('handclasp.organisation', true), '')::uuid"
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY own_organisation ON {table} USING ({own}) WITH CHECK ({own})")


def downgrade() -> None:
    raise NotImplementedError("pooled ratings rest only in the new tables: restore a backup instead")
