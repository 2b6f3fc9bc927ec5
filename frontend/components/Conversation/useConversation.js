// The state of a client, updated with each change.
import { useEffect, useState } from "react";

export function useConversation(client) {
  const [state, setState] = useState(client.state);
  useEffect(() => {
    setState(client.state);
    return client.subscribe(setState);
  }, [client]);
  return state;
}
