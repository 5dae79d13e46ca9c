import { spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import type { RoundTripRecord } from '../../src/record/types.ts';
import type { TraceLine } from '../../src/trace-file/types.ts';

const dist = new URL('../../dist/', import.meta.url);
export const BIN = fileURLToPath(new URL('cli/bin.js', dist));
export const PRELOAD = fileURLToPath(new URL('preload.cjs', dist));
export const REGISTER = new URL('register.js', dist).href;
export const LIBRARY = new URL('index.js', dist).href;

/** A folder with files in it, and with a space in its name, that goes with the test. */
export function folderWith(files: Readonly<Record<string, string>> = {}): string {
  const folder = mkdtempSync(join(tmpdir(), 'httptrace program '));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
  return folder;
}

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Started {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  /** Resolves when standard output has that text. */
  said(text: string): Promise<void>;
  /** Resolves with what was found in standard error. */
  told(pattern: RegExp): Promise<RegExpExecArray>;
}

export interface StartOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** In a group of its own, as a shell starts a command. */
  readonly detached?: boolean;
}

/** Starts a program with little more than PATH in its environment. */
export function start(command: readonly string[], options: StartOptions = {}): Started {
  const [program = '', ...args] = command;
  const child = spawn(program, args, {
    cwd: options.cwd,
    detached: options.detached ?? false,
    env: { PATH: process.env['PATH'], LANG: 'C.UTF-8', ...options.env },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const output = { stdout: '', stderr: '' };
  const listeners = new Set<() => void>();
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].on('data', (chunk: Buffer) => {
      output[name] += chunk.toString();
      for (const listener of listeners) listener();
    });
  }
  const ended = new Promise<Ended>((resolve) => {
    child.on('close', (code, signal) => resolve({ code, signal, ...output }));
  });
  function seen(name: keyof typeof output, pattern: RegExp): Promise<RegExpExecArray> {
    return new Promise((resolve, reject) => {
      function look(): void {
        const match = pattern.exec(output[name]);
        if (match !== null) resolve(match);
      }
      look();
      listeners.add(look);
      void ended.then(() => reject(new Error(`ended without ${pattern}: ${output.stdout}${output.stderr}`)));
    });
  }
  async function said(text: string): Promise<void> {
    await seen('stdout', new RegExp(text));
  }
  const told = (pattern: RegExp): Promise<RegExpExecArray> => seen('stderr', pattern);
  return { child, ended, said, told };
}

/** Starts `httptrace run` with these words. */
export function startRun(words: readonly string[], options: StartOptions = {}): Started {
  return start([process.execPath, BIN, 'run', ...words], options);
}

/** Runs `httptrace run` with these words, to its end. */
export async function run(words: readonly string[], options: StartOptions = {}): Promise<Ended> {
  const { child, ended } = startRun(words, options);
  child.stdin?.end();
  return ended;
}

/** Lines of a trace file. */
export function linesOf(file: string): TraceLine[] {
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as TraceLine); // httptrace has written it
}

/** Requests in a trace file. */
export function requestsIn(file: string): RoundTripRecord[] {
  return linesOf(file).filter((line) => line.type === 'roundTrip');
}
