// The departmental registries that are joined here, a line each: docs/how-to/onboard-a-registry.md tells how one comes in.
export { education } from './education/subgraph.js';
export { health } from './health/subgraph.js';
export { population } from './population/subgraph.js';
export { social } from './social/subgraph.js';
