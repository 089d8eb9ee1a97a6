/** What the build makes of shared-schemas (extension/tool-files.mjs). */

declare module "handclasp:tool-index" {
  const index: readonly import("./tool-index.js").ToolEntry[];
  export default index;
}

declare module "handclasp:tool-validator" {
  /** True for what keeps to tool.schema.json. Says nothing of what a schema cannot say. */
  export default function validate(file: unknown): file is import("./tool.js").Tool;
}
