// Asks a security key (WebAuthn): on pages that add one (data-key="create") and that ask for one (data-key="get").
// What the server wants is in #key-data, what the key says goes into the form's hidden field.

const TROUBLE = {
  NotAllowedError: "The key did not answer, or you stopped. Please try again.",
  InvalidStateError: "This key is registered already.",
  SecurityError: "Keys work only at the site’s own, secure address.",
  NotSupportedError: "This browser cannot use that key.",
};

const form = document.querySelector("form[data-key]");
const error = document.getElementById("key-error");
const button = document.getElementById("use-key");

const bytes = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (one) => one.charCodeAt(0));
const text = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
const withBytes = (credentials = []) => credentials.map((one) => ({...one, id: bytes(one.id)}));

async function create({publicKey}) {
  const made = await navigator.credentials.create({
    publicKey: {
      ...publicKey,
      challenge: bytes(publicKey.challenge),
      user: {...publicKey.user, id: bytes(publicKey.user.id)},
      excludeCredentials: withBytes(publicKey.excludeCredentials),
    },
  });
  const transports = made.response.getTransports?.() ?? [];
  return said(made, {attestationObject: text(made.response.attestationObject), transports});
}

async function get({publicKey}) {
  const shown = await navigator.credentials.get({
    publicKey: {
      ...publicKey,
      challenge: bytes(publicKey.challenge),
      allowCredentials: withBytes(publicKey.allowCredentials),
    },
  });
  const handle = shown.response.userHandle;
  return said(shown, {
    authenticatorData: text(shown.response.authenticatorData),
    signature: text(shown.response.signature),
    userHandle: handle ? text(handle) : null,
  });
}

function said(credential, response) {
  return {
    id: credential.id,
    rawId: text(credential.rawId),
    type: credential.type,
    authenticatorAttachment: credential.authenticatorAttachment,
    clientExtensionResults: credential.getClientExtensionResults(),
    response: {clientDataJSON: text(credential.response.clientDataJSON), ...response},
  };
}

async function ask() {
  const wanted = JSON.parse(document.getElementById("key-data").textContent);
  error.hidden = true;
  button.disabled = true;
  try {
    const credential = form.dataset.key === "create" ? await create(wanted.creation_options) : await get(wanted.request_options);
    form.querySelector('input[name="credential"]').value = JSON.stringify(credential);
    form.submit();
  } catch (trouble) {
    error.textContent = TROUBLE[trouble.name] ?? "The key could not be used. Please try again.";
    error.hidden = false;
    button.disabled = false;
  }
}

if (window.PublicKeyCredential) {
  button.addEventListener("click", ask);
} else {
  button.disabled = true;
  error.textContent = "This browser knows no security keys.";
  error.hidden = false;
}
