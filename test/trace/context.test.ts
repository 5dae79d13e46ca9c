import { AsyncLocalStorage } from 'node:async_hooks';
import { describe, expect, it } from 'vitest';

import { Context } from '../../src/index.ts';
import { shared } from '../../src/trace/shared.ts';

const COLOUR = Context.key<string>('colour');

describe('Context', () => {
  it('does not touch AsyncLocalStorage until a context is entered', () => {
    expect(Context.current()).toBe(Context.background);
    Context.background.withValue(COLOUR, 'red');
    Context.background.bind(() => {});
    expect(shared().used).toBe(false);
    Context.background.run(() => {});
    expect(shared().used).toBe(true);
  });

  it('gives the value of the nearest ancestor that has the key', () => {
    const red = Context.background.withValue(COLOUR, 'red');
    const blue = red.withValue(COLOUR, 'blue');
    const other = blue.withValue(Context.key('other'), 1);
    expect(other.value(COLOUR)).toBe('blue');
    expect(red.value(COLOUR)).toBe('red');
    expect(Context.background.value(COLOUR)).toBeUndefined();
  });

  it('tells keys of the same name apart', () => {
    const ctx = Context.background.withValue(COLOUR, 'red');
    expect(ctx.value(Context.key<string>('colour'))).toBeUndefined();
  });

  it('keeps undefined as a value that hides the older one', () => {
    const key = Context.key<string | undefined>('maybe');
    const ctx = Context.background.withValue(key, 'there').withValue(key, undefined);
    expect(ctx.value(key)).toBeUndefined();
  });

  it('is current for what run() calls and for all that this starts', async () => {
    const ctx = Context.background.withValue(COLOUR, 'red');
    const seen = await ctx.run(async () => {
      const colours = [Context.current().value(COLOUR)];
      await Promise.resolve();
      colours.push(Context.current().value(COLOUR));
      await new Promise<void>((resolve) => setImmediate(resolve));
      colours.push(Context.current().value(COLOUR));
      return colours;
    });
    expect(seen).toEqual(['red', 'red', 'red']);
    expect(Context.current()).toBe(Context.background);
  });

  it('nests: the inner context ends with its run()', () => {
    const outer = Context.background.withValue(COLOUR, 'red');
    const inner = outer.withValue(COLOUR, 'blue');
    outer.run(() => {
      expect(inner.run(() => Context.current())).toBe(inner);
      expect(Context.current()).toBe(outer);
    });
  });

  it('gives what run() returns and throws what it throws', () => {
    expect(Context.background.run(() => 5)).toBe(5);
    expect(() =>
      Context.background.run(() => {
        throw new RangeError('mine');
      }),
    ).toThrow(RangeError);
  });

  it('is entered by a bound function, which keeps its this, arguments and result', () => {
    const ctx = Context.background.withValue(COLOUR, 'red');
    const bound = ctx.bind(function join(this: { readonly sep: string }, ...parts: string[]) {
      return [Context.current().value(COLOUR), ...parts].join(this.sep);
    });
    expect(bound.call({ sep: '-' }, 'a', 'b')).toBe('red-a-b');
    expect(Context.current()).toBe(Context.background);
  });

  it('leaves other AsyncLocalStorage stores as they are', () => {
    const store = new AsyncLocalStorage<number>();
    store.run(7, () => {
      Context.background.withValue(COLOUR, 'red').run(() => expect(store.getStore()).toBe(7));
    });
  });
});
