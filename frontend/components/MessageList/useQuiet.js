// True while history is being added, and a moment longer: screen readers look once it is in.
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
