/**
 * Seconds by which two clocks may differ, in either direction, before a token is refused. What lives 30 s is so accepted
 * from 30 s before it was issued to 60 s after, by the clock of whoever verifies it, and never longer.
 */
export const CLOCK_TOLERANCE_SECONDS = 30;
