/**
 * The first that runs in a traced process, given by `--require`: traces it, or steps aside where Node is too old. Until its
 * version is known nothing may be used that an old Node does not have, and nothing here may throw or print.
 */
(function preload() {
  try {
    const version = process.versions.node.split('.');
    const major = Number(version[0]);
    const minor = Number(version[1]);
    const isSupported = major > 22 || (major === 22 && minor >= 12) || (major === 20 && minor >= 19);
    // A type says what the build puts there.
    if (isSupported) (require('./tracing.cjs') as { start(folder: string): void }).start(__dirname);
    else tellSkipped();
    // oxlint-disable-next-line no-unused-vars -- Node before 10 has no `catch` without a name.
  } catch (error) {
    // The program is not to learn that it could not be traced.
  }

  /** `httptrace run` says which versions it could not trace. */
  function tellSkipped() {
    const spool = process.env.HTTPTRACE_SPOOL;
    if (!spool) return;
    const name = process.version + '.' + process.pid + '.skipped';
    // oxlint-disable-next-line unicorn/prefer-node-protocol -- Node before 14.18 has no `node:`.
    const fs = require('fs') as { writeFileSync(path: string, data: string, options: object): void };
    fs.writeFileSync(spool + '/' + name, '', { mode: 384 });
  }
})();
