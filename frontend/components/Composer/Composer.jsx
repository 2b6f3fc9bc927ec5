// Where a message is written: Enter sends, Shift and Enter begins a new line.
import { forwardRef, useId, useImperativeHandle, useRef, useState } from "react";
import { CannedReplies } from "./CannedReplies";

const LONGEST = 4000; // characters, as the server counts them
const COUNTED_FROM = 300; // left

const lengthOf = (text) => [...text.trim()].length;
const hasNoKeyboard = () => window.matchMedia?.("(hover: none) and (pointer: coarse)").matches;

export const Composer = forwardRef(function Composer(
  { draft = "", canned = [], isStopped = false, onSend, onTyping },
  ref,
) {
  const [text, setText] = useState(draft);
  const [error, setError] = useState("");
  const field = useRef(null);
  const id = useId();
  const left = LONGEST - lengthOf(text);

  const write = (words) => {
    if (words === text) return;
    setText(words);
    setError("");
    onTyping(words.trim() !== "");
  };

  const restore = (words) => {
    write(text.trim() ? `${words}\n${text}` : words);
    field.current.focus();
  };
  useImperativeHandle(ref, () => ({ restore, focus: () => field.current.focus() }));

  const insert = (words) => {
    const { selectionStart: start, selectionEnd: end } = field.current;
    write(text.slice(0, start) + words + text.slice(end));
    field.current.focus();
  };

  const send = (event) => {
    event.preventDefault();
    if (left === LONGEST) setError("Write something first.");
    else if (left < 0) setError(`A message has at most ${LONGEST} characters.`);
    else {
      onSend(text.trim());
      setText("");
      setError("");
    }
    field.current.focus();
  };

  const onKeyDown = (event) => {
    const isPlain = !event.shiftKey && !event.ctrlKey && !event.altKey && !event.isComposing;
    if (event.key === "Enter" && isPlain && !hasNoKeyboard()) send(event);
  };

  return (
    <form className="composer" noValidate onSubmit={send}>
      <div className="field">
        <label htmlFor={`${id}-text`}>Your message</label>
        <textarea
          id={`${id}-text`}
          ref={field}
          name="text"
          rows="3"
          dir="auto"
          value={text}
          aria-describedby={`${id}-notes`}
          aria-invalid={error || left < 0 ? "true" : undefined}
          disabled={isStopped}
          onInput={(event) => write(event.target.value)}
          // Programs that write for people tell of it in the end only.
          onChangeCapture={(event) => write(event.target.value)}
          onKeyDown={onKeyDown}
        />
        <div className="composer-notes" id={`${id}-notes`}>
          <span className="field-help composer-keys">Enter sends, Shift + Enter: new line</span>
          {left <= COUNTED_FROM && <span className="composer-count">{countWords(left)}</span>}
        </div>
        <p className="field-errors" role="alert">
          {error}
        </p>
      </div>
      <div className="actions">
        <button type="submit" className="btn btn-primary" disabled={isStopped}>
          Send
        </button>
        {canned.length > 0 && <CannedReplies replies={canned} onInsert={insert} />}
      </div>
    </form>
  );
});

function countWords(left) {
  const count = Math.abs(left);
  const noun = count === 1 ? "character" : "characters";
  return left < 0 ? `${count} ${noun} too many` : `${count} ${noun} left`;
}
