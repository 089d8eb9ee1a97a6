"""Where the shared schemas lie."""

from pathlib import Path


class UnusableToolFile(Exception):
    """A bundled tool file is missing or breaks the format; the message names the file and the place."""


def schemas_directory() -> Path:
    """Return the folder of shared schemas: beside the server in the repository, or inside the installed package.

    Raises UnusableToolFile when it is in neither place.
    """
    package = Path(__file__).resolve().parents[1]
    places = (package.parents[1] / "shared-schemas", package / "shared-schemas")
    for place in places:
        if (place / "tool.schema.json").is_file():
            return place
    raise UnusableToolFile(f"tool.schema.json is in none of {', '.join(str(place) for place in places)}")
