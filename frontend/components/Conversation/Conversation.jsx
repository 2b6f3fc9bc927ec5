// The conversation about an order, live: who is there, what was said, the status, and a form.
import { useRef } from "react";
import { Composer } from "../Composer/Composer";
import { MessageList } from "../MessageList/MessageList";
import { StatusLine } from "../StatusLine/StatusLine";
import { hasEarlier } from "../../lib/conversationState";
import { inShopTime } from "../../lib/shopTime";
import { peerWords, statusWords, typingWords } from "../../lib/statusWords";
import { timeline } from "../../lib/timeline";
import { useConversation } from "./useConversation";

export function Conversation({ client, draft, expectation = "", zone, canned, placeholders }) {
  const state = useConversation(client);
  const composer = useRef(null);

  const edit = (cid) => composer.current.restore(client.takeBack(cid));
  const discard = (cid) => {
    client.takeBack(cid);
    composer.current.focus();
  };

  return (
    <>
      <p className="conversation-peers" role="status">
        {peerWords(state, inShopTime(expectation, zone))}
      </p>
      <MessageList
        rows={timeline(state)}
        hasEarlier={hasEarlier(state)}
        isLoading={state.loadingEarlier}
        onEarlier={() => client.showEarlier()}
        onAttend={(isAttentive) => client.attend(isAttentive)}
        onEdit={edit}
        onDiscard={discard}
      />
      <p className="conversation-typing" role="status">
        {typingWords(state)}
      </p>
      <Composer
        ref={composer}
        draft={draft}
        canned={canned}
        placeholders={placeholders}
        isStopped={state.link.phase === "stopped"}
        onSend={(text) => client.send(text)}
        onTyping={(isTyping) => client.typing(isTyping)}
      />
      <StatusLine {...statusWords(state, draft)} />
    </>
  );
}
