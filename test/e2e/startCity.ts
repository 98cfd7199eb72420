import { makeCity } from '../city/makeCity.js';
import { serveCity } from '../city/serveCity.js';

/** A city behind a real gateway, with the console. */
export async function startCity(): Promise<{ url: string; stop(): Promise<void> }> {
  const city = await makeCity();
  const served = await serveCity(city);
  return {
    url: served.url.href.replace(/\/$/, ''),
    stop: async () => {
      await served.stop();
      await city.remove();
    },
  };
}
