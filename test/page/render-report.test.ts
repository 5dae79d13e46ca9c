import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { renderReport } from '../../src/cli/page/render-report.ts';
import { readTemplate } from '../../src/cli/page/template.ts';
import { sampleTrace } from './sample-trace.ts';
import { linesOfReport } from './trace-file.ts';

const template = readTemplate();

function report(lines: Parameters<typeof renderReport>[1]): string {
  return [...renderReport(template, lines)].join('');
}

function hash(text: string): string {
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
}

describe('renderReport', () => {
  it('holds every line as it was given', () => {
    const lines = sampleTrace({ requests: 40 });
    expect(linesOfReport(report(lines))).toEqual(lines.map((line) => JSON.stringify(line)));
  });

  it('names no file that it was built from', () => {
    expect(template).not.toContain('.tsx');
  });

  it('makes the same file of the same trace', () => {
    const lines = sampleTrace({ requests: 5 });
    expect(report(lines)).toBe(report(lines));
  });

  it('puts long traces into several blocks, each of whole lines', () => {
    const lines = sampleTrace({ requests: 1500 });
    const pieces = [...renderReport(template, lines)];
    expect(pieces.length).toBeGreaterThan(4);
    expect(linesOfReport(pieces.join(''))).toHaveLength(lines.length);
  });

  it('has a trace element without content when there is no line', () => {
    expect(linesOfReport(report([]))).toEqual([]);
    expect(report([])).toContain('data-source="report"');
  });

  it('lets no text of a trace into the markup', () => {
    const [line] = sampleTrace({ requests: 1 });
    if (line?.type !== 'roundTrip') throw new Error('the sample begins with a round trip');
    const hostile = '</script><script>alert(1)</script><!-- <img src=x onerror=alert(1)> \u2028 \u202e';
    const html = report([
      { ...line, request: { ...line.request, url: `http://x/${hostile}`, header: [['x', hostile]] } },
    ]);
    expect(html.match(/<script/g)).toHaveLength(template.match(/<script/g)?.length ?? 0);
    expect(html).not.toContain('onerror');
    expect(html).not.toContain('\u2028');
    expect(linesOfReport(html)[0]).toContain(JSON.stringify(hostile).slice(1, -1));
  });

  it('says which template it needs when it is given something else', () => {
    expect(() => [...renderReport('<html></html>', [])]).toThrow(
      /not the page that httptrace was built with/,
    );
  });
});

describe('the page', () => {
  it('allows its own script and style by their digests, and nothing else', () => {
    const policy = /http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(template)?.[1] ?? '';
    const scripts = [...template.matchAll(/<script>([^]*?)<\/script>/g)].map(([, text = '']) => text);
    const styles = [...template.matchAll(/<style>([^]*?)<\/style>/g)].map(([, text = '']) => text);
    expect(scripts).toHaveLength(1);
    expect(styles).toHaveLength(1);
    expect(policy.split('; ')).toEqual([
      "default-src 'none'",
      `script-src ${hash(scripts[0] ?? '')}`,
      `style-src ${hash(styles[0] ?? '')}`,
      "connect-src 'none'",
      'img-src data:',
      "base-uri 'none'",
      "form-action 'none'",
    ]);
  });

  it('names its policy before anything that it could concern', () => {
    expect(template.indexOf('Content-Security-Policy')).toBeLessThan(template.indexOf('<style'));
  });

  it('refers to no other file', () => {
    const markup = template.replace(/<script>[^]*?<\/script>/, '').replace(/<style>[^]*?<\/style>/, '');
    const references = [...markup.matchAll(/(?:src|href)="([^"]*)"/g)].map(
      ([, url = '']) => url.split(',')[0],
    );
    expect(references).toEqual(['data:image/svg+xml']);
  });

  it('has the licences of what is built into it', () => {
    expect(template).toContain('Jason Miller');
    expect(template).toContain('Permission is hereby granted');
  });
});
