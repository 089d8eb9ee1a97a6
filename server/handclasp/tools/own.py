"""An organisation's own tool files: kept whole, handed out whole, and asked before the bundled ones."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from ..audit.models import AuditAction
from ..audit.service import record
from ..auth.caller import Caller
from ..db import insert, reading, utc_now, writing
from ..errors import Problem, bad_field
from . import breakages
from .matcher import Tool
from .models import ToolFile, ToolShelf
from .service import bundled_tool, bundled_tools, provider_roles_of
from .service import provider_roles as bundled_provider_roles

MOST = 300
"""Own tool files of one organisation."""

_NOTHING = hashlib.sha256().hexdigest()
"""The version of a list without files."""


@dataclass(frozen=True, slots=True)
class Shelf:
    """All own tool files, each as JSON text, by id; `version` stands for exactly these contents."""

    version: str
    contents: Sequence[str]


@dataclass(frozen=True, slots=True)
class OwnTool:
    """One own tool file. `version` is the SHA-256 (hexadecimal) of its canonical JSON, which is `content`."""

    id: str
    name: str
    version: str
    changed_at: datetime
    content: str

    @property
    def overrides_bundled(self) -> bool:
        """True where a bundled file of the same id waits behind it."""
        return bundled_tool(self.id) is not None

    @property
    def tool(self) -> Tool:
        """The tool file itself."""
        return json.loads(self.content)


def canonical(tool: Tool) -> str:
    """A tool file as JSON with sorted keys and without spaces (RFC 8785, as tool files hold no fractions)."""
    return json.dumps(tool, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def version_of(content: str) -> str:
    """The SHA-256 of a canonical tool file, in hexadecimal. Broken pages are told with it, too (`digest`)."""
    return hashlib.sha256(content.encode()).hexdigest()


def shelf_version(caller: Caller) -> str:
    """The version of the caller's whole list, read from one row."""
    with reading(caller.organisation_id) as session:
        return _shelf_version(session, caller.organisation_id)


def shelf(caller: Caller) -> Shelf:
    """All own tool files of the caller's organisation, on one snapshot with their version."""
    with reading(caller.organisation_id) as session:
        contents = session.execute(
            select(ToolFile.content).where(ToolFile.organisation_id == caller.organisation_id).order_by(ToolFile.tool)
        ).scalars()
        return Shelf(_shelf_version(session, caller.organisation_id), contents.all())


def own_tools(organisation_id: UUID) -> list[OwnTool]:
    """Every own tool file of an organisation, by id."""
    query = select(ToolFile).where(ToolFile.organisation_id == organisation_id).order_by(ToolFile.tool)
    with reading(organisation_id) as session:
        return [_shown(row) for row in session.execute(query).scalars()]


def own_tool(caller: Caller, tool_id: str) -> OwnTool:
    """One own tool file. Raises 404, which says whether a bundled one is in force instead."""
    with reading(caller.organisation_id) as session:
        row = _row(session, caller.organisation_id, tool_id)
    if row is None:
        raise _no_file(tool_id)
    return _shown(row)


def put_tool(caller: Caller, tool_id: str, tool: Tool, unmoved: Collection[str] | None = None) -> tuple[OwnTool, bool]:
    """Put a checked tool file in force for the organisation; True if it has none of this id yet.

    The same file again changes nothing. `unmoved` holds the versions that the caller has seen ("*": any).
    Raises 422 for another id than `tool_id`, 412 when the file has moved on, 409 for one too many; then the file that
    stood before stays in force.
    """
    if tool["id"] != tool_id:
        raise bad_field("#/id", f"The address says {tool_id!r}: the file's id must be the same.")
    content = canonical(tool)
    version, now = version_of(content), utc_now()
    with writing(caller.organisation_id) as session:
        _hold_shelf(session, caller.organisation_id)
        standing = _row(session, caller.organisation_id, tool_id)
        _refuse_moved(standing, unmoved)
        if standing is not None and standing.version == version:
            return _shown(standing), False
        if standing is None:
            _refuse_full(session, caller.organisation_id)
        made = OwnTool(tool_id, tool["name"], version, now, content)
        _store(session, caller.organisation_id, made)
        _changed(session, caller, tool_id, version, "changed" if standing else "added")
    return made, standing is None


def remove_tool(caller: Caller, tool_id: str, unmoved: Collection[str] | None = None) -> None:
    """Take an own tool file away: the bundled one, if any, is in force again. Raises 404, 412 as `put_tool`."""
    with writing(caller.organisation_id) as session:
        _hold_shelf(session, caller.organisation_id)
        standing = _row(session, caller.organisation_id, tool_id)
        _refuse_moved(standing, unmoved)
        if standing is None:
            raise _no_file(tool_id)
        session.execute(
            delete(ToolFile).where(ToolFile.organisation_id == caller.organisation_id, ToolFile.tool == tool_id)
        )
        _changed(session, caller, tool_id, None, "removed")


def provider_roles(session: Session, organisation_id: UUID, tool_id: str, kind: str) -> tuple[str, ...]:
    """The roles that are the provider of a kind of item, most telling first; empty when unknown.

    The organisation's own file is asked first; for a kind that it does not have, the bundled one.
    """
    row = _row(session, organisation_id, tool_id)
    own = provider_roles_of(json.loads(row.content), kind) if row is not None else ()
    return own or bundled_provider_roles(tool_id, kind)


def tool_names(session: Session, organisation_id: UUID) -> Mapping[str, str]:
    """What each tool is called, by id; the organisation's own word counts first."""
    rows = session.execute(
        select(ToolFile.tool, ToolFile.name).where(ToolFile.organisation_id == organisation_id)
    ).all()
    return {tool["id"]: tool["name"] for tool in bundled_tools()} | {row.tool: row.name for row in rows}


def _shelf_version(session: Session, organisation_id: UUID) -> str:
    query = select(ToolShelf.version).where(ToolShelf.organisation_id == organisation_id)
    return session.execute(query).scalar_one_or_none() or _NOTHING


def _row(session: Session, organisation_id: UUID, tool_id: str) -> ToolFile | None:
    query = select(ToolFile).where(ToolFile.organisation_id == organisation_id, ToolFile.tool == tool_id)
    return session.execute(query).scalar_one_or_none()


def _shown(row: ToolFile) -> OwnTool:
    return OwnTool(row.tool, row.name, row.version, row.changed_at, row.content)


def _hold_shelf(session: Session, organisation_id: UUID) -> None:
    session.execute(
        insert(ToolShelf)
        .values(organisation_id=organisation_id, version=_NOTHING)
        .on_conflict_do_nothing(index_elements=["organisation_id"])
    )
    session.execute(select(ToolShelf).where(ToolShelf.organisation_id == organisation_id).with_for_update())


def _refuse_moved(standing: ToolFile | None, unmoved: Collection[str] | None) -> None:
    if unmoved is None or (standing is not None and ("*" in unmoved or standing.version in unmoved)):
        return
    raise Problem(
        412,
        "tool-moved-on",
        "Somebody has changed or removed this tool file meanwhile. Read what stands now, and make your change again.",
        headers={"ETag": f'"{standing.version}"'} if standing else {},
    )


def _refuse_full(session: Session, organisation_id: UUID) -> None:
    query = select(func.count()).select_from(ToolFile).where(ToolFile.organisation_id == organisation_id)
    if session.execute(query).scalar_one() >= MOST:
        raise Problem(
            409, "too-many-tools", f"An organisation keeps at most {MOST} tool files of its own. Remove one first."
        )


def _store(session: Session, organisation_id: UUID, made: OwnTool) -> None:
    values: dict[str, Any] = {
        "name": made.name, "version": made.version, "changed_at": made.changed_at, "content": made.content,
    }  # fmt: skip
    session.execute(
        insert(ToolFile)
        .values(organisation_id=organisation_id, tool=made.id, **values)
        .on_conflict_do_update(index_elements=["organisation_id", "tool"], set_=values)
    )


def _changed(session: Session, caller: Caller, tool_id: str, version: str | None, what: str) -> None:
    """What goes with every change: the list's new version, the log, and broken pages that are told of no more."""
    versions = session.execute(
        select(ToolFile.tool, ToolFile.version)
        .where(ToolFile.organisation_id == caller.organisation_id)
        .order_by(ToolFile.tool)
    ).all()
    whole = hashlib.sha256("".join(f"{row.tool} {row.version}\n" for row in versions).encode()).hexdigest()
    session.execute(update(ToolShelf).where(ToolShelf.organisation_id == caller.organisation_id).values(version=whole))
    breakages.another_file(session, caller.organisation_id, tool_id, version)
    detail = {"tool": tool_id, "what": what}
    record(session, caller.organisation_id, caller.member_id, AuditAction.TOOL_FILE, detail)


def _no_file(tool_id: str) -> Problem:
    if bundled_tool(tool_id) is None:
        detail = "Handclasp knows no tool of this id: neither your organisation nor Handclasp itself has a file for it."
    else:
        detail = "Your organisation has no tool file of its own for it: the one that comes with Handclasp is in force."
    return Problem(404, "no-tool-file", detail)
