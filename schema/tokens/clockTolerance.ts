/** Seconds by which two clocks may differ, in either direction, before a token is refused. */
export const CLOCK_TOLERANCE_SECONDS = 30;
