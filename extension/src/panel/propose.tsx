/** Tells a colleague what I need of them, before there is anything to rate. */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { Item, Person } from "../shared/api.js";
import { ask } from "../shared/ask.js";
import { t } from "../shared/browser.js";
import { firstName } from "../shared/handoff.js";
import { AgreementForm } from "./agreement-form.js";
import { ItemLine, PeoplePicker } from "./parts.js";

/**
 * Asks for whom (unless that is known), what and by when. `done` is told the name of whoever is asked, once it is in
 * the outbox.
 */
export function Propose(props: {
  person: Person | null;
  item: Item | null;
  /** Colleagues to choose from before anything is typed, and while the server is away. */
  suggestions?: readonly Person[];
  done: (name: string) => void;
  cancel: () => void;
}): JSX.Element {
  const [person, setPerson] = useState(props.person);
  if (person === null) {
    return (
      <div class="fields" data-testid="propose">
        <span class="strong">{t("whomDoYouNeed")}</span>
        <PeoplePicker focus label={t("searchByName")} suggestions={props.suggestions ?? []} search={(q) => ask("panel.people", { q })} pick={setPerson} />
        <div class="row">
          <button type="button" class="btn" onClick={props.cancel}>
            {t("cancel")}
          </button>
        </div>
      </div>
    );
  }
  const first = firstName(person.name);
  return (
    <div class="fields" data-testid="propose">
      <div>
        <span class="strong">{person.name}</span>
        {props.item !== null && <ItemLine item={props.item} />}
      </div>
      <AgreementForm
        testid="propose"
        label={t("whatYouNeed", first)}
        placeholder={t("whatYouNeedSuch")}
        action={t("askPerson", first)}
        start={{ need: "", due: null }}
        hint={t("askHint", first)}
        cancel={props.cancel}
        send={async ({ need, due }) => {
          await ask("panel.propose", { proposal: { provider: person, item: props.item, need, due }, known: null });
          props.done(person.name);
        }}
      />
    </div>
  );
}
