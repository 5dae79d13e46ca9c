import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stderr, stdin, stdout } from 'node:process';
import type { Io } from '../src/cli/io.ts';
import { CA_FILE, SCENES } from './scenes.ts';
import { startServers } from './servers.ts';
import { Stage } from './stage.ts';

const INTERRUPTED = 130;

for (const stream of [stdout, stderr]) {
  // Somebody who reads the first page only (`npm run demo | head`) has seen what he wanted.
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit();
    throw error;
  });
}

/** Ctrl-C ends the running request first, so that its picture is still drawn, and then the demo. */
const interruption = new AbortController();
process.once('SIGINT', () => interruption.abort());

const io: Io = {
  stdin,
  stdout,
  stderr,
  env: process.env,
  platform: process.platform,
  onInterrupt(listener) {
    if (interruption.signal.aborted) listener();
    interruption.signal.addEventListener('abort', listener);
    return () => interruption.signal.removeEventListener('abort', listener);
  },
};

try {
  process.exitCode = await demo(new Stage(io));
} catch (error) {
  stderr.write(`demo: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}

async function demo(stage: Stage): Promise<number> {
  const { pen } = stage;
  await stage.print([pen.paint('bold', 'httptrace demo'), '']);
  await stage.say(
    `${SCENES.length} short scenes. Every picture is of real requests, just sent to servers that this program has started on this machine; nothing leaves it. Lines that begin with $ are what you would type.`,
  );
  const folder = makeFolder();
  const servers = await startServers();
  try {
    writeFileSync(join(folder, CA_FILE), servers.ca);
    // So that the command lines shown can name the file without a path.
    process.chdir(folder);
    const failed: string[] = [];
    for (const scene of SCENES) {
      if (interruption.signal.aborted) return INTERRUPTED;
      await stage.title(scene.title);
      await stage.say(scene.text);
      const code = (await scene.play(stage, servers)) ?? 0;
      if (code !== 0) await stage.print(['', pen.paint('dim', `exit code ${code}`)]);
      if (code !== (scene.exitCode ?? 0)) failed.push(scene.title);
    }
    if (interruption.signal.aborted) return INTERRUPTED;
    await close(stage, failed);
    return failed.length === 0 ? 0 : 1;
  } finally {
    servers.close();
  }
}

/** A folder that goes with the process, whichever way that ends. */
function makeFolder(): string {
  const home = process.cwd();
  const folder = mkdtempSync(join(tmpdir(), 'httptrace-demo-'));
  process.once('exit', () => {
    // Windows keeps the folder that somebody is in.
    process.chdir(home);
    rmSync(folder, { recursive: true, force: true });
  });
  return folder;
}

async function close(stage: Stage, failed: readonly string[]): Promise<void> {
  await stage.print(['', '']);
  if (failed.length > 0) {
    await stage.say(`Not as it should be: ${failed.join(', ')}. Please report it with this output.`);
    return;
  }
  await stage.say('Now with your own:');
  await stage.code(['npx httptrace https://your-server.example', 'npx httptrace --help']);
}
