export interface components {
  schemas: {
    Team: { id: string; name: string };
    Person: { id: string; name: string; team: components["schemas"]["Team"] | null };
    Organisation: { id: string; name: string };
    PolicySummary: { version: number; attribution: "open" | "pooled"; undo_seconds: number };
    Me: {
      member: components["schemas"]["Person"];
      email: string;
      role: "member" | "admin";
      organisation: components["schemas"]["Organisation"];
      policy: components["schemas"]["PolicySummary"];
      server: { version: string };
    };
    PeoplePage: { items: components["schemas"]["Person"][]; next: string | null };
    Item: { tool: string; host: string; key: string; kind: string; title: string };
    ReadPerson: { role: "author" | "assignee" | "reviewer" | "owner" | "me"; handle?: string; name?: string; email?: string };
    ResolveRequest: { item: components["schemas"]["Item"]; people: components["schemas"]["ReadPerson"][] };
    Permission: { allowed: boolean; code: string | null; detail: string | null };
    Resolution: {
      subject: components["schemas"]["Person"] | null;
      handle: string | null;
      suggestions: components["schemas"]["Person"][];
      rating: components["schemas"]["Rating"] | null;
      rate: components["schemas"]["Permission"];
      thank: components["schemas"]["Permission"];
    };
    Subject: { member?: string; handle?: string; name?: string; email?: string };
    RatingPut: {
      revision: number;
      item: components["schemas"]["Item"];
      subject: components["schemas"]["Subject"];
      direction: "service";
      verdict: "missed" | "met" | "exceeded";
      what_would_have_helped: string | null;
    };
    Rating: {
      id: string;
      revision: number;
      item: components["schemas"]["Item"];
      subject: components["schemas"]["Person"];
      direction: "service";
      verdict: "missed" | "met" | "exceeded" | null;
      what_would_have_helped: string | null;
      withdrawn: boolean;
      given_at: string;
      changed_at: string;
      visible_at: string;
    };
    RatingPage: { items: components["schemas"]["Rating"][]; next: string | null };
    NotePut: { kind: "thanks" | "word"; recipient: components["schemas"]["Subject"]; item: components["schemas"]["Item"] | null; text: string };
    Note: {
      id: string;
      kind: "thanks" | "word";
      author: components["schemas"]["Person"];
      recipient: components["schemas"]["Person"];
      item: components["schemas"]["Item"] | null;
      text: string;
      written_at: string;
    };
    InboxEntry: {
      id: string;
      kind: "rating" | "thanks" | "word";
      at: string;
      read: boolean;
      author: components["schemas"]["Person"];
      item: components["schemas"]["Item"] | null;
      verdict: "missed" | "met" | "exceeded" | null;
      text: string | null;
    };
    InboxPage: { items: components["schemas"]["InboxEntry"][]; next: string | null; unread: number };
    Unread: { unread: number };
  };
}
