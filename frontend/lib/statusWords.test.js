import { peerWords, statusWords, typingWords } from "./statusWords";
import { startState } from "./conversationState";

const ADA = { who: "customer", name: "Ada", role: "customer" };
const OLIVE = { who: "staff-7", name: "Olive", role: "staff" };
const OTIS = { name: "Otis", role: "staff" };
const state = (more, me = ADA) => ({ ...startState({ me }), ...more });
const waiting = (count, code = null) => Array(count).fill({ status: "waiting", code });

test.each([
  [{ link: { phase: "connecting" } }, "busy", "Connecting …"],
  [{ link: { phase: "open" } }, "live", "Live"],
  [{ link: { phase: "open" }, head: 3 }, "busy", "Catching up …"],
  [{ link: { phase: "open" }, unsent: waiting(1) }, "live", "Live"],
  [
    { link: { phase: "open" }, unsent: waiting(2, "too_fast") },
    "busy",
    "Live: 2 messages waiting to be sent",
  ],
  [
    { link: { phase: "open" }, live: false },
    "busy",
    "Connected, but messages may take up to 10 seconds",
  ],
  [
    { link: { phase: "open" }, live: false, heartbeat: 1 },
    "busy",
    "Connected, but messages may take up to 1 second",
  ],
  [
    { link: { phase: "open" }, live: false, unsent: waiting(1, "unavailable") },
    "busy",
    "Connected: 1 message waiting to be sent",
  ],
  [{ link: { phase: "waiting", code: 1006 } }, "bad", "Offline: trying again …"],
  [
    { link: { phase: "waiting" }, unsent: waiting(1) },
    "bad",
    "Offline: 1 message waiting to be sent",
  ],
  [
    { link: { phase: "waiting" }, unsent: waiting(2) },
    "bad",
    "Offline: 2 messages waiting to be sent",
  ],
  [
    { link: { phase: "waiting", code: 4012 } },
    "bad",
    "The shop is restarting and will be back in a moment",
  ],
  [
    { link: { phase: "waiting", code: 4012 }, unsent: waiting(1) },
    "bad",
    "The shop is restarting and will be back in a moment: 1 message waiting to be sent",
  ],
  [{ link: { phase: "blocked", isUp: false } }, "bad", "Offline: trying again …"],
  [
    { link: { phase: "blocked", isUp: true } },
    "live",
    "Connected: checking for new messages every 5 seconds",
  ],
])("%j", (more, tone, text) => {
  expect(statusWords(state(more))).toEqual({ tone, text, way: null });
});

test.each([
  [4001, "You are signed out. What you wrote is saved here.", "Sign in again"],
  [403, "This page can no longer send messages. What you wrote is saved here.", "Reload the page"],
  [4003, "You can no longer take part in this conversation.", null],
  [
    4015,
    "The shop has been updated since you opened this page. What you wrote is saved here.",
    "Reload the page",
  ],
])("stopped by %i", (code, text, way) => {
  const link = { phase: "stopped", code };
  expect(statusWords(state({ link }))).toEqual({ tone: "bad", text, way });
});

test("the customer sees who of the staff is here, or what to expect", () => {
  const words = (peers) => peerWords(state({ peers }), "We usually reply within 12 minutes.");
  expect(words({ customer: ADA })).toBe("We usually reply within 12 minutes.");
  expect(words({ customer: ADA, "staff-7": OLIVE })).toBe("Olive from customer service is here.");
  expect(words({ "staff-7": OLIVE, "staff-8": OTIS })).toBe(
    "Olive and Otis from customer service are here.",
  );
});

test("staff see whether the customer is here, and who reads along", () => {
  const words = (peers) => peerWords(state({ peers }, OLIVE), "");
  expect(words({ "staff-7": OLIVE })).toBe("");
  expect(words({ "staff-7": OLIVE, customer: ADA })).toBe("Ada is here.");
  expect(words({ "staff-8": OTIS, customer: ADA })).toBe("Ada is here. Otis is reading along.");
});

test("who writes is named, oneself is not", () => {
  const words = (typing, peers = { "staff-7": OLIVE }) => typingWords(state({ typing, peers }));
  expect(words({})).toBe("");
  expect(words({ customer: true })).toBe("");
  expect(words({ "staff-7": true })).toBe("Olive is writing …");
  expect(words({ "staff-7": true, "staff-9": true })).toBe("Olive and Someone are writing …");
});
