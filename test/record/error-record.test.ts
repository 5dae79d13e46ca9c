import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';

import { failedWith } from './fake-round-trip.ts';
import { expectValid } from './valid.ts';

function refused(address: string): Error {
  const message = `connect ECONNREFUSED ${address}:80`;
  return Object.assign(new Error(message), { code: 'ECONNREFUSED', syscall: 'connect', address, port: 80 });
}

/** The error part of the record of a round trip that failed with `error`. */
function recorded(error: unknown) {
  const record = expectValid(failedWith(error));
  expect(record.outcome).toBe('error');
  return record.error;
}

describe('the record of an error', () => {
  it('has its code, its system call and the phase', () => {
    expect(recorded(refused('127.0.0.1'))).toEqual({
      name: 'Error',
      message: 'connect ECONNREFUSED 127.0.0.1:80',
      code: 'ECONNREFUSED',
      syscall: 'connect',
      phase: 'queued',
    });
  });

  it('has the code and the messages of all addresses that Happy Eyeballs tried', () => {
    const error = Object.assign(new AggregateError([refused('::1'), refused('127.0.0.1')]), {
      code: 'ECONNREFUSED',
    });
    expect(recorded(error)).toMatchObject({
      name: 'AggregateError',
      message: 'connect ECONNREFUSED ::1:80; connect ECONNREFUSED 127.0.0.1:80',
      code: 'ECONNREFUSED',
      cause: { message: 'connect ECONNREFUSED ::1:80', syscall: 'connect' },
    });
    expect(recorded(new AggregateError([refused('::1'), 'text', 5, null]))).toMatchObject({
      code: 'ECONNREFUSED',
      message: 'connect ECONNREFUSED ::1:80; text',
    });
    expect(recorded(new AggregateError([]))).toEqual({
      name: 'AggregateError',
      message: '',
      phase: 'queued',
    });
  });

  it('follows the chain of causes, up to five of them', () => {
    let error = new TypeError('deepest');
    for (let depth = 8; depth >= 0; depth--) error = new TypeError(`depth ${depth}`, { cause: error });
    const messages: string[] = [];
    for (let at = recorded(error); at !== undefined; at = at.cause) messages.push(at.message);
    expect(messages).toEqual(['depth 0', 'depth 1', 'depth 2', 'depth 3', 'depth 4', 'depth 5']);
  });

  it('ends where a cause is circular', () => {
    const first = new Error('first');
    const second = new Error('second', { cause: first });
    first.cause = second;
    expect(recorded(first)).toMatchObject({ message: 'first', cause: { message: 'second' } });
    expect(recorded(first)?.cause?.cause).toBeUndefined();
    const self = new Error('self');
    self.cause = self;
    expect(recorded(self)?.cause).toBeUndefined();
  });

  it.each([
    ['a string', 'gone', { name: 'Error', message: 'gone' }],
    ['a number', 7, { name: 'Error', message: '7' }],
    ['undefined', undefined, { name: 'Error', message: 'undefined' }],
    ['a symbol', Symbol('x'), { name: 'Error', message: 'Symbol(x)' }],
    ['an object', { message: 'm', code: 'C' }, { name: 'Error', message: 'm', code: 'C' }],
    ['an object without a prototype', Object.create(null), { name: 'Error', message: '' }],
    ['a function', class Oops {}, { name: 'Oops', message: '' }],
    [
      'a code and a name that are no words',
      Object.assign(new Error('m'), { code: 20 }),
      { name: 'Error', message: 'm' },
    ],
    [
      'fields of other types',
      Object.assign(new Error('m'), { code: {}, syscall: true, name: 5 }),
      { name: 'Error', message: 'm' },
    ],
    [
      'a cause that is no error',
      new Error('m', { cause: 'why' }),
      { name: 'Error', message: 'm', cause: { name: 'Error', message: 'why' } },
    ],
    ['a cause of null', new Error('m', { cause: null }), { name: 'Error', message: 'm' }],
  ])('is made of %s', (_what, thrown, expected) => {
    expect(recorded(thrown)).toEqual({ ...expected, phase: 'queued' });
  });

  it('is made of an error of another realm', () => {
    const foreign: unknown = runInNewContext(
      `Object.assign(new RangeError('far', { cause: new Error('away') }), { code: 'EFAR' })`,
    );
    expect(recorded(foreign)).toMatchObject({
      name: 'RangeError',
      message: 'far',
      code: 'EFAR',
      cause: { message: 'away' },
    });
  });

  it('is made of a DOMException, as an aborted request has', () => {
    const { reason } = AbortSignal.abort() as { readonly reason: unknown };
    expect(recorded(reason)).toMatchObject({ name: 'AbortError' });
  });

  it('is made of an error whose properties throw', () => {
    const hostile = new Proxy(new Error('m'), {
      get() {
        throw new Error('not yours');
      },
    });
    expect(recorded(hostile)).toEqual({ name: 'Error', message: '', phase: 'queued' });
  });

  it('keeps the first thousand characters of a message', () => {
    expect(recorded(new Error('x'.repeat(5000)))?.message).toBe(`${'x'.repeat(1000)}…`);
  });
});
