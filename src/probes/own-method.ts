/**
 * Puts `method` before the one that `object` has, as an own property that enumeration does not show.
 *
 * @returns takes it away again. When somebody has wrapped it since, it stays below.
 */
export function setOwnMethod(object: object, name: string, method: Function): () => void {
  const before = Object.getOwnPropertyDescriptor(object, name);
  Object.defineProperty(object, name, {
    value: method,
    writable: true,
    configurable: true,
    enumerable: false,
  });
  return () => {
    if (Object.getOwnPropertyDescriptor(object, name)?.value !== method) return;
    if (before === undefined) Reflect.deleteProperty(object, name);
    else Object.defineProperty(object, name, before);
  };
}
