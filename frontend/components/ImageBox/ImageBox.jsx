// A book's pictures: one large, the others to choose by click or arrow key.
import { useRef, useState } from "react";

const STEPS = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 };
const SIZES = "(min-width: 768px) 416px, 144px";

const within = (index, count) =>
  Number.isInteger(index) ? Math.min(Math.max(index, 0), count - 1) : 0;

export function ImageBox({ images, imageStart = 0 }) {
  const pictures = images ?? [];
  const count = pictures.length;
  const [current, setCurrent] = useState(within(imageStart, count));
  const [said, setSaid] = useState("");
  const thumbs = useRef([]);

  if (count === 0) return null;

  const show = (index) => {
    setCurrent(index);
    setSaid(`Picture ${index + 1} of ${count}`);
  };

  const onKeyDown = (event) => {
    const step = STEPS[event.key];
    // With one of these, an arrow is the browser's: back, a tab, the end of the page.
    if (!step || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    const next = (current + step + count) % count;
    show(next);
    thumbs.current[next]?.focus();
  };

  const { image, srcset, alt } = pictures[current];
  return (
    <div className="image-box">
      <div className="image-box-stage">
        <img
          src={image}
          srcSet={srcset || undefined}
          sizes={srcset ? SIZES : undefined}
          alt={alt ?? ""}
          width="600"
          height="900"
        />
      </div>
      {count > 1 && (
        <ul className="image-box-thumbs" aria-label="Pictures" onKeyDown={onKeyDown}>
          {pictures.map((picture, index) => (
            <li key={picture.image}>
              <button
                type="button"
                ref={(button) => (thumbs.current[index] = button)}
                aria-label={`Show picture ${index + 1} of ${count}`}
                aria-current={index === current ? "true" : undefined}
                onClick={() => show(index)}
              >
                <img src={picture.thumbnail} alt="" width="66" height="98" />
              </button>
            </li>
          ))}
        </ul>
      )}
      <p className="image-box-count" role="status">
        {said}
      </p>
    </div>
  );
}
