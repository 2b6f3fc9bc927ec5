// Keeps the end of the list in view. While somebody reads further up, keeps what they read in its
// place, whatever is added before or after it, and however wide the page becomes.
import { useEffect, useLayoutEffect, useRef, useState } from "react";

const NEAR = 24; // pixels

export function useScrollPlace(box) {
  const [isAtEnd, setAtEnd] = useState(true);
  // The message being read, and its position; null at the end.
  const place = useRef(null);

  const keep = () => {
    const { element, top, scrolled } = place.current ?? {};
    if (!element?.isConnected) {
      box.current.scrollTop = box.current.scrollHeight;
      return;
    }
    // Only movement other than scrolling, which goes on between the event and here.
    const expected = top - (box.current.scrollTop - scrolled);
    const moved = topIn(box.current, element) - expected;
    if (moved) box.current.scrollTop += moved;
    place.current = placeOf(box.current, element);
  };

  const onScroll = () => {
    const { scrollHeight, clientHeight, scrollTop } = box.current;
    const atEnd = scrollHeight - clientHeight - scrollTop < NEAR;
    place.current = atEnd ? null : placeIn(box.current);
    setAtEnd(atEnd);
  };

  const toEnd = () => {
    place.current = null;
    keep();
    setAtEnd(true);
  };

  useLayoutEffect(keep);
  useEffect(() => {
    if (!window.ResizeObserver) return undefined;
    const observer = new ResizeObserver(keep);
    observer.observe(box.current);
    return () => observer.disconnect();
  }, []);

  return { isAtEnd, onScroll, toEnd };
}

const topIn = (box, element) =>
  element.getBoundingClientRect().top - box.getBoundingClientRect().top;

const placeOf = (box, element) => ({ element, top: topIn(box, element), scrolled: box.scrollTop });

/** The first visible message, and its position. */
function placeIn(box) {
  // Not the days: their headings move when earlier messages of the same day arrive.
  const lines = [...box.querySelectorAll(".message")];
  const edge = box.getBoundingClientRect().top;
  const element = lines.find((line) => line.getBoundingClientRect().bottom > edge);
  return element ? placeOf(box, element) : null;
}
