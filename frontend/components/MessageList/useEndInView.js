// Says whether somebody can see the end of the list: it is in view, and the page is visible.
import { useEffect } from "react";

export function useEndInView(end, onChange) {
  useEffect(() => {
    let isInView = false;
    const tell = () => onChange(isInView && document.visibilityState === "visible");
    const observer = new IntersectionObserver((entries) => {
      isInView = entries.at(-1).isIntersecting;
      tell();
    });
    observer.observe(end.current);
    document.addEventListener("visibilitychange", tell);
    return () => {
      observer.disconnect();
      document.removeEventListener("visibilitychange", tell);
    };
  }, []);
}
