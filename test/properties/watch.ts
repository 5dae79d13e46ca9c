import { Context, Recorder, observe, uninstall, withClientTrace } from '../../src/index.ts';
import type { ClientTrace, RoundTripInfo, RoundTripRecord } from '../../src/index.ts';
import { EventRecorder } from '../helpers/event-recorder.ts';
import { type Call, turn } from './call.ts';
import type { PropertyClient } from './clients.ts';
import { type Run, type Stage, patiently } from './play.ts';
import type { Plan } from './plan.ts';

/** One round trip, as it was told. */
export interface Watched {
  readonly recorder: EventRecorder;
  /** The client's port of the connection, when it got one. */
  port?: number | undefined;
}

/** A run that was watched. */
export interface WatchedRun extends Run {
  /** The round trips of each call, by its number. */
  readonly watched: readonly (readonly Watched[])[];
  /** Those that belong to no call. */
  readonly strays: readonly string[];
  readonly records: readonly RoundTripRecord[];
}

/** Plays `plan` without httptrace. */
export async function playPlain(stage: Stage, client: PropertyClient, plan: Plan): Promise<Run> {
  uninstall();
  return stage.play(
    client,
    plan,
    (_call, make) => make(),
    async () => {},
  );
}

/** Plays `plan`, and watches each of its requests. */
export async function playWatched(stage: Stage, client: PropertyClient, plan: Plan): Promise<WatchedRun> {
  const watched: Watched[][] = plan.waves.flat().map(() => []);
  const strays: string[] = [];
  const records = new Recorder();

  const watch = (
    info: RoundTripInfo,
    context: Context | undefined,
    index: number,
  ): ClientTrace | undefined => {
    const path = new URL(info.url).pathname;
    const own = watched[index];
    if (own === undefined || path !== `/${index}`) {
      strays.push(`a round trip to ${info.url} in the context of request ${index}`);
      return undefined;
    }
    const one: Watched = { recorder: new EventRecorder(context) };
    own.push(one);
    return one.recorder.trace;
  };
  // A second trace, so that there is something to compose; it also knows which connection it was.
  const port = (index: number): ClientTrace => ({
    gotConn({ conn }) {
      const one = watched[index]?.at(-1);
      // Both undici's and node's connections are sockets.
      if (one !== undefined) one.port = (conn as { readonly localPort?: number }).localPort;
    },
  });

  const around = async (call: Call, make: () => Promise<void>): Promise<void> => {
    if (plan.mode === 'observe') return make();
    const older = withClientTrace(Context.background, port(call.index));
    const context: Context = withClientTrace(older, (info) => watch(info, context, call.index));
    return context.run(make);
  };
  const observers = [observe(records.factory)];
  if (plan.mode === 'observe') {
    const indexOf = (info: RoundTripInfo): number => Number(new URL(info.url).pathname.slice(1));
    observers.push(
      observe((info) => watch(info, undefined, indexOf(info))),
      observe((info) => port(indexOf(info))),
    );
  }
  const all = (): EventRecorder[] => watched.flat().map(({ recorder }) => recorder);
  try {
    const run = await stage.play(client, plan, around, () =>
      patiently(
        'the round trips',
        () =>
          all()
            .filter(({ isSettled }) => !isSettled)
            .map((recorder) => `${recorder.info.url}\n${recorder.describe()}`)
            .join('\n'),
        settled(all),
      ),
    );
    await records.flush();
    return { ...run, watched, strays, records: records.records };
  } finally {
    for (const observer of observers) observer[Symbol.dispose]();
  }
}

/** A dial that outlives its round trip has moments in which nothing is open, hence the second look. */
async function settled(all: () => readonly EventRecorder[]): Promise<void> {
  while (!all().every(({ isSettled }) => isSettled)) {
    await Promise.all(all().map((recorder) => recorder.settled()));
    await turn();
  }
}
