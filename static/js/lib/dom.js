// Elements without markup in strings; and markup that came from the server, which has cleaned it.
export function element(name, properties = {}, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}

// The server's HTML of a text (exams/markdown.py). Parsed apart from the page, nothing in it is run or loaded; the
// page's security policy forbids scripts and handlers besides.
export function serverHtml(html) {
  const fragment = document.createDocumentFragment();
  fragment.append(...new DOMParser().parseFromString(html, "text/html").body.childNodes);
  return fragment;
}

// aria-… and other attributes that are no properties everywhere.
export function attributes(target, values) {
  for (const [name, value] of Object.entries(values)) target.setAttribute(name, value);
  return target;
}
