import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { certFile } from '../helpers/certs.ts';
import { command } from './harness.ts';

const URL = 'http://127.0.0.1:1/';
const folder = mkdtempSync(join(tmpdir(), 'httptrace-usage-'));

/** The one line that a bad command line gives. */
async function complaint(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await command(args);
  expect(code).toBe(2);
  expect(stdout).toBe('');
  expect(stderr).toMatch(/^httptrace: [^\n]+\n$/);
  return stderr.slice('httptrace: '.length, -1);
}

describe('a bad command line', () => {
  it('has no URL', async () => {
    expect(await complaint()).toBe('no URL given; see httptrace --help');
  });

  it('has an unknown option, and may learn which one was meant', async () => {
    expect(await complaint('--heade', 'a: b', URL)).toBe('unknown option --heade; did you mean --header?');
    expect(await complaint('--maxtime', '5', URL)).toBe('unknown option --maxtime; did you mean --max-time?');
    expect(await complaint('--xyzzy', URL)).toBe('unknown option --xyzzy; see httptrace --help');
    expect(await complaint('-Q', URL)).toBe('unknown option -Q; see httptrace --help');
  });

  it('lacks the value of an option', async () => {
    expect(await complaint(URL, '-X')).toBe('option -X needs a value: METHOD');
    expect(await complaint(URL, '--cacert')).toBe('option --cacert needs a value: FILE');
  });

  it('gives a value to an option that takes none', async () => {
    expect(await complaint('--location=yes', URL)).toBe('option --location takes no value');
  });

  it('has a URL that is none', async () => {
    expect(await complaint('http://')).toBe('bad URL "http://"');
    expect(await complaint('http://a:b:c/')).toBe('bad URL "http://a:b:c/"');
    expect(await complaint('http://example.test:99999')).toBe('bad URL "http://example.test:99999"');
    expect(await complaint('')).toBe('the URL is empty');
    expect(await complaint('http://example.test/a b')).toBe(
      'bad URL "http://example.test/a b": it has a space or control character; write %20 for a space',
    );
  });

  it('has a URL of a scheme that cannot be traced', async () => {
    expect(await complaint('ftp://example.test/')).toBe(
      'unsupported scheme "ftp" in "ftp://example.test/": use http:// or https://',
    );
  });

  it('does not repeat the password of a bad URL', async () => {
    expect(await complaint('ftp://me:secret@example.test/')).not.toContain('secret');
    expect(await complaint('me:secret@exa mple')).not.toContain('secret');
  });

  it('means curl’s --json', async () => {
    expect(await complaint('--json', '{"a":1}', URL)).toBe(
      'bad URL "{"a":1}"; to send JSON use -d with -H "Content-Type: application/json" (--json prints records)',
    );
  });

  it('has a header that cannot be sent', async () => {
    expect(await complaint('-H', 'no colon', URL)).toBe('bad header "no colon" for -H: write "Name: value"');
    expect(await complaint('-H', 'bad name: x', URL)).toBe('bad header name "bad name" for -H');
    expect(await complaint('-H', ': x', URL)).toBe('bad header name "" for -H');
    expect(await complaint('-H', 'X-Secret: a\u0000b', URL)).toBe(
      'bad value of header "X-Secret": control characters and line ends cannot be sent',
    );
    expect(await complaint('-H', 'X-Secret: a\r\nX-Other: b', URL)).toContain(
      'bad value of header "X-Secret"',
    );
    expect(await complaint('-A', 'a\nb', URL)).toContain('bad value of header "User-Agent"');
  });

  it('has a bad method', async () => {
    expect(await complaint('-X', 'GE T', URL)).toBe('bad method "GE T" for -X');
    expect(await complaint('-X', '', URL)).toBe('bad method "" for -X');
    expect(await complaint('-X', 'CONNECT', URL)).toBe('-X CONNECT is for proxies: use --proxy');
  });

  it('names a file that cannot be read', async () => {
    expect(await complaint('-d', '@/no/such/file', URL)).toBe(
      'cannot read /no/such/file for -d: no such file or folder',
    );
    expect(await complaint('--data-binary', `@${folder}`, URL)).toBe(
      `cannot read ${folder} for --data-binary: it is a folder`,
    );
    expect(await complaint('-H', '@/no/such/file', URL)).toBe(
      'cannot read /no/such/file for -H: no such file or folder',
    );
    expect(await complaint('--cacert', '/no/such/file', URL)).toBe(
      'cannot read /no/such/file for --cacert: no such file or folder',
    );
  });

  it('names a file that is not what it should be', async () => {
    const rubbish = join(folder, 'rubbish.pem');
    writeFileSync(rubbish, 'rubbish');
    expect(await complaint('--cacert', rubbish, URL)).toBe(
      `cannot use ${rubbish} for --cacert: it is no PEM file`,
    );
    expect(await complaint('--cert', rubbish, URL)).toMatch(/^cannot use \S+ for --cert: /);
    expect(await complaint('--cert', certFile('client.pem'), '--key', rubbish, URL)).toMatch(
      /^cannot use \S+ for --key: /,
    );
    expect(await complaint('--cert', certFile('client.pem'), '--key', certFile('good.key'), URL)).toMatch(
      /^cannot use \S+ for --key: .*mismatch/,
    );
    expect(await complaint('--cert', certFile('client.pem'), URL)).toMatch(
      /with the key in it; else name it with --key/,
    );
    expect(await complaint('--key', certFile('client.key'), URL)).toBe('--key needs --cert too');
  });

  it('names an output that cannot be written', async () => {
    expect(await complaint('-o', '/no/such/folder/file', URL)).toBe(
      'cannot write /no/such/folder/file for -o: no such file or folder',
    );
    expect(await complaint('-o', folder, URL)).toBe(`cannot write ${folder} for -o: it is a folder`);
    expect(await complaint('-o', 'a', '-o', 'b', URL)).toBe('2 times -o for 1 URL: give one for each URL');
  });

  it('has a number that is none', async () => {
    expect(await complaint('-m', 'soon', URL)).toBe('bad time "soon" for -m: give seconds, such as 5 or 0.5');
    expect(await complaint('-m', '0', URL)).toContain('bad time "0" for -m');
    expect(await complaint('--connect-timeout', '-1', URL)).toContain('bad time "-1" for --connect-timeout');
    expect(await complaint('-n', '0', URL)).toContain('bad number "0" for -n');
    expect(await complaint('-n', '1.5', URL)).toContain('bad number "1.5" for -n');
    expect(await complaint('--max-redirs', 'x', URL)).toContain('bad number "x" for --max-redirs');
  });

  it('has credentials without password', async () => {
    expect(await complaint('-u', 'someone', URL)).toBe(
      '-u needs USER:PASSWORD; write "USER:" when there is no password',
    );
    expect(await complaint('-U', 'someone', URL)).toContain('-U needs USER:PASSWORD');
  });

  it('has a --resolve that is none', async () => {
    expect(await complaint('--resolve', 'example.test', URL)).toBe(
      'bad value "example.test" for --resolve: write HOST:PORT:ADDRESS, as in example.com:443:127.0.0.1',
    );
    expect(await complaint('--resolve', 'a:99999:127.0.0.1', URL)).toContain('99999 is not a port');
    expect(await complaint('--resolve', 'a:80:b', URL)).toContain('"b" is not an IP address');
  });

  it('has a proxy that cannot be used', async () => {
    expect(await complaint('-x', 'socks5://127.0.0.1', URL)).toBe(
      'unsupported proxy "socks5://127.0.0.1": only http:// and https:// proxies can be used',
    );
    expect(await complaint('-x', 'http://me:secret@', URL)).not.toContain('secret');
    expect(await complaint('-x', 'p:1', '--unix-socket', '/s', URL)).toBe(
      '--unix-socket and --proxy exclude each other',
    );
  });

  it('has an --slo that is none', async () => {
    expect(await complaint('--slo', 'fast', URL)).toBe(
      'bad rule "fast" for --slo: write it as "total<500ms" or "p95(wait)<80ms"',
    );
    expect(await complaint('--slo', 'totl<500ms', URL)).toBe(
      'unknown name "totl" in rule "totl<500ms" for --slo: did you mean total?',
    );
    expect(await complaint('--slo', 'total<500', URL)).toBe(
      'no unit in rule "total<500" for --slo: write 500ms or 500s',
    );
  });

  it('has options that exclude each other', async () => {
    expect(await complaint('-I', '-d', 'x', URL)).toBe(
      '-I asks for a head, which has no body: leave out -I or -d',
    );
    expect(await complaint('--json', '-o', '-', URL)).toContain(
      '--json and -o - both write to standard output',
    );
  });

  it('has a client that is none, and may learn which one was meant', async () => {
    expect(await complaint('--client', 'undicci', URL)).toBe(
      'unknown client "undicci" for --client: did you mean undici?',
    );
    expect(await complaint('--client', 'curl', URL)).toBe(
      'unknown client "curl" for --client: it is one of undici, fetch, http, http2',
    );
    expect(await complaint('--client', URL)).toContain('unknown client "http://127.0.0.1:1/"');
  });

  it('has clients to compare that are none, twice the same, or one', async () => {
    expect(await complaint('--compare', 'fetch,htp', URL)).toBe(
      'unknown client "htp" for --compare: did you mean http?',
    );
    expect(await complaint('--compare', 'undicci', URL)).toBe(
      'unknown client "undicci" for --compare: did you mean undici?',
    );
    expect(await complaint('--compare=curl', URL)).toContain('unknown client "curl" for --compare');
    expect(await complaint('--compare', 'http,http', URL)).toBe('http stands twice in --compare http,http');
    expect(await complaint('--compare', 'http', URL)).toBe(
      '--compare needs two clients or more, as in --compare http,http2',
    );
  });

  it('asks for HTTP/1.1 only and HTTP/2 only', async () => {
    expect(await complaint('--http1.1', '--http2', URL)).toContain(
      '--http1.1 and --http2 exclude each other',
    );
  });

  it('compares, and names a client or a file for the body', async () => {
    expect(await complaint('--compare', '--client', 'http', URL)).toContain(
      '--client and --compare exclude each other',
    );
    expect(await complaint('--compare', '-o', '-', URL)).toContain('leave out --compare or -o');
  });

  it('cannot send control characters to the terminal by way of the message', async () => {
    expect(await complaint('--\u001b[31mred', URL)).toBe('unknown option --[31mred; see httptrace --help');
  });
});

describe('a client that cannot do what is asked for', () => {
  const needs: readonly (readonly [args: string[], message: string])[] = [
    [
      ['--client', 'http', '--http2'],
      'http speaks HTTP/1.1 only, which --http2 excludes: use --client undici or http2',
    ],
    [
      ['--client', 'http2', '--http1.1'],
      'http2 speaks HTTP/2 only, which --http1.1 excludes: use --client undici or fetch or http',
    ],
    [
      ['--client', 'fetch', '--http2'],
      'fetch cannot be told to speak HTTP/2 only: use --client undici or http2',
    ],
    [
      ['--client', 'fetch', '-x', 'p.test'],
      'fetch cannot be told to use a proxy: use --client undici or http',
    ],
    [['--client', 'http2', '-x', 'p.test'], 'http2 cannot use a proxy: use --client undici or http'],
    [['-H', 'Upgrade: x'], 'undici cannot send "Upgrade: ...": use --client http'],
    [
      ['-H', 'Expect: 100-continue', '-d', 'x'],
      'undici cannot send "Expect: ...": use --client http or http2',
    ],
    [['-H', 'Connection: TE'], 'undici cannot send "Connection: ...": use --client http'],
    [['-H', 'Host:'], 'undici cannot leave out Host: use --client http'],
    [
      ['-H', 'Content-Length: 3', '-d', 'x'],
      'undici cannot send "Content-Length: 3": use --client http or http2',
    ],
    [
      ['-X', 'GET', '-d', 'x', 'https://example.test'],
      'undici sends no body with GET over HTTP/2 (with --http1.1 it does): use --client http or http2',
    ],
    [
      ['--client', 'fetch', '-X', 'GET', '-d', 'x'],
      'fetch sends no body with GET: use --client undici or http or http2',
    ],
    [
      ['--client', 'fetch', '-H', 'Accept:'],
      'fetch cannot leave out Accept: use --client undici or http or http2',
    ],
    [['--client', 'fetch', '-X', 'TRACE'], 'fetch does not send TRACE: use --client undici or http or http2'],
    [
      ['--client', 'http2', '-H', 'Connection: close'],
      'http2 cannot send "Connection: ...", which is for HTTP/1.1: use --client undici or fetch or http',
    ],
    [['--http2', '-H', 'Upgrade: x'], 'undici cannot send "Upgrade: ...": no client can'],
    [
      ['--compare', 'fetch,http', '--http2'],
      'fetch cannot be told to speak HTTP/2 only: use --client undici or http2',
    ],
  ];

  it('is refused with one that can', async () => {
    for (const [args, message] of needs) expect(await complaint(...args, URL)).toBe(message);
  });

  it('is left out of a comparison of all, unless fewer than two remain', async () => {
    expect(await complaint('--compare', '-H', 'Host:', URL)).toBe(
      'nothing to compare: undici cannot leave out Host; fetch cannot leave out Host; http2 cannot leave out Host',
    );
    const { code, stderr } = await command(['--compare', '--http2', URL]);
    expect(code).toBe(7);
    expect(stderr).toBe(
      'httptrace: left out: fetch cannot be told to speak HTTP/2 only\nhttptrace: left out: http speaks HTTP/1.1 only, which --http2 excludes\n',
    );
  });
});

describe('--help and --version', () => {
  it('prints a manual page to standard output, whatever else is given', async () => {
    const { code, stdout, stderr } = await command(['-h', '-X'.padEnd(5, 'Y')]);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toContain('Usage: httptrace [options] URL...');
  });

  it('names every option and every exit code', async () => {
    const { stdout } = await command(['--help']);
    await expect(stdout).toMatchFileSnapshot('help.txt');
  });

  it('fits the terminal', async () => {
    const { stdout } = await command(['--help'], { terminal: 70 });
    const longest = Math.max(
      ...stdout
        .split('\n')
        .filter((line) => !line.includes('httptrace -'))
        .map((line) => line.length),
    );
    expect(longest).toBeLessThanOrEqual(70);
  });

  it('prints the version, and that of Node', async () => {
    const { code, stdout } = await command(['--version']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^httptrace \d+\.\d+\.\d+ \(node v\d+\.\d+\.\d+\)\n$/);
  });
});
