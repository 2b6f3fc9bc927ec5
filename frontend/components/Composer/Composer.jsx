// Where a message is written: Enter sends, Shift+Enter begins a new line.
import { forwardRef, useEffect, useId, useImperativeHandle, useRef, useState } from "react";
import { CannedReplies } from "./CannedReplies";
import { unknownPlaceholderWords } from "../../lib/placeholders";

const LONGEST = 4000; // characters, as the server counts them
const COUNTED_FROM = 300; // left
const COMPOSED = 229; // the keyCode of a key that an input method took

const lengthOf = (text) => [...text.trim()].length;
// Safari ends a composition before the keydown that ended it: only the keyCode still tells.
const isComposing = (event) => event.isComposing || event.keyCode === COMPOSED;
const hasNoKeyboard = () => window.matchMedia?.("(hover: none) and (pointer: coarse)").matches;

export const Composer = forwardRef(function Composer(
  { draft, canned = [], placeholders = null, isStopped = false, onSend, onTyping },
  ref,
) {
  const [text, setText] = useState(draft.text);
  const [error, setError] = useState("");
  const field = useRef(null);
  const id = useId();
  const left = LONGEST - lengthOf(text);

  const write = (words) => {
    if (words === text) return;
    draft.write(words);
    setText(words);
    setError("");
    onTyping(words.trim() !== "");
  };

  useEffect(() => draft.follow(setText), [draft]);

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
    if (isStopped) return;
    if (left === LONGEST) setError("Please write a message first.");
    else if (left < 0) setError(tooLong(LONGEST - left));
    else {
      // First: if the storage is full, this makes room for the message.
      draft.sent();
      onSend(text.trim());
      setText("");
      setError("");
    }
    field.current.focus();
  };

  const onKeyDown = (event) => {
    const isPlain = !event.shiftKey && !event.ctrlKey && !event.altKey && !isComposing(event);
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
          // Not disabled, so that the text can still be copied.
          readOnly={isStopped}
          onInput={(event) => write(event.target.value)}
          // Assistive programs that write for people only fire this event.
          onChangeCapture={(event) => write(event.target.value)}
          onKeyDown={onKeyDown}
        />
        <div className="composer-notes" id={`${id}-notes`}>
          <span className="field-help composer-keys">
            Press Enter to send, Shift + Enter for a new line
          </span>
          {left <= COUNTED_FROM && <span className="composer-count">{countWords(left)}</span>}
        </div>
        <p className="composer-warning" aria-live="polite">
          {unknownPlaceholderWords(text, placeholders)}
          {!draft.isKept &&
            " Your browser can’t save this text: it will be lost if you leave the page."}
        </p>
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

// As the server words it.
const tooLong = (length) =>
  `A message has at most ${counted(LONGEST)} characters; this one has ${counted(length)}.`;
const counted = (number) => number.toLocaleString("en-GB");

function countWords(left) {
  const count = Math.abs(left);
  const noun = count === 1 ? "character" : "characters";
  return `${counted(count)} ${noun} ${left < 0 ? "too many" : "left"}`;
}
