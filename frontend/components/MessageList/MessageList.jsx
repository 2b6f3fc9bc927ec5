// What was said and what happened, newest last; screen readers announce additions, not history.
import { useEffect, useLayoutEffect, useRef } from "react";
import { Message } from "./Message";
import { useEndInView } from "./useEndInView";
import { useQuiet } from "./useQuiet";
import { useScrollPlace } from "./useScrollPlace";

export function MessageList({ rows, hasEarlier, isLoading, onEarlier, onAttend, ...tools }) {
  const box = useRef(null);
  const end = useRef(null);
  const isQuiet = useQuiet(isLoading);
  const { isAtEnd, onScroll, toEnd } = useScrollPlace(box);
  useEndInView(end, onAttend);

  // Show the reader's own new message.
  const last = rows.at(-1);
  const written = last?.isPending ? last.key : null;
  useLayoutEffect(() => {
    if (written) toEnd();
  }, [written]);

  // The button disappears with the last of the history: the focus stays where the reader is.
  const hadFocus = useRef(false);
  useEffect(() => {
    if (!hasEarlier && hadFocus.current) box.current.focus({ preventScroll: true });
    hadFocus.current = false;
  }, [hasEarlier]);

  const showEarlier = () => {
    hadFocus.current = true;
    onEarlier();
  };

  return (
    <div className="message-box">
      <div
        className="message-log"
        ref={box}
        role="log"
        aria-label="Messages"
        aria-live={isQuiet ? "off" : "polite"}
        aria-relevant="additions"
        tabIndex={0}
        onScroll={onScroll}
      >
        {hasEarlier && (
          <p className="message-earlier">
            <button
              type="button"
              className="btn btn-sm"
              aria-disabled={isLoading}
              onClick={showEarlier}
            >
              {isLoading ? "Looking …" : "Show earlier"}
            </button>
          </p>
        )}
        <ol className="message-list">
          {rows.map((row) => (
            <Message key={row.key} row={row} {...tools} />
          ))}
        </ol>
        <span className="message-end" ref={end} />
      </div>
      {!isAtEnd && (
        <button type="button" className="btn btn-sm message-newest" onClick={toEnd}>
          To the newest
        </button>
      )}
    </div>
  );
}
