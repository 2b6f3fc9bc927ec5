/** A copy of an object without one of its keys. */
export function without(object, key) {
  const copy = { ...object };
  delete copy[key];
  return copy;
}
