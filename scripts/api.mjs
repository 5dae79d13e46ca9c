// @ts-check
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { Extractor, ExtractorConfig, ExtractorLogLevel } from '@microsoft/api-extractor';

import { build } from './build.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Files of package.json "exports" that have types, as [report name, path of the declarations]. */
function entryPoints() {
  const { exports } = /** @type {{ exports: Record<string, string> }} */ (
    JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  );
  return Object.values(exports)
    .filter((target) => target.endsWith('.js'))
    .map((target) => ({
      name: basename(target, '.js') === 'index' ? 'httptrace' : `httptrace-${basename(target, '.js')}`,
      declarations: join(root, target.replace(/\.js$/, '.d.ts')),
    }));
}

/**
 * Compares the declarations of one entry point with its report in etc/.
 *
 * @param {{ name: string, declarations: string }} entryPoint
 * @param {boolean} update write the report instead
 */
function checkReport({ name, declarations }, update) {
  const configFile = join(root, 'api-extractor.json');
  const configObject = ExtractorConfig.loadFile(configFile);
  configObject.mainEntryPointFilePath = declarations;
  configObject.apiReport = { enabled: true, ...configObject.apiReport, reportFileName: `${name}.api.md` };
  // Its own compiler reads the declarations only; the project's settings are for a newer compiler.
  configObject.compiler = {
    overrideTsconfig: {
      compilerOptions: {
        target: 'es2022',
        module: 'nodenext',
        lib: ['es2023', 'esnext.disposable'],
        types: ['node'],
      },
      files: [declarations],
    },
  };
  const config = ExtractorConfig.prepare({
    configObject,
    configObjectFullPath: configFile,
    packageJsonFullPath: join(root, 'package.json'),
  });
  // Without the folder the extractor says that it has written the report, and has not.
  mkdirSync(join(root, 'etc'), { recursive: true });
  let problems = 0;
  const { apiReportChanged } = Extractor.invoke(config, {
    localBuild: update,
    messageCallback(message) {
      message.handled = true;
      const serious =
        message.logLevel === ExtractorLogLevel.Error || message.logLevel === ExtractorLogLevel.Warning;
      if (!serious || message.messageId.startsWith('console-api-report')) return;
      problems++;
      console.error(message.formatMessageWithLocation(root));
    },
  });
  const report = join('etc', `${name}.api.md`);
  if (apiReportChanged) {
    console.error(`${report}: ${update ? 'updated' : 'out of date'}`);
    if (!update) showDifference(join(root, report), join(root, 'temp', `${name}.api.md`));
  } else {
    console.log(`${report}: up to date`);
  }
  return problems === 0 && (update || !apiReportChanged);
}

/**
 * Lines that only one of the two reports has; enough to see what changed.
 *
 * @param {string} oldFile
 * @param {string} newFile
 */
function showDifference(oldFile, newFile) {
  const before = existsSync(oldFile) ? readFileSync(oldFile, 'utf8').split('\n') : [];
  const after = readFileSync(newFile, 'utf8').split('\n');
  for (const line of before) if (!after.includes(line)) console.error(`- ${line}`);
  for (const line of after) if (!before.includes(line)) console.error(`+ ${line}`);
  console.error('`npm run api:update` accepts the change; say in CHANGELOG.md what it means for users.');
}

const update = process.argv.includes('--update');
const results = build() ? entryPoints().map((entryPoint) => checkReport(entryPoint, update)) : [false];
process.exitCode = results.every(Boolean) ? 0 : 1;
