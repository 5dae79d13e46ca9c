/** Where rows go. */
export interface Sink {
  /**
   * Takes rows, without waiting for anybody.
   *
   * @param rows - whole lines.
   * @returns false when it could not take them, and may be able to later.
   */
  write(rows: string): boolean;
  /** Says that records are lost because there was no room for them: as many since the last time. */
  lose(records: number): void;
  /** True when nobody will ever read what is written: recording can stop. */
  readonly isAbandoned: boolean;
  /** Nothing more will come. */
  end(): void;
}
