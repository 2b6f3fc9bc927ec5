import axe from "axe-core";
import { fireEvent, render, screen } from "@testing-library/preact";
import { ImageBox } from "./ImageBox";

const IMAGES = [
  { image: "/1.webp", thumbnail: "/1-small.webp", alt: "Front cover", srcset: "/1.webp 800w" },
  { image: "/2.webp", thumbnail: "/2-small.webp", alt: "Back cover" },
  { image: "/3.webp", thumbnail: "/3-small.webp", alt: "A spread" },
];

const largePicture = (container) =>
  container.querySelector(".image-box-stage img").getAttribute("src");
const thumb = (number) => screen.getByRole("button", { name: `Show picture ${number} of 3` });
const current = () =>
  screen.getAllByRole("button").map((button) => button.getAttribute("aria-current"));

test("ImageBox switches images correctly", () => {
  const { container } = render(<ImageBox images={IMAGES} imageStart={0} />);
  expect(largePicture(container)).toBe("/1.webp");
  expect(current()).toEqual(["true", null, null]);

  fireEvent.click(thumb(3));
  expect(largePicture(container)).toBe("/3.webp");
  expect(current()).toEqual([null, null, "true"]);

  fireEvent.click(thumb(2));
  expect(largePicture(container)).toBe("/2.webp");
});

test("ImageBox starts with the picture it is told", () => {
  const { container } = render(<ImageBox images={IMAGES} imageStart={1} />);
  expect(largePicture(container)).toBe("/2.webp");
});

test.each([
  [7, "/3.webp"],
  [-1, "/1.webp"],
  ["x", "/1.webp"],
  [undefined, "/1.webp"],
  [1.5, "/1.webp"],
])("ImageBox takes imageStart %p for the nearest picture", (imageStart, expected) => {
  const { container } = render(<ImageBox images={IMAGES} imageStart={imageStart} />);
  expect(largePicture(container)).toBe(expected);
});

test("the arrow keys go around the pictures and take the focus along", () => {
  const { container } = render(<ImageBox images={IMAGES} imageStart={0} />);
  thumb(1).focus();
  fireEvent.keyDown(thumb(1), { key: "ArrowLeft" });
  expect(largePicture(container)).toBe("/3.webp");
  expect(document.activeElement).toBe(thumb(3));

  fireEvent.keyDown(thumb(3), { key: "ArrowRight" });
  expect(largePicture(container)).toBe("/1.webp");

  fireEvent.keyDown(thumb(1), { key: "a" });
  expect(largePicture(container)).toBe("/1.webp");
});

test.each(["altKey", "ctrlKey", "metaKey"])("an arrow with %s is the browser's", (key) => {
  const { container } = render(<ImageBox images={IMAGES} imageStart={0} />);
  const isLeft = fireEvent.keyDown(thumb(1), { key: "ArrowLeft", [key]: true });
  expect(isLeft).toBe(true); // nobody has prevented what the browser does
  expect(largePicture(container)).toBe("/1.webp");
  expect(fireEvent.keyDown(thumb(1), { key: "ArrowLeft" })).toBe(false);
});

test("a change is said aloud, the first picture is not", () => {
  render(<ImageBox images={IMAGES} imageStart={0} />);
  expect(screen.getByRole("status").textContent).toBe("");
  fireEvent.click(thumb(2));
  expect(screen.getByRole("status").textContent).toBe("Picture 2 of 3");
});

test("the large picture has its own words and sizes", () => {
  render(<ImageBox images={IMAGES} imageStart={0} />);
  const picture = screen.getByRole("img", { name: "Front cover" });
  expect(picture.getAttribute("srcset")).toBe("/1.webp 800w");
  fireEvent.click(thumb(2));
  expect(screen.getByRole("img", { name: "Back cover" }).hasAttribute("srcset")).toBe(false);
});

test.each([[[]], [undefined], [null]])("without pictures (%p) there is nothing", (images) => {
  const { container } = render(<ImageBox images={images} imageStart={0} />);
  expect(container.innerHTML).toBe("");
});

test("one picture needs no buttons", () => {
  const { container } = render(<ImageBox images={IMAGES.slice(0, 1)} />);
  expect(largePicture(container)).toBe("/1.webp");
  expect(screen.queryByRole("button")).toBeNull();
});

test("axe finds nothing", async () => {
  const { container } = render(<ImageBox images={IMAGES} imageStart={0} />);
  // jsdom draws nothing, so colours cannot be checked here.
  const rules = { "color-contrast": { enabled: false }, region: { enabled: false } };
  const { violations } = await axe.run(container, { rules });
  expect(violations).toEqual([]);
});
