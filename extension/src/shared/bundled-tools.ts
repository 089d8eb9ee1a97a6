/** The tool files that come with the extension. */
import github from "../../../shared-schemas/tools/github.json";
import redmine from "../../../shared-schemas/tools/redmine.json";
import trac from "../../../shared-schemas/tools/trac.json";
import type { Tool } from "./tool.js";

export const tools: readonly Tool[] = [github, redmine, trac] as unknown as Tool[];
