/**
 * `T` while it is being made. Optional fields are added when there is a value: a record has no undefined, and `delete`
 * would make it a slow object.
 */
export type Mutable<T> = { -readonly [K in keyof T]: T[K] };
