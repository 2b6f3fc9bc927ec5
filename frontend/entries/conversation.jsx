// The conversation about an order: takes over what the server rendered, and what was typed since.
import { render } from "react-dom";
import { Conversation } from "../components/Conversation/Conversation";
import { clock, keptStorage } from "../lib/browser";
import { ConversationClient } from "../lib/conversationClient";
import { lastSeq } from "../lib/conversationState";
import { showConversation, showSeen } from "../lib/conversationNotes";
import { Draft } from "../lib/draft";
import { cookieToken, csrfToken, makeUuid } from "../lib/tokens";
import { makeOutbox } from "../lib/outbox";

const mount = document.querySelector("[data-conversation]");
const data = document.getElementById("conversation-props");

if (mount && data) start(JSON.parse(data.textContent));

function start(props) {
  let token = csrfToken(document);
  const csrf = ({ isAnew }) => {
    if (isAnew) token = cookieToken(document) || token;
    return token;
  };
  const { activeElement } = document;
  const hadFocus = mount.contains(activeElement) && activeElement.tagName === "TEXTAREA";
  const [storage, whose] = [keptStorage(), `${props.orderId}.${props.me.who}`];
  const draft = new Draft(storage, whose, mount.querySelector("textarea")?.value);
  const outbox = makeOutbox(storage, whose);
  const socket = new URL(props.urls.socket, window.location.href);
  socket.protocol = socket.protocol.replace("http", "ws");
  const client = new ConversationClient({
    props,
    outbox,
    openSocket: () => new WebSocket(socket),
    fetch: (...request) => window.fetch(...request),
    csrf,
    clock,
    makeCid: makeUuid,
  });

  const { expectation, zone, canned, placeholders } = props;
  mount.textContent = "";
  render(<Conversation {...{ client, draft, expectation, zone, canned, placeholders }} />, mount);
  if (hadFocus) mount.querySelector("textarea").focus();

  // Staff: the server renders the forms around it; their words are kept up to date.
  const showAround = (state) => {
    showConversation(document, state.conversation, state.me);
    showSeen(document, lastSeq(state));
  };
  showAround(client.state);
  client.subscribe(showAround);
  listen(client, outbox, draft);
  client.start();
}

function listen(client, outbox, draft) {
  window.addEventListener("online", client.wake);
  window.addEventListener("offline", client.drop);
  window.addEventListener("pageshow", ({ persisted }) => {
    if (!persisted) return;
    // This page has not heard what other tabs stored meanwhile.
    client.unsentLost();
    draft.changed();
    client.wake();
  });
  // A page in the back/forward cache keeps no socket, and does not poll either.
  window.addEventListener("pagehide", client.drop);
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") client.wake();
  });
  window.addEventListener("storage", (event) => {
    if (event.key === null) {
      client.unsentLost();
      draft.lost();
    } else if (outbox.owns(event.key)) client.unsentChanged(event);
    else if (draft.owns(event.key)) draft.changed();
  });
}
