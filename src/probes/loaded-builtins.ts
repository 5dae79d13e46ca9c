/**
 * The program has loaded the built-in module `name`. We load neither node:tls nor node:http2 (5 to 26 ms), and watch them
 * when somebody has. Undocumented, there since Node 0.1; false where it is missing.
 */
export function isLoaded(name: 'tls' | 'http2'): boolean {
  const list: unknown = Reflect.get(process, 'moduleLoadList');
  return Array.isArray(list) && list.includes(`NativeModule ${name}`);
}
