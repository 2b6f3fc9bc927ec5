// True while history is being put in front, and a moment longer: readers aloud look when it is in.
import { useEffect, useState } from "react";

const MOMENT = 1000;

export function useQuiet(isLoading) {
  const [isQuiet, setQuiet] = useState(false);
  useEffect(() => {
    if (isLoading) {
      setQuiet(true);
      return undefined;
    }
    const timer = setTimeout(() => setQuiet(false), MOMENT);
    return () => clearTimeout(timer);
  }, [isLoading]);
  return isQuiet || isLoading;
}
