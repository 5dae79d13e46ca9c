/**
 * The program has loaded the built-in module `name`. We load neither node:tls nor node:http2 (5 to 26 ms), and watch them
 * when somebody has. Undocumented, there since Node 0.1; false where it is missing.
 */
export function isLoaded(name: 'tls' | 'http2'): boolean {
  const list: unknown = Reflect.get(process, 'moduleLoadList');
  if (!Array.isArray(list)) return false;
  // Asked at each new connection. Node only ever adds to its 200 names.
  if (list.length === looked[name]) return false;
  if (list.includes(`NativeModule ${name}`, looked[name])) return true;
  looked[name] = list.length;
  return false;
}

/** How many names the list had when it did not have this one. */
const looked = { tls: 0, http2: 0 };
