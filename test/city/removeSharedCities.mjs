export { removeFolder as default } from './sharedCities.mjs';
