/** The button's style. The tokens are those of docs/look.md; nothing of the page's style gets in, nothing of this gets out. */

const LIGHT = "--ink:#1d2433;--dim:#5b6577;--line:#dfe3ea;--paper:#fff;--wash:#f6f7f9;--clasp:#3a5bd9;--missed:#a85a1f;--met:#47617f;--exceeded:#1f7a5c";
const DARK = "--ink:#e8ebf1;--dim:#9aa4b5;--line:#313846;--paper:#1b202a;--wash:#232a36;--clasp:#7f9bff;--missed:#e0a06a;--met:#9db4d1;--exceeded:#6fcaa9";

export const STYLE = `
:host{all:initial!important;display:inline-block!important;position:relative!important;height:28px!important;vertical-align:middle!important;margin:0 8px!important;${LIGHT};color-scheme:light}
:host([data-theme=dark]){${DARK};color-scheme:dark}
:host([data-place=floating]){position:fixed!important;right:16px!important;bottom:16px!important;margin:0!important;z-index:2147483646!important}
*{box-sizing:border-box;margin:0}
.room{display:inline-block;height:28px}
.pill{position:absolute;left:0;top:0;z-index:1;display:inline-flex;align-items:stretch;height:28px;border:1px solid var(--line);border-radius:14px;background:var(--paper);color:var(--ink);font:500 13px/1 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif;white-space:nowrap;overflow:hidden;width:max-content}
.pill:focus-within:has(:focus-visible){outline:2px solid var(--clasp);outline-offset:2px}
button,.part{all:unset;box-sizing:border-box;display:inline-flex;align-items:center;gap:6px;height:26px;padding:0 10px;color:inherit;font:inherit}
button{cursor:pointer}
button+button,.part+button,button+.part{border-left:1px solid var(--line)}
button:hover,button:focus-visible,button[aria-pressed=true]{background:var(--wash)}
.pill.open{z-index:2147483646}
[tabindex='-1']:focus{outline:none}
button:focus-visible{box-shadow:inset 0 -2px 0 var(--clasp)}
.rest:focus-visible{box-shadow:none}
.who{color:var(--dim);font-weight:400;max-width:220px;padding-right:8px}
.who svg{color:var(--ink)}
.who span{overflow:hidden;text-overflow:ellipsis;line-height:1.4}
.missed{color:var(--missed)}.met{color:var(--met)}.exceeded{color:var(--exceeded)}
.link{color:var(--clasp)}
.dim{color:var(--dim);font-weight:400}
.card{position:absolute;left:0;top:32px;z-index:2147483646;display:grid;gap:4px;justify-items:start;max-width:360px;width:max-content;padding:4px 8px;border-radius:8px;background:var(--paper);border:1px solid var(--line);color:var(--dim);font:400 12px/1.4 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif}
:host([data-place=floating]) .card{top:auto;bottom:32px}
.card:empty{display:none}
.card:has(.chips){padding:8px}
.card .line{display:block;height:auto;padding:0;white-space:normal}
.card .agreed{color:var(--ink)}
.chips{display:flex;flex-wrap:wrap;gap:4px}
.card .chip{height:24px;padding:0 9px;border:1px solid var(--line);border-radius:12px;color:var(--ink);white-space:nowrap}
.chip[aria-pressed=true]{border-color:var(--ink);background:var(--wash)}
.card .chip:focus-visible{outline:2px solid var(--clasp);outline-offset:1px;box-shadow:none}
.heard{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
svg{flex:none}
@media (prefers-reduced-motion:no-preference){button{transition:background-color 100ms}}
@media print{:host{display:none!important}}
@media (forced-colors:active){.pill,.card,.chip{border-color:ButtonBorder;background:Canvas;color:CanvasText}button:focus-visible{outline:2px solid Highlight;outline-offset:-3px}.missed,.met,.exceeded,.link,.card .chip{color:ButtonText}.chip[aria-pressed=true]{outline:2px solid Highlight;outline-offset:-2px}}
`;

/** Gives a shadow root the style; by a constructed sheet where possible, which no page policy can forbid. */
export function addStyle(root: ShadowRoot, text: string): void {
  try {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(text);
    root.adoptedStyleSheets = [sheet];
  } catch {
    // Firefox does not let content scripts adopt sheets.
    const style = document.createElement("style");
    style.textContent = text;
    root.append(style);
  }
}
