// Forms that send a passkey: the browser asks for it, and its answer goes into the hidden field.
import { createPasskey, knowsPasskeys, usePasskey } from "../lib/passkeys";

const WORDS = {
  unknown: "This browser can’t use passkeys here. Please sign in another way.",
  waiting: "Follow the prompt in your browser …",
  NotAllowedError: "The request was cancelled or timed out. Please try again.",
  InvalidStateError: "This device already has a passkey for your account.",
  NetworkError: "The shop did not answer. Please try again.",
  other: "That didn’t work. Please try again or sign in another way.",
};

/** The page contains the options; before sign-in, the form's address returns them. */
async function optionsOf(form) {
  const data = document.getElementById("passkey-options");
  if (data) return JSON.parse(data.textContent);
  const answer = await fetch(form.action, { headers: { Accept: "application/json" } }).catch(
    () => null,
  );
  if (answer && answer.ok) return answer.json();
  throw new DOMException("no options", "NetworkError");
}

async function fill(form) {
  const options = await optionsOf(form);
  const credential =
    form.dataset.passkey === "create"
      ? await createPasskey(options.creation_options)
      : await usePasskey(options.request_options);
  form.elements.credential.value = JSON.stringify(credential);
}

function start(form) {
  const button = form.querySelector("button");
  const status = form.querySelector("[data-passkey-status]");
  const say = (words, kind) => {
    status.textContent = words;
    status.className = `alert alert-${kind}`;
  };

  if (!knowsPasskeys()) {
    button.disabled = true;
    say(WORDS.unknown, "warning");
    return;
  }
  form.hidden = false;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    button.disabled = true;
    say(WORDS.waiting, "info");
    try {
      await fill(form);
      form.submit();
    } catch (error) {
      say(WORDS[error.name] || WORDS.other, "error");
      button.disabled = false;
    }
  });
}

document.querySelectorAll("form[data-passkey]").forEach(start);
