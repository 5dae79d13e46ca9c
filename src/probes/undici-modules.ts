/** The modules of undicis that the program has loaded from npm, also by `import`: undici is CommonJS. */

type Modules = Readonly<Record<string, { readonly exports: unknown } | undefined>>;

/** What `lib/<path>` of the undici whose files are in `root` exports; undefined when it is not loaded. */
export function exportsIn(root: string, path: string): unknown {
  const modules = loaded();
  const unix = `${root}/lib/${path}`;
  return (modules[unix] ?? modules[unix.replaceAll('/', '\\')])?.exports;
}

const versions = new Map<string, string>();

/** Version of the undici whose files are in `root`; `unknown` when that cannot be told. Reads a file, once. */
export function versionIn(root: string): string {
  let version = versions.get(root);
  if (version === undefined) versions.set(root, (version = readVersion(`${root}/package.json`)));
  return version;
}

function readVersion(file: string): string {
  try {
    const manifest: unknown = JSON.parse(process.getBuiltinModule('node:fs').readFileSync(file, 'utf8'));
    if (typeof manifest === 'object' && manifest !== null && 'version' in manifest)
      return String(manifest.version);
  } catch {
    // Bundled, or moved since it was loaded.
  }
  return 'unknown';
}

const REQUEST = /^(.*)[\\/]lib[\\/]core[\\/]request\.js$/;

/** Folders of all packages with undici's file of its request class. */
export function loadedRoots(): string[] {
  return Object.keys(loaded()).flatMap((file) => REQUEST.exec(file)?.[1] ?? []);
}

/** `require.cache`, which only a CommonJS module is given. */
function loaded(): Modules {
  const cache: unknown = Reflect.get(process.getBuiltinModule('node:module'), '_cache');
  return typeof cache === 'object' && cache !== null ? (cache as Modules) : {};
}
