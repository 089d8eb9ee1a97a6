"""What is generated and committed is what the sources say."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

from handclasp.tools.service import bundled_tools
from handclasp.tools.table import table
from tests.support.processes import ROOT

REPAIR = "run `make contract` and commit the result"


def test_openapi_json_follows_from_the_schemas(tmp_path: Path) -> None:
    printed = subprocess.run(
        [ROOT / ".venv" / "bin" / "handclasp", "contract"],
        env=os.environ | {"HANDCLASP_DATA_DIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert printed.stdout == (ROOT / "shared-schemas" / "openapi.json").read_text("utf-8"), REPAIR


def test_the_extensions_types_follow_from_openapi_json(tmp_path: Path) -> None:
    extension = ROOT / "extension"
    committed, written = extension / "src" / "contract.ts", tmp_path / "contract.ts"
    script: str = json.loads((extension / "package.json").read_text("utf-8"))["scripts"]["contract"]
    generate = script.replace("src/contract.ts", str(written))
    path = f"{extension / 'node_modules' / '.bin'}{os.pathsep}{os.environ['PATH']}"
    subprocess.run(generate.split(), cwd=extension, env=os.environ | {"PATH": path}, capture_output=True, check=True)
    assert written.read_text("utf-8") == committed.read_text("utf-8"), REPAIR


def test_the_table_of_tools_follows_from_the_tool_files() -> None:
    assert table(bundled_tools()) == (ROOT / "docs" / "tools.md").read_text("utf-8"), REPAIR
