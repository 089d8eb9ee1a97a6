"""Alembic's entry: runs the steps on the connection that `migrations.upgrade` opened."""

from __future__ import annotations

from alembic import context

from handclasp.db import Base
from handclasp.migrations import tables

assert tables  # imported for what it brings into Base.metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    render_as_batch=True,
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
