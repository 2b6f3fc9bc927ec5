import { oneStream } from "./oneStream";

/** What tabs of one browser share: a lock, given in turn, and a channel to all others. */
function makeBrowser() {
  const [queue, channels] = [[], []];
  let isHeld = false;
  const next = async () => {
    const waiting = queue.shift();
    if (!waiting) return;
    isHeld = true;
    await waiting.hold();
    isHeld = false;
    next();
  };
  const locks = {
    request: (_, { signal }, hold) =>
      new Promise((resolve, reject) => {
        const waiting = { hold };
        queue.push(waiting);
        signal.addEventListener("abort", () => {
          if (queue.includes(waiting)) queue.splice(queue.indexOf(waiting), 1);
          reject(new DOMException("ended", "AbortError"));
        });
        if (!isHeld) next();
      }),
  };
  const makeChannel = () => {
    const channel = { onmessage: null, close: () => channels.splice(channels.indexOf(channel), 1) };
    channel.postMessage = (data) =>
      channels.filter((other) => other !== channel).forEach((other) => other.onmessage({ data }));
    channels.push(channel);
    return channel;
  };
  return { locks, makeChannel };
}

function openTab(browser) {
  const tab = { heard: [], streams: 0 };
  tab.close = oneStream({
    name: "list",
    ...browser,
    listen: (tell) => {
      tab.streams += 1;
      tab.tell = tell;
      return () => (tab.streams -= 1);
    },
    onTold: (what) => tab.heard.push(what),
    soFar: () => "all so far",
  });
  return tab;
}

const settled = () => new Promise((resolve) => setTimeout(resolve));

test("one tab listens, all hear; who comes later is told what there is", async () => {
  const browser = makeBrowser();
  const [one, two] = [openTab(browser), openTab(browser)];
  one.tell("news");
  const three = openTab(browser);
  expect([one.streams, two.streams, three.streams]).toEqual([1, 0, 0]);
  expect(one.heard).toEqual(["news"]);
  expect(two.heard).toEqual(["all so far", "news", "all so far"]);
  expect(three.heard).toEqual(["all so far"]);
});

test("when the tab that listens goes, the next one listens", async () => {
  const browser = makeBrowser();
  const [one, two, three] = [openTab(browser), openTab(browser), openTab(browser)];
  one.close();
  await settled();
  expect([one.streams, two.streams, three.streams]).toEqual([0, 1, 0]);
  two.tell("news");
  expect(three.heard.at(-1)).toBe("news");
  expect(one.heard).toEqual([]);
});

test("a tab that goes before its turn never listens", async () => {
  const browser = makeBrowser();
  const [one, two] = [openTab(browser), openTab(browser)];
  two.close();
  one.close();
  await settled();
  expect([one.streams, two.streams]).toEqual([0, 0]);
});

test.each([[{ locks: undefined }], [{ makeChannel: undefined }]])(
  "in a browser without %j each tab listens for itself",
  (missing) => {
    const browser = { ...makeBrowser(), ...missing };
    const [one, two] = [openTab(browser), openTab(browser)];
    one.tell("news");
    expect([one.streams, two.streams]).toEqual([1, 1]);
    expect([one.heard, two.heard]).toEqual([["news"], []]);
    one.close();
    expect(one.streams).toBe(0);
  },
);
