/** The third content script: the form's frame. Brought into a page only when the member opens a form there. */
import { openFormFrame } from "./form-frame.js";
import { place } from "./doorman.js";

place.handclaspForm = openFormFrame;
