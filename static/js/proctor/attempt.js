// The page of one attempt: it only has a dialog.
import { setUpDialogs } from "./dialogs.js";

setUpDialogs();
