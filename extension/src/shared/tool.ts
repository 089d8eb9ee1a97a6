/** The form of a tool file (shared-schemas/tool.schema.json). Pure data from one file per web tool. */

export type Role = "author" | "assignee" | "reviewer" | "owner" | "me";
export type ValueType = "text" | "int" | "word" | "fold";

/** How a value is read from a selected element. */
export type Reader = "text" | { attribute: string } | { href: string } | { href_query: string };

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
  query?: Record<string, ValueType>;
  fragment?: string[];
  key: string;
  url: string;
  provider: Role;
}

export interface Tool {
  id: string;
  name: string;
  hosts: string[];
  self_hosted: string[];
  items: ItemPattern[];
  title: TitlePlace[];
  anchors: Anchor[];
  people: Partial<Record<Role, PersonPlace[]>>;
  nobody?: string[];
}
