import { sectorClass, sectorName } from './sectors.js';

interface LegendProps {
  readonly sectors: readonly string[];
  readonly hasMasked: boolean;
  readonly hasWithheld: boolean;
}

/** What colours and patterns mean; only those that occur. */
export function Legend({ sectors, hasMasked, hasWithheld }: LegendProps) {
  return (
    <ul className="legend" aria-label="Legend">
      {sectors.map((sector) => (
        <li key={sector}>
          <i className={`swatch ${sectorClass(sector)}`} /> {sectorName(sector)}
        </li>
      ))}
      {hasMasked && (
        <li>
          <i className="swatch swatch-masked" /> date masked: light where it may have been
        </li>
      )}
      {hasWithheld && (
        <li>
          <i className="swatch swatch-hatched" /> withheld by policy
        </li>
      )}
      <li className="legend-number">number in a bar: contacts</li>
    </ul>
  );
}
