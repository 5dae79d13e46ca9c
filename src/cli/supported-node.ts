/** Why httptrace cannot run on this version of Node (as in `process.versions.node`); undefined where it can. */
export function whyUnsupported(version: string): string | undefined {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const isSupported = major > 22 || (major === 22 && minor >= 12) || (major === 20 && minor >= 19);
  if (isSupported) return undefined;
  return `httptrace needs Node 20.19 or newer of 20, or 22.12 or newer; this is Node ${version}`;
}
