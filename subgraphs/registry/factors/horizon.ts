/** Years after a quarter in which need is foreseen. */
export const HORIZON_YEARS = 5;
