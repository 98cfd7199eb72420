/** Days without a contact after which the same service begins a new episode. */
export const EPISODE_GAP_DAYS = 90;
