/** The form of a tool file (shared-schemas/tool.schema.json). Pure data from one file per web tool. */

export type Role = "author" | "assignee" | "reviewer" | "owner" | "me";

/** How a value is read from a selected element. */
export type Reader =
  | "text"
  | "own-text"
  | "value"
  | "option"
  | "mailto"
  | { attribute: string; like?: string[] }
  | { text: string[] }
  | { value: string[] }
  | { href: string }
  | { href_query: string };

export interface TitlePlace {
  select: string;
  read?: Reader;
  why?: string;
}

export interface Anchor {
  select: string;
  position: "prepend" | "append" | "before" | "after";
  why?: string;
}

export interface PersonPlace {
  select: string;
  handle?: Reader;
  name?: Reader;
  email?: Reader;
  why?: string;
}

export interface ItemPattern {
  kind: string;
  paths: string[];
  query?: Record<string, string>;
  fragment?: string[];
  fragment_query?: Record<string, string>;
  except?: string[];
  key: string;
  url: string;
  provider: Role;
  within?: string[];
  each?: { select: string; key: Reader };
  why?: string;
}

export interface Hook {
  name: "canonical-link" | "confluence-page-id";
  paths: string[];
  query?: Record<string, string>;
  why?: string;
}

export interface Tool {
  id: string;
  name: string;
  hosts: string[];
  same_host?: Record<string, string>;
  self_hosted: string[];
  frames?: boolean;
  items: ItemPattern[];
  hooks?: Hook[];
  title: TitlePlace[];
  document_title?: string[];
  anchors: Anchor[];
  people: Partial<Record<Role, PersonPlace[]>>;
  nobody?: string[];
}
