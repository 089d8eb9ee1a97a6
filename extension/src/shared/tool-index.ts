/** What is known of each bundled tool without its file, which only the background reads, when it is needed. */
import index from "handclasp:tool-index";

export interface ToolEntry {
  id: string;
  /** As people write it. */
  name: string;
  hosts: string[];
  /** Selectors by which a self-hosted copy is recognised; empty for a tool that nobody hosts themselves. */
  markers: string[];
  /** Whether its items live in frames. */
  frames: boolean;
  /** The SHA-256 of the file in its canonical form, as the server names it, too. */
  digest: string;
}

export const bundledIndex: readonly ToolEntry[] = index;
