import type { FlatFields } from '../../src/events/flat-fields.ts';
import { type ExchangeFacts, RoundTrip, type SentHead } from '../../src/events/round-trip.ts';
import { Capture } from '../../src/record/capture.ts';
import { SameParts } from '../../src/record/compact.ts';
import { makeRecord } from '../../src/record/make-record.ts';
import { RecordBuilder } from '../../src/record/record-builder.ts';
import { Redaction, type RedactionOptions } from '../../src/record/redact.ts';
import type { RoundTripRecord } from '../../src/record/types.ts';

/** A round trip without a network: a test calls its events itself, at times of its own. */
export class FakeRoundTrip extends RoundTrip {
  readonly clientVersion = 'v1.2.3';
  url = 'http://example.test/';
  sentHead: SentHead | undefined = { fields: () => [] };
  responseFields: FlatFields = [];
  trailers: FlatFields = [];
  readonly builder: RecordBuilder;
  #captured: Capture | undefined;

  constructor() {
    super('http', 'GET');
    this.builder = new RecordBuilder(this, new Capture(), { finish: () => this.#capture() });
  }

  facts(): ExchangeFacts {
    return {
      requestHttpVersion: '1.1',
      bytesWritten: undefined,
      bytesRead: undefined,
      bodyBytes: undefined,
      responseFields: this.responseFields,
      trailers: this.trailers,
    };
  }

  /** Its record; before its end that of what is known, after which it is not recorded any more. */
  record(options?: RedactionOptions): RoundTripRecord {
    return makeRecord(this.#capture(), new Redaction(options), new SameParts());
  }

  #capture(): Capture {
    // There is one until it is taken.
    return (this.#captured ??= this.builder.take()!);
  }
}

/** The record of a round trip that failed with `error` before it had a connection. */
export function failedWith(error: unknown): RoundTripRecord {
  const roundTrip = new FakeRoundTrip();
  roundTrip.roundTripStart(1);
  roundTrip.getConn(1, 'example.test:80');
  // Whatever a program destroys its request with.
  roundTrip.roundTripDone(2, error as Error);
  return roundTrip.record();
}
