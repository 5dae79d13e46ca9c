/**
 * A port of 127.0.0.1 that nobody listens on: one of those that need rights and that no system hands out. A port that was
 * closed a moment ago is somebody else's in the next, with many tests at work. Fetch refuses port 1.
 */
export const CLOSED_PORT = 2;
