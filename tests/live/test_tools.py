"""In Chromium, with the shipping build: Tomas, a customer, in each real tool, signed in to it where it has accounts."""

from __future__ import annotations

from typing import Any

from tests.live.sites import Sites
from tests.support import mediawiki, redmine
from tests.support.stage import Stage
from tests.support.trac import MEI, TOMAS


def once_in(parent: str) -> dict[str, Any]:
    """What a page shows that has the button once, in its own text."""
    return {"buttons": 1, "parent": parent}


def items(rows: list[Any]) -> list[tuple[str, str, str, str, str | None]]:
    """Key, kind, title, verdict and provider of ratings, by key."""
    return sorted(
        (row["item"]["key"], row["item"]["kind"], row["item"]["title"], row["verdict"], row["subject"]["name"])
        for row in rows
    )


def test_trac(stage: Stage, sites: Sites) -> None:
    trac = sites.trac
    others = ["/", "/report/1", "/newticket", "/query", "/wiki"]
    told = stage.play(
        "trac",
        tool="trac",
        site=trac.origin,
        item=trac.ticket_url(1),
        others=[f"{trac.origin}{path}" for path in others],
    )

    assert told["found"] == once_in("h2")
    assert told["clicks"] == 1
    assert items(told["rows"]) == [("#1", "ticket", "Customer export misses the last day", "met", "Ana Ruiz")]
    assert [row["item"]["host"] for row in told["rows"]] == [trac.host]
    assert told["afterPreview"] == 1
    assert told["afterComment"] == once_in("h2")
    assert told["left"] == 0
    assert told["others"] == dict.fromkeys(others, 0)
    assert len(told["all"]) == 1, "nothing was stored but by the click"


def test_redmine(stage: Stage, sites: Sites) -> None:
    site = sites.redmine
    others = ["/", "/projects/northwind", "/projects/northwind/issues", "/issues", "/projects/northwind/issues/new"]
    others += ["/issues/1/edit", "/my/page"]
    told = stage.play(
        "redmine",
        tool="redmine",
        site=site.origin,
        item=site.issue_url(1),
        account={"login": TOMAS.login, "password": redmine.password(TOMAS)},
        mei=redmine.number(MEI),
        others=[f"{site.origin}{path}" for path in others],
    )

    assert told["found"] == once_in("h2")
    assert told["clicks"] == 1
    assert items(told["rows"]) == [("#1", "ticket", "Customer export misses the last day", "met", "Ana Ruiz")]
    assert [row["item"]["host"] for row in told["rows"]] == [site.host]
    assert [told[moment] for moment in ("afterWatching", "afterRelating", "afterDrawing")] == [1, 1, 1]
    assert told["afterSaving"] == once_in("h2")
    assert told["left"] == 0
    assert told["onTheNext"] == once_in("h2")
    assert told["others"] == dict.fromkeys(others, 0)
    assert len(told["all"]) == 1, "nothing was stored but by the click"


def test_mediawiki(stage: Stage, sites: Sites) -> None:
    site = sites.mediawiki
    page = site.page_url("Storage move")
    query = f"{site.origin}/index.php?title="
    same_item = [
        f"{query}Storage_move",
        f"{query}Storage%20move&utm_source=mail#Who",
        f"{query}Storage_move&action=history",
        f"{page}?action=history",
        f"{page}?action=info",
        f"{query}Storage_move&oldid=2",
        f"{page}?useskin=minerva",
        f"{page}?useskin=vector-2022",
        f"{page}?useskin=timeless",
        f"{page}?useskin=monobook",
    ]
    others = ["/index.php/Special:RecentChanges", "/index.php/Talk:Storage_move", "/index.php/Special:Search"]
    told = stage.play(
        "mediawiki",
        tool="mediawiki",
        site=site.origin,
        item=page,
        account={"login": mediawiki.account(TOMAS), "password": mediawiki.password(TOMAS)},
        sameItem=same_item,
        others=[f"{site.origin}{path}" for path in others],
    )

    assert told["found"] == once_in("#firstHeading")
    assert told["clicks"] == 1
    assert items(told["rows"]) == [("#Storage_move", "page", "Storage move", "met", "Ana Ruiz")]
    assert [row["item"]["host"] for row in told["rows"]] == [site.host]
    assert told["afterWatching"] == 1
    assert told["sameItem"] == {address.removeprefix(site.origin): 1 for address in same_item}
    assert [told[moment] for moment in ("whileEditing", "afterEditing")] == [once_in("#firstHeading")] * 2
    assert told["onTheNext"] == once_in("#firstHeading")
    assert ("#Night_shift/Rota", "page", "Night shift/Rota", "met", "Ana Ruiz") in items(told["next"])
    assert told["left"] == 0
    assert told["others"] == dict.fromkeys(others, 0)
    assert len(told["all"]) == 2, "nothing was stored but by the two clicks"


def test_etherpad(stage: Stage, sites: Sites) -> None:
    site = sites.etherpad
    pad = site.pad_url("storage-move")
    same_item = [f"{pad}?showControls=true&userName=Tomas&lang=de#L2", f"{pad}?showControls=false", f"{pad}/timeslider"]
    told = stage.play(
        "etherpad",
        tool="etherpad",
        site=site.origin,
        item=pad,
        sameItem=same_item,
        readOnly=site.read_only_url("storage-move"),
    )

    assert told["found"]["buttons"] == 1
    assert items(told["rows"]) == [("#storage-move", "document", "storage-move", "met", "Ana Ruiz")]
    assert [row["item"]["host"] for row in told["rows"]] == [site.host]
    assert told["inFrames"] == [0, 0]
    assert told["afterOpening"] == 1
    assert told["sameItem"] == {address.removeprefix(site.origin): 1 for address in same_item}
    assert told["left"] == 0
    assert told["onTheNext"]["buttons"] == 1
    assert told["readOnly"]["buttons"] == 1
    assert len(told["all"]) == 1, "nothing was stored but by the click"
