// Stands in for what jsdom cannot tell: whether an element is in view.

const observers = new Set();

export class FakeIntersectionObserver {
  constructor(callback) {
    this.callback = callback;
    observers.add(this);
  }

  observe() {}

  disconnect() {
    observers.delete(this);
  }
}

export const scrollIntoView = (isIntersecting) =>
  observers.forEach(({ callback }) => callback([{ isIntersecting }]));

export function setVisible(isVisible) {
  const visibilityState = isVisible ? "visible" : "hidden";
  Object.defineProperty(document, "visibilityState", {
    configurable: true,
    value: visibilityState,
  });
  document.dispatchEvent(new Event("visibilitychange"));
}
