// Program of a child process: loads the library into a vm context that has globals of its own and Node's modules, as
// Jest does for each test file, and makes a request there. `order` says whether the main program uses the library, too.
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import http from 'node:http';
import { dirname, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import vm from 'node:vm';

const [library, origin, order] = process.argv.slice(1);

const context = vm.createContext({ process, performance, Buffer, queueMicrotask, setTimeout, setImmediate });
/** @type {Map<string, vm.Module>} */
const modules = new Map();

/** @param {string} specifier @param {string} from */
function load(specifier, from) {
  const id = specifier.startsWith('node:') ? specifier : resolve(dirname(from), specifier);
  const known = modules.get(id);
  if (known !== undefined) return known;
  const loaded = id.startsWith('node:') ? builtIn(id) : source(id);
  modules.set(id, loaded);
  return loaded;
}

/** @param {string} id */
function builtIn(id) {
  const namespace = process.getBuiltinModule(id);
  const names = Object.keys(namespace).filter((name) => name !== 'default');
  return new vm.SyntheticModule(
    ['default', ...names],
    function () {
      this.setExport('default', namespace);
      for (const name of names) this.setExport(name, namespace[name]);
    },
    { context },
  );
}

/** @param {string} file */
function source(file) {
  return new vm.SourceTextModule(readFileSync(file, 'utf8'), {
    context,
    identifier: file,
    initializeImportMeta: (meta) => void (meta.url = pathToFileURL(file).href),
  });
}

async function loadRealm() {
  const root = load(library, '/');
  await root.link((specifier, referrer) => load(specifier, referrer.identifier));
  await root.evaluate();
  return root.namespace;
}

const hooks = [];
const trace = (name) => ({
  getConn: () => void hooks.push(`${name} getConn`),
  gotConn: () => void hooks.push(`${name} gotConn`),
  roundTripDone: () => void hooks.push(`${name} roundTripDone`),
});

/** A whole request, made by the realm's own code. */
async function request() {
  const made = vm.runInContext('(http, origin) => http.get(origin, { agent: false })', context)(http, origin);
  const [response] = await once(made, 'response');
  response.resume();
  await once(made.socket, 'close');
}

const uses = { main: undefined, realm: undefined };
const loaders = {
  main: async () => (uses.main = await import(pathToFileURL(library).href)),
  realm: async () => (uses.realm = await loadRealm()),
};
if (order === 'main first') await loaders.main();
await loaders.realm();
if (order === 'realm first') await loaders.main();
// The first user installs.
const users = order === 'realm first' ? ['realm', 'main'] : ['main', 'realm'];
for (const user of users) uses[user]?.observe(() => undefined);

const { realm, main } = uses;
const inner = () => realm.runWithClientTrace(trace('realm'), request);
await (main === undefined ? inner() : main.runWithClientTrace(trace('main'), inner));

let refused;
try {
  realm.withClientTrace(undefined, {});
} catch (error) {
  refused = `${error.name} ${error.code}`;
}

// An Error of the realm's own aborts.
const refuse = vm.runInContext('() => new Error("no thanks")', context);
const composed = realm.contextClientTrace(
  realm.withClientTrace(realm.withClientTrace(realm.Context.background, {}), { got1xxResponse: refuse }),
);
const aborted = composed.got1xxResponse(103, {})?.message;

console.log(JSON.stringify({ foreign: !(refuse() instanceof Error), hooks, refused, aborted }));
