"""Own tool files: an organisation's own, what is told of broken pages, and a line in the log for each change"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

NEW_TABLES = ("tool_file", "tool_shelf", "breakage")
ACTIONS = "'export', 'named_export', 'named_read', 'sign_in_link', 'policy', 'erasure', 'merge', 'tool_file'"


def upgrade() -> None:
    op.create_table(
        "tool_file",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("tool", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("version", sa.String(length=64), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.organisation_id"], name=op.f("fk_tool_file_organisation_id")
        ),
        sa.PrimaryKeyConstraint("organisation_id", "tool", name=op.f("pk_tool_file")),
    )
    op.create_table(
        "tool_shelf",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.organisation_id"], name=op.f("fk_tool_shelf_organisation_id")
        ),
        sa.PrimaryKeyConstraint("organisation_id", name=op.f("pk_tool_shelf")),
    )
    op.create_table(
        "breakage",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tool", sa.String(length=40), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=True),
        sa.Column("bundled", sa.Boolean(), nullable=False),
        sa.Column("failed", sa.JSON(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("first_on", sa.Date(), nullable=False),
        sa.Column("last_on", sa.Date(), nullable=False),
        sa.Column("settled", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.organisation_id"], name=op.f("fk_breakage_organisation_id")
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_breakage")),
        sqlite_with_rowid=False,
    )
    op.create_index("breakage_by_day", "breakage", ["organisation_id", "last_on", "id"])
    op.create_index("breakage_of_tool", "breakage", ["organisation_id", "tool"])
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER TABLE audit_entry DROP CONSTRAINT ck_audit_entry_auditaction")
        op.execute(f"ALTER TABLE audit_entry ADD CONSTRAINT ck_audit_entry_auditaction CHECK (action IN ({ACTIONS}))")
        for table in NEW_TABLES:
            close_to_other_organisations(table)
    else:
        write_the_log_anew()


def write_the_log_anew() -> None:
    """SQLite cannot change a CHECK: the log moves into a table that is the same but for it. Nothing refers to the log."""
    op.execute(
        f"""
        CREATE TABLE new_audit_entry (
            organisation_id CHAR(32) NOT NULL,
            id CHAR(32) NOT NULL,
            at DATETIME NOT NULL,
            actor_id CHAR(32),
            action VARCHAR(16) NOT NULL,
            detail JSON NOT NULL,
            CONSTRAINT pk_audit_entry PRIMARY KEY (organisation_id, id),
            CONSTRAINT fk_audit_entry_organisation_id_actor_id
                FOREIGN KEY(organisation_id, actor_id) REFERENCES member (organisation_id, id),
            CONSTRAINT fk_audit_entry_organisation_id
                FOREIGN KEY(organisation_id) REFERENCES organisation (organisation_id),
            CONSTRAINT ck_audit_entry_auditaction CHECK (action IN ({ACTIONS}))
        )
        """
    )
    columns = "organisation_id, id, at, actor_id, action, detail"
    op.execute(f"INSERT INTO new_audit_entry ({columns}) SELECT {columns} FROM audit_entry")  # noqa: S608 - our own words
    op.execute("DROP TABLE audit_entry")
    op.execute("ALTER TABLE new_audit_entry RENAME TO audit_entry")
    op.create_index("audit_by_time", "audit_entry", ["organisation_id", "at", "id"])


def close_to_other_organisations(table: str) -> None:
    """Row-level security, forced upon the owner too: a transaction sees one organisation, the one it has entered."""
    own = "organisation_id = nullif(current_setting('handclasp.organisation', true), '')::uuid"
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY own_organisation ON {table} USING ({own}) WITH CHECK ({own})")


def downgrade() -> None:
    raise NotImplementedError("own tool files rest only in the new tables: restore a backup instead")
