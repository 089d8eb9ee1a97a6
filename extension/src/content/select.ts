/** Finds elements by a tool file's selectors: also inside open shadow roots, and the one of several that can be seen. */

/** Goes on inside the open shadow root of what the left side selects. */
const INTO_SHADOW = " >>> ";

export type Scope = Document | ShadowRoot | Element;

/**
 * Every element a selector selects in the scope, the scope itself included. One that is no selector selects nothing.
 * @param crossed takes the shadow roots that were looked into: what changes in them is seen only from inside
 */
export function selectAll(scope: Scope, selector: string, crossed?: Set<ShadowRoot>): Element[] {
  const [last = "", ...lead] = selector.split(INTO_SHADOW).reverse();
  let scopes: Scope[] = [scope];
  try {
    for (const step of lead.reverse()) {
      const inner = scopes.flatMap((each) => select(each, step)).flatMap(({ shadowRoot }) => shadowRoot ?? []);
      for (const root of inner) crossed?.add(root);
      scopes = inner;
    }
    return scopes.flatMap((each) => select(each, last));
  } catch {
    return [];
  }
}

/** What is never drawn, and still says what the page is about. */
const UNDRAWN = "head *, meta, link, [type=hidden]";

/**
 * Of selected elements those that can be seen, and what is never drawn. What is hidden is often another item's: a list
 * behind a dialog, a tab kept for later.
 */
export function selectShown(scope: Scope, selector: string): Element[] {
  return selectAll(scope, selector).filter((element) => canBeSeen(element) || element.matches(UNDRAWN));
}

/** Whether the element has a place in the page's layout and is not hidden by style. */
export function canBeSeen(element: Element): boolean {
  return element.checkVisibility({ visibilityProperty: true });
}

function select(scope: Scope, selector: string): Element[] {
  const inside = [...scope.querySelectorAll(selector)];
  return scope instanceof Element && scope.matches(selector) ? [scope, ...inside] : inside;
}
