/** The names of the tools that come with the extension. */
import github from "../../../shared-schemas/tools/github.json";
import redmine from "../../../shared-schemas/tools/redmine.json";
import trac from "../../../shared-schemas/tools/trac.json";

const NAMES = new Map([github, redmine, trac].map((tool) => [tool.id, tool.name]));

/** The tool's name as people write it; null for one that is not known here. */
export function toolName(id: string): string | null {
  return NAMES.get(id) ?? null;
}
