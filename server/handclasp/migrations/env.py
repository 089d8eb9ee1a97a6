"""Alembic's entry: runs the steps on the connection that `migrations.upgrade` opened."""

from __future__ import annotations

from alembic import context

from handclasp.migrations import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
