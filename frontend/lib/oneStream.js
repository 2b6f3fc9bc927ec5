// One stream for a browser, however many tabs show it: the tab that holds the lock listens, and
// tells the others; when it goes, the next in line holds the lock. (Browsers open six connections
// to a shop: a stream for each tab would soon be all of them.)

/**
 * `locks` (navigator.locks) and `makeChannel(name)` (a BroadcastChannel) may be missing: then each
 * tab listens for itself. `listen(tell)` begins to listen, and returns how to end it; `onTold(what)`
 * gets everything told, wherever it was heard; `soFar()` is what a tab that comes later is told.
 * Returns how to end it.
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
  // Rejected when it is ended before its turn came.
  locks.request(name, { signal: ending.signal }, hold).catch(() => {});

  return () => {
    ending.abort();
    end();
    channel.close();
  };
}
