/** A signed text to a colleague: thanks, or a word in private. */
import type { JSX } from "preact";
import type { Attribution } from "../shared/api.js";
import { speak, t } from "../shared/browser.js";
import type { ReadyThanks } from "../shared/messages.js";
import { READY_THANKS } from "../shared/say.js";
import { TextForm } from "./parts.js";

export interface WriteFormProps {
  kind: "thanks" | "word";
  /** How the colleague is called in short. */
  first: string;
  attribution: Attribution;
  /** Thanks that are written already, offered for one tap. */
  ready: ReadyThanks | null;
  send: (kind: "thanks" | "word", text: string) => Promise<void>;
  /** Goes over to the other kind. */
  swap?: () => void;
  cancel?: () => void;
}

export function WriteForm({ kind, first, attribution, ready, send, swap, cancel }: WriteFormProps): JSX.Element {
  const thanks = kind === "thanks";
  return (
    <>
      {thanks && ready !== null && <Ready ready={ready} send={(text) => send("thanks", text)} />}
      <TextForm
        key={kind}
        testid={kind}
        label={speak(thanks ? ["thankPerson", first] : ["tellPrivately", first])}
        placeholder={speak(thanks ? ["sayThankYou", first] : ["whatToTell"])}
        action={speak(thanks ? ["sendThanks"] : ["tellThem", first])}
        longest={2000}
        lines={true}
        hint={speak([thanks ? "thanksArePrivate" : attribution === "pooled" ? "wordIsPrivate" : "wordIsPrivateOpen", first])}
        send={(text) => send(kind, text)}
        {...(cancel === undefined ? {} : { cancel })}
      />
      {swap !== undefined && (
        <div class="row">
          <button type="button" class="btn quiet" data-testid="swap" onClick={swap}>
            {speak([thanks ? "orTell" : "orThank", first])}
          </button>
        </div>
      )}
    </>
  );
}

function Ready({ ready, send }: { ready: ReadyThanks; send: (text: string) => Promise<void> }): JSX.Element {
  const text = t(READY_THANKS[ready]);
  return (
    <div class="row">
      <button type="button" class="chip" data-testid="ready-thanks" onClick={() => void send(text).catch(() => undefined)}>
        {text}
      </button>
    </div>
  );
}
