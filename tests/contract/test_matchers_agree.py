"""Both matchers take an address for the same, whatever has become of it: the vectors' addresses, damaged at random."""

from __future__ import annotations

import json
import random
import shutil
import subprocess
from dataclasses import asdict
from pathlib import Path
from typing import Any

from handclasp.tools.matcher import match_url
from handclasp.tools.service import bundled_tools

HERE = Path(__file__).resolve().parent
VECTORS = HERE.parents[1] / "shared-schemas" / "vectors"
SEED = 20261123
HOW_MANY = 5000

PIECES = (
    *"/?#&=+%;:@.-_~!*'()[]{}|^`\"<>\\ \t\n",
    *("//", "..", "/./", "%2F", "%2f", "%5C", "%00", "%0A", "%7F", "%20", "%2B", "%25", "%3F", "%23", "%", "%zz", "%4"),
    *("%ff", "%c3", "%C3%A9", "%ED%A0%80", "%F0%9F%98%80", "%EF%BB%BF", "%E2%80%AE", "%E2%80%A8", "%f4%90%80%80"),
    *("é", "İ", "\u0131", "\u212a", "ß", "\ufeff", "\u2028", "\u3002", "😀", "\ud800", "a" * 90, "b" * 210, "😀" * 101),
    *("0", "007", "9" * 21, "ABC-1", "&&", "?x=1", "#!/", "&id=", "[]", ":443", ":80", "xn--"),
)


def addresses() -> list[str]:
    """Every address of the vectors, once as it is and then damaged in up to three places."""
    chance = random.Random(SEED)
    vectors = [json.loads(path.read_text("utf-8")) for path in sorted(VECTORS.glob("*.json"))]
    whole = [row["url"] for each in vectors for which in ("match", "no_match") for row in each[which]]
    return whole + [damaged(chance.choice(whole), chance) for _ in range(HOW_MANY)]


def damaged(url: str, chance: random.Random) -> str:
    for _ in range(chance.randint(1, 3)):
        start = chance.randrange(len(url) + 1)
        end = start + chance.choice((0, 0, 1, 3))
        url = url[:start] + chance.choice(("", *PIECES)) + url[end:]
    return url


def taken_by_the_extension(tools: list[Any], sites: dict[str, str], urls: list[str]) -> list[Any]:
    node = shutil.which("node")
    assert node is not None, "node is missing; install it: bash deploy/system-packages.sh"
    # Without the flag Node 20's URL.canParse, called often, fails outside ASCII; browsers have no such flaw.
    command = [node, "--no-turbo-fast-api-calls", str(HERE / "match_urls.mjs")]
    asked = json.dumps({"tools": tools, "sites": sites, "urls": urls})
    told = subprocess.run(command, input=asked, capture_output=True, text=True, timeout=60, check=False)
    assert told.returncode == 0, told.stderr
    return json.loads(told.stdout)


def test_both_matchers_take_damaged_addresses_for_the_same() -> None:
    grammar = json.loads((VECTORS / "grammar.json").read_text("utf-8"))
    tools = [*grammar["tools"], *bundled_tools()]
    sites: dict[str, str] = {}
    for path in sorted(VECTORS.glob("*.json")):
        sites |= json.loads(path.read_text("utf-8"))["sites"]
    urls = addresses()
    theirs = taken_by_the_extension(tools, sites, urls)
    ours = [None if found is None else asdict(found) for found in (match_url(url, tools, sites) for url in urls)]
    assert [row for row in zip(urls, ours, theirs, strict=True) if row[1] != row[2]] == []
    assert sum(found is not None for found in ours) > HOW_MANY // 5, "enough of them are still items"
