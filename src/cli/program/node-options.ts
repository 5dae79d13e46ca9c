/**
 * `NODE_OPTIONS` for a traced command: what it held, and before it the preload, which is to run before any other.
 *
 * @param preload - path of the file to require.
 */
export function nodeOptions(held: string | undefined, preload: string): string {
  const own = `--require ${quoted(preload)}`;
  return held === undefined || held.trim() === '' ? own : `${own} ${held}`;
}

/** As Node reads it. Only where it must be, because very old Nodes know no quotes. */
function quoted(path: string): string {
  if (!/[\s"\\]/.test(path)) return path;
  return `"${path.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
}
