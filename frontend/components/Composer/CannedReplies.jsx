// Staff's canned replies: chosen, then put at the cursor. The server fills in the placeholders.
import { useId, useState } from "react";

export function CannedReplies({ replies, onInsert }) {
  const [chosen, setChosen] = useState("");
  const id = useId();
  const choose = (event) => setChosen(event.target.value);
  const reply = replies.find(({ name }) => name === chosen);

  return (
    <div className="composer-canned">
      <label htmlFor={id}>Canned reply</label>
      <select
        id={id}
        className="form-select"
        value={chosen}
        aria-describedby={`${id}-note`}
        onInput={choose}
        onChange={choose} // Assistive programs that choose for people only fire this event.
      >
        <option value="">Choose one</option>
        {replies.map(({ name }) => (
          <option key={name} value={name}>
            {name}
          </option>
        ))}
      </select>
      <button type="button" className="btn" disabled={!reply} onClick={() => onInsert(reply.text)}>
        Insert
      </button>
      <p className="field-help" id={`${id}-note`}>
        Words in braces are filled in when you send the message.
      </p>
    </div>
  );
}
