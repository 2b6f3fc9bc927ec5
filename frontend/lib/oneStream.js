// One stream per browser, however many tabs show it: the tab that holds the lock listens and tells
// the others; when it closes, the next in line gets the lock. (Browsers open six connections per
// host: a stream for each tab would soon use them all.)

/**
 * `locks` (navigator.locks) and `makeChannel(name)` (a BroadcastChannel) may be missing: then each
 * tab listens for itself. `listen(tell)` begins to listen and returns a function to stop;
 * `onTold(what)` receives everything, whichever tab heard it; `soFar()` is what a later tab is told
 * first. Returns a function to stop.
 */
export function oneStream({ name, locks, makeChannel, listen, onTold, soFar }) {
  if (!locks || !makeChannel) return listen(onTold);

  const channel = makeChannel(name);
  const ending = new AbortController();
  let isListening = false;
  let end = () => {};

  channel.onmessage = ({ data: { asks, told } }) => {
    if (told) onTold(told);
    else if (asks && isListening) channel.postMessage({ told: soFar() });
  };
  channel.postMessage({ asks: true });

  const tell = (what) => {
    onTold(what);
    channel.postMessage({ told: what });
  };
  const hold = () =>
    new Promise((release) => {
      isListening = true;
      const stop = listen(tell);
      end = () => {
        stop();
        release();
      };
    });
  // Rejects if it is stopped before its turn.
  locks.request(name, { signal: ending.signal }, hold).catch(() => {});

  return () => {
    ending.abort();
    end();
    channel.close();
  };
}
