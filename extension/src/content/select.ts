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

/** The selected element that can be seen; where none can, the first. */
export function selectBest(scope: Scope, selector: string): Element | null {
  const all = selectAll(scope, selector);
  return all.length < 2 ? (all[0] ?? null) : (all.find(canBeSeen) ?? all[0] ?? null);
}

/** Whether the element has a place in the page's layout and is not hidden by style. */
export function canBeSeen(element: Element): boolean {
  return element.checkVisibility({ visibilityProperty: true });
}

function select(scope: Scope, selector: string): Element[] {
  const inside = [...scope.querySelectorAll(selector)];
  return scope instanceof Element && scope.matches(selector) ? [scope, ...inside] : inside;
}
