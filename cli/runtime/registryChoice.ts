import type { JoinedRegistries } from '../../registry-kit/joinedRegistries.js';
import type { Configuration } from '../configuration/configuration.js';

/** The registries that a configuration joins. */
export function registryChoice({ registries }: Configuration): JoinedRegistries {
  const entries = Object.entries(registries);
  return {
    leftOut: entries.flatMap(([name, { joined }]) => (joined ? [] : [name])),
    folders: new Map(entries.flatMap(([name, { folder }]) => (folder === undefined ? [] : [[name, folder]]))),
  };
}
