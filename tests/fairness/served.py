"""A company that is lived twice: over HTTP on the real server, and in memory. What both tell must be the same."""

from __future__ import annotations

import json
import random
import re
import uuid
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any

from handclasp.db import utc_now
from handclasp.people import service as people
from handclasp.policy.models import Breakdown
from handclasp.policy.service import next_release_on
from handclasp.privacy import leavers
from handclasp.privacy import service as privacy
from handclasp.ratings.models import Cause, Direction, Verdict
from handclasp.releases.service import release_due
from tests.support.office import Clock, Office, Person, item
from tests.support.pooled import pool

from .cells import Promise
from .company import Colleague, Company, ReleaseSeen, Rules

TOOLS = {
    "trac": {"host": "trac.example.org", "kind": "ticket"},
    "github": {"host": "github.com", "kind": "issue"},
    "jira": {"host": "work.atlassian.net", "kind": "issue"},
}
SUBJECTS = 5
"""So many of the people are rated."""
FIRST_DAY = datetime(2031, 1, 10, 9, tzinfo=UTC)
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_CURSOR = re.compile(r'"next": "[^"]+"')
_MOMENT = re.compile(r"(\d{4}-\d\d-\d\d)T[0-9:.]+(Z|\+00:00)")


@dataclass(frozen=True)
class Given:
    """Somebody rates somebody, or changes that (`again`), or takes it back (no verdict)."""

    number: int
    rater: int
    subject: int
    verdict: Verdict | None
    cause: Cause | None = None
    tool: str = "trac"
    direction: Direction = Direction.SERVICE
    again: bool = False


@dataclass(frozen=True)
class Happens:
    """Somebody moves to a team, leaves, or is erased; or a stricter policy is published (`k`); or the date comes."""

    what: str
    who: int = 0
    team: str = ""
    k: int = 0


Step = Given | Happens


@dataclass(frozen=True)
class Script:
    """All that happens, fixed beforehand, so that it can happen again with other verdicts."""

    promise: Promise
    breakdown: Breakdown
    people: tuple[str, ...]
    steps: tuple[Step, ...]


def written(seed: int, promise: Promise, months: int = 6) -> Script:
    """A script with bulks of ratings around the bounds, changes, withdrawals, moves, leavers and erasures."""
    chance = random.Random(seed)
    teams = ("Search", "Search", "Search", "Search", *["Sales"] * 4, *["Ops"] * 4)
    subjects = range(SUBJECTS)
    steps: list[Step] = []
    standing: list[Given] = []
    gone: set[int] = set()
    number = 0
    for month in range(months):
        a_little = chance.random() < 0.35
        if a_little:
            # Two raters for each of a team: too few for releases of their own, enough for the team's.
            raters = [who for who in range(4, len(teams)) if who not in gone]
            chance.shuffle(raters)
            leading, other = chance.choice(list(Verdict)), chance.choice(list(Verdict))
            for place, rater in enumerate(raters):
                subject, number = place % 4, number + 1
                if subject not in gone:
                    made = Given(number, rater, subject, other if place < 3 else leading)
                    standing.append(made)
                    steps.append(made)
        for _ in range(0 if a_little else chance.randint(2, 4)):
            subject = chance.choice([who for who in subjects if who not in gone])
            few = chance.random() < 0.3
            raters = [who for who in range(len(teams)) if who != subject and who not in gone]
            bulk = chance.sample(raters, chance.randint(1, 3) if few else min(chance.randint(4, 10), len(raters)))
            leading, other = chance.choice(list(Verdict)), chance.choice(list(Verdict))
            differ, tools = chance.randint(0, 4), chance.sample(list(TOOLS), chance.choice([1, 1, 2]))
            direction = chance.choice([Direction.SERVICE] * 4 + [Direction.REQUEST])
            for place, rater in enumerate(bulk):
                number += 1
                verdict = other if place < differ else leading
                cause = chance.choice([None, Cause.PROCESS]) if verdict is Verdict.MISSED else None
                made = Given(number, rater, subject, verdict, cause, chance.choice(tools), direction)
                standing.append(made)
                steps.append(made)
        for _ in range(min(3, len(standing))):
            before = standing.pop(chance.randrange(len(standing)))
            if before.rater not in gone and before.subject not in gone:
                verdict = chance.choice([None, *Verdict])
                steps.append(replace(before, verdict=verdict, cause=None, again=True))
        if chance.random() < 0.4:
            steps.append(Happens("moves", chance.choice(subjects), chance.choice(["Search", "Sales", "Ops"])))
        if chance.random() < 0.15:
            who = chance.choice(subjects)
            if who not in gone and len(gone) < 2:
                gone.add(who)
                steps.append(Happens(chance.choice(["leaves", "erased"]), who))
        if month == months // 2 and chance.random() < 0.5:
            steps.append(Happens("policy", k=promise[0] + 1))
        steps.append(Happens("date"))
        standing = []
    return Script(promise, list(Breakdown)[seed // 4 % len(Breakdown)], teams, tuple(steps))


@dataclass
class Served:
    """A script, lived over HTTP and in memory."""

    office: Office
    clock: Clock
    script: Script
    folder: Path
    company: Company = field(init=False)
    people: list[Person] = field(default_factory=list)
    gone: set[int] = field(default_factory=set)
    ids: dict[int, tuple[uuid.UUID, int]] = field(default_factory=dict)
    keys: dict[int, bytes] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    views: list[tuple[str, str]] = field(default_factory=list)
    calls: int = 0

    def live(self) -> Company:
        """Live the script to its end. Fails where what is told over HTTP and in memory differs."""
        k, colluders = self.script.promise
        self.company = Company(Rules(k, colluders, self.script.breakdown))
        self.clock.ahead += FIRST_DAY - utc_now()
        pool(self.office, k=k, colluders=colluders, breakdown=self.script.breakdown)
        self.office.admin.stay_connected()
        for number, team in enumerate(self.script.people):
            person = self.office.person(f"p{number}", team)
            self.people.append(person)
            self.company.members.append(Colleague(person.member.id, person.member.team_id))
            self.names[person.id] = f"person {number}"
            self.names[str(person.member.team_id)] = team
        for step in self.script.steps:
            self.clock.forward(seconds=2)
            self.company.now = utc_now()
            if isinstance(step, Given):
                self._give(step)
            else:
                self._happen(step)
        self._look_at_the_end()
        return self.company

    def _give(self, step: Given) -> None:
        rater, subject = self.people[step.rater], self.people[step.subject]
        rater.stay_connected()
        self.calls += 1
        rating_id, revision = self.ids.get(step.number, (uuid.uuid4(), 0))
        self.ids[step.number] = (rating_id, revision + 1)
        if step.verdict is None:
            answer = rater.call("DELETE", f"/api/v1/ratings/{rating_id}", params={"revision": revision + 1})
        else:
            answer = rater.rate(
                subject,
                step.verdict.value,
                id=rating_id,
                revision=revision + 1,
                item=item(str(step.number), tool=step.tool, **TOOLS[step.tool]),
                direction=step.direction.value,
                cause=step.cause.value if step.cause else None,
                what_would_have_helped=None,
            )
        assert answer.status_code == (200 if step.again else 201), answer.text
        if not step.again:
            before = set(self.company.waiting)
            self.company.rate(
                self.company.members[step.rater],
                self.company.members[step.subject],
                step.verdict or Verdict.MET,
                step.cause,
                step.tool,
                step.direction,
                step.number,
            )
            (self.keys[step.number],) = set(self.company.waiting) - before
        elif step.verdict is None:
            del self.company.waiting[self.keys[step.number]]
        else:
            self.company.change_key(self.keys[step.number], step.verdict, step.cause)

    def _happen(self, step: Happens) -> None:
        member = self.company.members[step.who]
        organisation_id = self.office.organisation_id
        with self.office.app.app_context():
            if step.what == "moves" and step.who not in self.gone:
                member.team = people.move(organisation_id, member.id, step.team).team_id
            elif step.what == "leaves":
                leavers.leave(organisation_id, member.id)
                member.left = True
            elif step.what == "erased":
                privacy.erase(self.folder, organisation_id, member.id)
                self.company.erase(member)
        if step.what in ("leaves", "erased"):
            self.gone.add(step.who)
        if step.what == "policy":
            self._stricter(step.k)
        if step.what == "date":
            self._date_comes()

    def _stricter(self, k: int) -> None:
        admin = self.office.admin
        admin.stay_connected()
        policy = admin.get("/api/v1/policy").json()
        parts = (
            "attribution",
            "colluders",
            "calendar",
            "breakdown",
            "retention_days",
            "teammates_rate",
            "named_exports",
        )
        body = {part: policy[part] for part in parts}
        answer = admin.put("/api/v1/policy", body | {"base_version": policy["version"], "k": k, "representative": None})
        assert answer.status_code in (200, 201), answer.text
        self.company.rules = replace(self.company.rules, k=k)

    def _date_comes(self) -> None:
        on = next_release_on(self.company.rules.calendar, utc_now())
        self.clock.ahead += datetime.combine(on, time(9), UTC) - utc_now()
        with self.office.app.app_context():
            release_due(self.office.organisation_id)
        self.company.now = datetime.combine(on - timedelta(days=1), time(9), UTC)
        self.company.date_comes()
        self._look()

    # --- what everybody sees --------------------------------------------------------------------------------------

    def _look(self) -> None:
        """Collect what everybody is told of releases, and hold it against those in memory."""
        releases = [release for seen in self.company.seen for release in seen.releases]
        for number, person in enumerate(self.people[:SUBJECTS]):
            if number not in self.gone:
                person.stay_connected()
                mine = self._see(person, "/api/v1/me/service")
                own = [release for release in releases if release.batch.subject == person.member.id]
                same(told(mine["releases"]), expected(own))
        self._look_as_admin([release for release in releases if release.batch.team])

    def _look_at_the_end(self) -> None:
        """Everything else that anybody can ask for: a subject and a rater everything, the others what differs most."""
        here = [person for number, person in enumerate(self.people) if number not in self.gone]
        for person in here:
            person.stay_connected()
            for path in ("me/service", "inbox"):
                self._see(person, f"/api/v1/{path}")
        for person in (here[0], here[-1]):
            for path in ("me", "me/data", "policy", "policy/versions", "log", "ratings", "wall"):
                self._see(person, f"/api/v1/{path}")
            for path in ("reports/teams", "reports/edges", "exports/releases", "exports/ratings"):
                assert person.get(f"/api/v1/{path}").status_code == 403
        numbers = [step.number for step in self.script.steps if isinstance(step, Given) and not step.again]
        for number in numbers[:: max(1, len(numbers) // 10)]:
            self._resolve(number)

    def _resolve(self, number: int) -> None:
        """What a page with this item, and the rating's id, tell somebody who did not give it."""
        step = next(step for step in self.script.steps if isinstance(step, Given) and step.number == number)
        onlooker = next(who for who in range(len(self.people)) if who not in (step.rater, *self.gone))
        seen = {"item": item(str(number), tool=step.tool, **TOOLS[step.tool]), "people": []}
        asking, path = self.people[onlooker], f"/api/v1/ratings/{self.ids[number][0]}"
        for what, answer in (
            ("resolve", asking.post("/api/v1/handoffs/resolve", seen)),
            ("read", asking.get(path)),
            ("withdraw", asking.call("DELETE", path, params={"revision": 9})),
        ):
            self.views.append((f"{what} {number}", f"{answer.status_code} {self._nameless(answer.text)}"))

    def _look_as_admin(self, releases: list[ReleaseSeen]) -> None:
        admin = self.office.admin
        admin.stay_connected()
        teams = self._see(admin, "/api/v1/reports/teams?dates=60")["items"]
        same(told([release for team in teams for release in team["releases"]]), expected(releases))
        by_team = [r for r in releases if r.batch.breakdown in (Breakdown.CUSTOMER_TEAM, Breakdown.CAUSE)]
        edges = self._see(admin, "/api/v1/reports/edges?dates=60")["items"]
        assert sorted(cell_told(edge["cell"]) for edge in edges) == sorted(
            cell for release in expected(by_team) for cell in release[-1]
        )
        exported = self._export("releases")
        assert sorted(row_told(row) for row in exported) == sorted(
            cell[1:6] for release in expected(releases) for cell in release[-1]
        )
        assert len(self._export("edges")) == len(edges)
        assert self._export("ratings") == []
        self._export("members")

    def _see(self, person: Person, path: str) -> Any:
        answer = person.get(path)
        assert answer.status_code == 200, answer.text
        self.views.append((f"{self.names.get(person.id, 'admin')} {path}", self._nameless(answer.text)))
        return answer.json()

    def _export(self, dataset: str) -> list[dict[str, Any]]:
        answer = self.office.admin.get(f"/api/v1/exports/{dataset}", params={"format": "ndjson"})
        assert answer.status_code == 200, answer.text
        rows = [json.loads(line) for line in answer.text.splitlines()]
        assert "manifest" in rows[-1]
        self.views.append((f"export {dataset}", self._nameless("\n".join(answer.text.splitlines()[:-1]))))
        return rows[:-1]

    def _nameless(self, text: str) -> str:
        """Without what differs by chance: ids, cursors made of them, and the seconds of times."""
        told_ids = _UUID.sub(lambda found: self.names.get(found[0], "an id"), _CURSOR.sub('"next": "more"', text))
        return "\n".join(in_order(line) for line in _MOMENT.sub(r"\1", told_ids).splitlines())


def same(over_http: list[Any], in_memory: list[Any]) -> None:
    """Fail with what only one of the two tells."""
    if over_http != in_memory:
        only_there = [release for release in over_http if release not in in_memory]
        only_here = [release for release in in_memory if release not in over_http]
        raise AssertionError(f"only over HTTP: {only_there}; only in memory: {only_here}")


def in_order(line: str) -> str:
    """A line of JSON, its lists sorted: what happens at one moment comes in an order that ids give, by chance."""

    def sorted_lists(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: sorted_lists(inner) for key, inner in value.items()}
        if isinstance(value, list):
            return sorted(map(sorted_lists, value), key=json.dumps)
        return value

    return json.dumps(sorted_lists(json.loads(line)))


def told(releases: list[dict[str, Any]]) -> list[Any]:
    """Releases over HTTP, comparable."""
    return sorted(
        (release["released_on"], release["direction"], release["raters"], sorted(map(cell_told, release["cells"])))
        for release in releases
    )


def cell_told(cell: dict[str, Any]) -> tuple[Any, ...]:
    """A cell over HTTP, comparable."""
    causes = cell["causes"]
    pairs = causes.items() if isinstance(causes, dict) else ((each["cause"], each["count"]) for each in causes)
    counts = tuple(cell[verdict.value] for verdict in Verdict)
    return (cell["label"] or "", cell["form"], cell["leading"] or "", *counts, tuple(sorted(pairs)))


def row_told(row: dict[str, Any]) -> tuple[Any, ...]:
    """A row of the export, comparable."""
    return (row["form"], row["leading"] or "", *(int(row[verdict.value]) for verdict in Verdict))


def expected(releases: list[ReleaseSeen]) -> list[Any]:
    """Releases in memory, as they should be told."""
    return sorted(
        (
            release.on.isoformat(),
            release.batch.direction.value,
            release.batch.raters,
            sorted(
                (
                    seen.cell.label or "",
                    seen.cell.published.form.value,
                    (seen.cell.published.leading or ""),
                    *(seen.cell.published.counts[verdict] for verdict in Verdict),
                    tuple(sorted((cause.value, count) for cause, count in seen.cell.causes.items())),
                )
                for seen in release.cells
            ),
        )
        for release in releases
    )
