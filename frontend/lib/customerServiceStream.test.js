import { clock } from "./browser";
import { CustomerServiceStream } from "./customerServiceStream";

let sources;
let told;

beforeEach(() => {
  jest.useFakeTimers();
  [sources, told] = [[], []];
});

afterEach(() => jest.useRealTimers());

function listen(status = 200) {
  const stream = new CustomerServiceStream({
    url: "/notify/",
    makeSource: (url) => {
      const source = { url, readyState: 0, listeners: {}, close: () => (source.readyState = 2) };
      source.addEventListener = (type, listener) => (source.listeners[type] = listener);
      sources.push(source);
      return source;
    },
    probe: async () => status,
    onEvent: (event) => told.push(event),
    onPhase: (phase) => told.push(phase),
    clock,
    random: () => 0.5,
  });
  stream.start();
  return stream;
}

function fail(readyState) {
  sources.at(-1).readyState = readyState;
  sources.at(-1).onerror();
}

test("events are handed on with what they hold", () => {
  listen();
  sources[0].onopen();
  sources[0].listeners.upsert({ data: '{"order": 12}' });
  expect(told).toEqual(["open", { type: "upsert", data: { order: 12 } }]);
});

test("a pause that the browser mends is not spoken of unless it lasts", () => {
  listen();
  sources[0].onopen();
  fail(0);
  jest.advanceTimersByTime(2_000);
  sources[0].onopen();
  jest.advanceTimersByTime(60_000);
  expect(told).toEqual(["open", "open"]);
  fail(0);
  jest.advanceTimersByTime(2_500);
  fail(0);
  jest.advanceTimersByTime(2_500);
  expect(told).toEqual(["open", "open", "waiting"]);
  expect(sources).toHaveLength(1);
});

test("after an error's answer it comes back by itself", async () => {
  listen(502);
  fail(2);
  await jest.advanceTimersByTimeAsync(1_999);
  expect(sources).toHaveLength(1);
  await jest.advanceTimersByTimeAsync(1);
  expect(sources).toHaveLength(2);
  expect(told).toEqual(["waiting"]);
});

test.each([[401], [403]])("after %i it does not", async (status) => {
  listen(status);
  fail(2);
  await jest.advanceTimersByTimeAsync(600_000);
  expect(sources).toHaveLength(1);
  expect(told).toEqual(["waiting", "stopped"]);
});

test("ended, it stays so", async () => {
  const stream = listen(502);
  fail(2);
  stream.stop();
  await jest.advanceTimersByTimeAsync(600_000);
  expect(sources).toHaveLength(1);
});
