// One module a kind. Each makes a control from (question, context): {body, value(), fill(value), answered(), begun()}.
//   body      the element below the question's text
//   value()   the answer as the API takes it; an emptied one says so, as it replaces what was answered before
//   fill(v)   shows an answer that was given earlier; what no longer fits is left out
//   answered() whether there is an answer, to all of it
//   begun()    only of those with several parts: whether there is one to some of it
// context: {labels, status: ids for aria; changed(): an answer was made; typing(): one is being made; left(): the field
// was left; announce(sentence): to screen readers}
import { essay } from "./essay.js";
import { matching } from "./matching.js";
import { multipleChoice } from "./multiple_choice.js";
import { numeric } from "./numeric.js";
import { ordering } from "./ordering.js";
import { shortText } from "./short_text.js";
import { singleChoice } from "./single_choice.js";

const KINDS = {
  single_choice: singleChoice,
  multiple_choice: multipleChoice,
  numeric,
  short_text: shortText,
  essay,
  matching,
  ordering,
};

export function control(question, context) {
  return KINDS[question.kind](question, context);
}
