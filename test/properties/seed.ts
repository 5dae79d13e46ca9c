/** `SEED` or `SEED:PATH`, as a failure says it. */
const given = process.env.HTTPTRACE_PROPERTY_SEED?.split(':');

/** Another one each time, so that more is tried with each run of the tests; printed with a failure. */
export const SEED: number = given === undefined ? Date.now() % 2 ** 31 : Number(given[0]);

/** The way from the seed to the smallest failure, when it was given. */
export const PATH: string | undefined =
  given === undefined ? undefined : given.slice(1).join(':') || undefined;
