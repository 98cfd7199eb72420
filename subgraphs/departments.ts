// The departmental registries that are joined, one per line. docs/how-to/onboard-a-registry.md explains how
// to add one.
export { education } from './education/subgraph.js';
export { health } from './health/subgraph.js';
export { population } from './population/subgraph.js';
export { social } from './social/subgraph.js';
