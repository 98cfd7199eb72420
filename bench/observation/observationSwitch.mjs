// Loaded before a gateway that is measured: turns the observation of its requests on and off by messages.
import { join } from 'node:path';
import { isMainThread } from 'node:worker_threads';

if (isMainThread) {
  const dist = join(import.meta.dirname, '..', '..', 'dist');
  const { Gateway } = await import(join(dist, 'gateway', 'gateway.js'));
  const { unobserved } = await import(join(dist, 'gateway', 'observation', 'requestObservation.js'));
  const observe = Gateway.prototype.observe;
  let isOn = true;
  Gateway.prototype.observe = function (decisionId) {
    return isOn ? observe.call(this, decisionId) : unobserved;
  };
  process.on('message', (message) => {
    isOn = message === 'observed';
  });
}
