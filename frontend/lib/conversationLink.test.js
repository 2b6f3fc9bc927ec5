import { clock } from "./browser";
import { ConversationLink } from "./conversationLink";

let sockets;
let phases;
let frames;

beforeEach(() => {
  jest.useFakeTimers();
  [sockets, phases, frames] = [[], [], []];
});

afterEach(() => jest.useRealTimers());

const wait = (milliseconds) => jest.advanceTimersByTime(milliseconds);
const last = () => sockets.at(-1);

function makeLink({ random = () => 0.5 } = {}) {
  const openSocket = () => {
    const socket = { sent: [], readyState: 0, close: () => (socket.readyState = 3) };
    socket.send = (text) => socket.sent.push(JSON.parse(text));
    sockets.push(socket);
    return socket;
  };
  const onFrame = (frame) => frames.push(frame);
  const onChange = (phase) => phases.push(phase);
  return new ConversationLink({ openSocket, after: () => 40, onFrame, onChange, clock, random });
}

const hear = (frame) => last().onmessage({ data: JSON.stringify(frame) });

function open() {
  last().readyState = 1;
  last().onopen();
}

function welcomed() {
  const link = makeLink();
  link.connect();
  open();
  hear({ type: "welcome", head: 40, heartbeat: 10 });
  return link;
}

test("says hello first, with the last number shown; sends nothing before the welcome", () => {
  const link = makeLink();
  link.connect();
  open();
  expect(last().sent).toEqual([{ type: "hello", after: 40, v: 1 }]);
  expect(link.send({ type: "typing", on: true })).toBe(false);
  hear({ type: "welcome", head: 40, heartbeat: 10 });
  expect(link.send({ type: "typing", on: true })).toBe(true);
  expect(last().sent).toHaveLength(2);
  expect(phases).toEqual([{ phase: "open" }]);
});

test("a socket without a welcome is given up after ten seconds", () => {
  makeLink().connect();
  open();
  wait(9_999);
  expect(phases).toEqual([]);
  wait(1);
  expect(phases).toEqual([{ phase: "waiting", code: 0 }]);
  expect(sockets[0].readyState).toBe(3);
});

test("beats at the welcome's pace; without an answer for one and a half it connects anew", () => {
  welcomed();
  wait(10_000);
  expect(last().sent.at(-1)).toEqual({ type: "heartbeat" });
  hear({ type: "heartbeat", head: 40 });
  wait(10_000);
  wait(14_999);
  expect(sockets).toHaveLength(1);
  expect(last().sent.filter(({ type }) => type === "heartbeat")).toHaveLength(3);
  wait(1);
  expect(phases.at(-1)).toEqual({ phase: "waiting", code: 0 });
  wait(500);
  expect(sockets).toHaveLength(2);
});

test("a numbered heartbeat is answered at once", () => {
  welcomed();
  hear({ type: "heartbeat", head: 40, n: 7 });
  expect(last().sent.at(-1)).toEqual({ type: "heartbeat", got: 7 });
});

test("waits longer each time, at most eight seconds, and less again after a welcome", () => {
  makeLink({ random: () => 0.999 }).connect();
  for (const expected of [999, 1998, 3996, 7992, 7992]) {
    const before = sockets.length;
    last().onclose({ code: 1006 });
    wait(expected - 1);
    expect(sockets).toHaveLength(before);
    wait(1);
    expect(sockets).toHaveLength(before + 1);
  }
  open();
  hear({ type: "welcome", head: 40, heartbeat: 10 });
  last().onclose({ code: 1006 });
  wait(999);
  open();
  expect(last().sent).toHaveLength(1);
});

test("after a goodbye it waits as long as it was told", () => {
  welcomed();
  hear({ type: "goodbye", code: 4012, after_ms: 1700 });
  last().onclose({ code: 4012 });
  expect(phases.at(-1)).toEqual({ phase: "waiting", code: 4012 });
  wait(1699);
  expect(sockets).toHaveLength(1);
  wait(1);
  expect(sockets).toHaveLength(2);
});

test("signed out, it tries once more at once: there may be another cookie", () => {
  welcomed();
  for (const code of [4001, 4001]) {
    last().onclose({ code });
    expect(phases.at(-1)).toEqual({ phase: "waiting", code: 4001 });
    wait(0);
    open();
    hear({ type: "welcome", head: 40, heartbeat: 10 });
    expect(phases.at(-1)).toEqual({ phase: "open" });
    wait(10_000);
    hear({ type: "heartbeat", head: 40 });
  }
  expect(sockets).toHaveLength(3);
});

test.each([[false], [true]])("signed out twice in a row it stops (welcomed: %s)", (isWelcomed) => {
  welcomed();
  last().onclose({ code: 4001 });
  wait(0);
  open();
  if (isWelcomed) hear({ type: "welcome", head: 40, heartbeat: 10 });
  last().onclose({ code: 4001 });
  wait(600_000);
  expect(sockets).toHaveLength(2);
  expect(phases.at(-1)).toEqual({ phase: "stopped", code: 4001 });
});

test("signed out before any welcome, it stops", () => {
  makeLink().connect();
  open();
  last().onclose({ code: 4001 });
  wait(600_000);
  expect(sockets).toHaveLength(1);
  expect(phases).toEqual([{ phase: "stopped", code: 4001 }]);
});

test.each([[4003], [4015]])("after %i it does not come back", (code) => {
  welcomed();
  last().onclose({ code });
  wait(600_000);
  expect(sockets).toHaveLength(1);
  expect(phases.at(-1)).toEqual({ phase: "stopped", code });
});

test.each([[4008], [4009]])("after %i it waits at least five seconds", (code) => {
  welcomed();
  last().onclose({ code });
  wait(9_999);
  expect(sockets).toHaveLength(1);
  wait(1);
  expect(sockets).toHaveLength(2);
});

test("three that led to nothing are a block, tried rarely while there is another way", () => {
  const link = makeLink();
  link.connect();
  for (const phase of ["waiting", "waiting", "blocked"]) {
    last().onclose({ code: 1006 });
    expect(phases.at(-1).phase).toBe(phase);
    if (phase === "waiting") wait(4_000);
  }
  link.hasOtherWay = true;
  wait(8_000);
  last().onclose({ code: 1006 });
  const before = sockets.length;
  wait(29_999);
  expect(sockets).toHaveLength(before);
  wait(1);
  expect(sockets).toHaveLength(before + 1);
});

test("a browser that forbids the address counts as one that led to nothing", () => {
  const link = new ConversationLink({
    openSocket: () => {
      throw new DOMException("no", "SecurityError");
    },
    after: () => 0,
    onChange: (phase) => phases.push(phase.phase),
    clock,
    random: () => 0.5,
  });
  link.connect();
  wait(20_000);
  expect(phases.slice(0, 3)).toEqual(["waiting", "waiting", "blocked"]);
  link.stop();
});

test("waking connects at once, or asks whether the socket still lives", () => {
  const link = welcomed();
  link.wake();
  expect(last().sent.at(-1)).toEqual({ type: "heartbeat" });
  link.drop();
  expect(phases.at(-1)).toEqual({ phase: "waiting", code: 0 });
  link.wake();
  expect(sockets).toHaveLength(2);
  link.stop();
  link.wake();
  wait(600_000);
  expect(sockets).toHaveLength(2);
});

test("what is no frame is not handed on", () => {
  welcomed();
  for (const data of ["{", "null", "5", '"text"']) last().onmessage({ data });
  expect(frames.map(({ type }) => type)).toEqual(["welcome"]);
});
