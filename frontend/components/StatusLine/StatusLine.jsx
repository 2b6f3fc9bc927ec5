// The status in words, announced when it changes; with a link if only a new page helps.

export function StatusLine({ tone, text, way = null }) {
  return (
    <p className={`status-line status-${tone}`} role="status">
      {text} {way && <a href={window.location.pathname}>{way}</a>}
    </p>
  );
}
