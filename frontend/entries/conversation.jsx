// The conversation about an order: takes over what the server drew, with what was typed meanwhile.
import { render } from "react-dom";
import { Conversation } from "../components/Conversation/Conversation";
import { clock, keptStorage } from "../lib/browser";
import { ChatClient } from "../lib/chatClient";
import { showConversation } from "../lib/conversationNotes";
import { csrfToken, makeUuid } from "../lib/tokens";
import { makeOutbox } from "../lib/outbox";

const mount = document.querySelector("[data-conversation]");
const data = document.getElementById("conversation-props");

if (mount && data) start(JSON.parse(data.textContent));

function start(props) {
  const csrf = csrfToken(document);
  const draft = mount.querySelector("textarea")?.value ?? "";
  const { activeElement } = document;
  const hadFocus = mount.contains(activeElement) && activeElement.tagName === "TEXTAREA";
  const outbox = makeOutbox(keptStorage(), `${props.orderId}.${props.me.who}`);
  const socket = new URL(props.urls.socket, window.location.href);
  socket.protocol = socket.protocol.replace("http", "ws");
  const client = new ChatClient({
    props,
    outbox,
    openSocket: () => new WebSocket(socket),
    fetch: (...request) => window.fetch(...request),
    csrf: () => csrf,
    clock,
    makeCid: makeUuid,
  });

  const { expectation, canned } = props;
  mount.textContent = "";
  render(<Conversation {...{ client, expectation, canned, draft }} />, mount);
  if (hadFocus) mount.querySelector("textarea").focus();

  // Staff: the forms around it are the server's; what they say is kept up to date.
  client.subscribe(({ conversation }) => showConversation(document, conversation));
  listen(client, outbox);
  client.start();
}

function listen(client, outbox) {
  window.addEventListener("online", client.wake);
  window.addEventListener("offline", client.drop);
  window.addEventListener("pageshow", (event) => event.persisted && client.wake());
  // A page that may be shown again keeps no socket, and asks for no other way.
  window.addEventListener("pagehide", client.drop);
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") client.wake();
  });
  window.addEventListener("storage", ({ key }) => outbox.owns(key) && client.unsentChanged());
}
