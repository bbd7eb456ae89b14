// What Swagger UI leaves out for who uses a keyboard or a screen reader: names of the fields for a request's body, and
// a way into examples that scroll. It draws both when an operation is opened.

function mend() {
  for (const field of document.querySelectorAll(".body-param__text:not([aria-label])")) field.setAttribute("aria-label", "Body of the request");
  for (const example of document.querySelectorAll("pre.microlight:not([tabindex])")) example.tabIndex = 0;
}

new MutationObserver(mend).observe(document.getElementById("swagger-ui"), { childList: true, subtree: true });
