import {
  type ExchangeFacts,
  type FieldGroup,
  type HeaderField,
  RoundTrip,
} from '../../src/events/round-trip.ts';
import { makeRecord } from '../../src/record/make-record.ts';
import { RecordBuilder } from '../../src/record/record-builder.ts';
import { Redaction, type RedactionOptions } from '../../src/record/redact.ts';
import type { RoundTripRecord } from '../../src/record/types.ts';

/** A round trip without a network: a test calls its events itself, at times of its own. */
export class FakeRoundTrip extends RoundTrip {
  readonly clientVersion = 'v1.2.3';
  url = 'http://example.test/';
  requestFields: readonly FieldGroup[] | undefined = [];
  responseFields: readonly HeaderField[] = [];
  trailers: readonly HeaderField[] = [];
  readonly builder: RecordBuilder;
  /** Made at the end, when a recorder makes it: the builder lets go of its errors then. */
  #atEnd: RoundTripRecord | undefined;

  constructor() {
    super('http', 'GET');
    this.builder = new RecordBuilder(this, undefined, () => (this.#atEnd = this.#make()));
    this.traces = [this.builder];
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

  /** The record made at its end; before that one of what is known. */
  record(options?: RedactionOptions): RoundTripRecord {
    return this.#atEnd ?? this.#make(options);
  }

  #make(options?: RedactionOptions): RoundTripRecord {
    return makeRecord(this.builder, new Redaction(options));
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
