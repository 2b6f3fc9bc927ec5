// Messages written but not yet acknowledged, kept across a reload: one storage entry each, so that
// two tabs of one user share them and neither overwrites the other's.

/** `name`: whose and about what. `storage` may refuse (private windows): then nothing is kept. */
export function makeOutbox(storage, name) {
  const prefix = `booktime.unsent.${name}.`;

  const keys = () => {
    try {
      return Object.keys(storage).filter((key) => key.startsWith(prefix));
    } catch {
      return [];
    }
  };

  return {
    owns: (key) => key.startsWith(prefix),

    /** What another tab did, from a storage event: {cid, message}; message is null if removed. */
    told: ({ key, newValue }) => {
      const cid = key.slice(prefix.length);
      return { cid, message: parsed(cid, newValue) };
    },

    /** In the order in which they were written. */
    load: () =>
      keys()
        .map((key) => parsed(key.slice(prefix.length), storage.getItem(key)))
        .filter(Boolean)
        .sort((one, other) => one.at - other.at),

    /** False if it cannot be stored: it then lasts only as long as the page. */
    keep({ cid, text, at, status, code, reason }) {
      const entry = status === "refused" ? { text, at, code, reason } : { text, at };
      return attempt(() => storage.setItem(prefix + cid, JSON.stringify(entry)));
    },

    forget: (cid) => attempt(() => storage.removeItem(prefix + cid)),
  };
}

function parsed(cid, json) {
  try {
    const { text, at, code = null, reason = null } = JSON.parse(json);
    if (typeof text !== "string") return null;
    return { cid, text, at: Number(at) || 0, code, reason, status: reason ? "refused" : "waiting" };
  } catch {
    return null;
  }
}

/** False if the storage is full or forbidden. */
export function attempt(write) {
  try {
    write();
    return true;
  } catch {
    return false;
  }
}
