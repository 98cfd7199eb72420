import { sankey, sankeyLeft, sankeyLinkHorizontal } from 'd3-sankey';
import { useMemo } from 'react';
import type { ResultNames } from './publishedTable.js';
import type { PathEdge } from './results.js';
import type { Words } from './sentences.js';

const WIDTH = 960;
const TOP = 30;
const NODE_WIDTH = 14;
const NODE_PADDING = 14;

interface StepNode {
  readonly id: string;
  readonly name: string;
  readonly sector: string;
  readonly step: number;
}

interface StepLink {
  readonly source: string;
  readonly target: string;
  readonly value: number;
}

const sectors = new Set(['health', 'social', 'education']);

interface SankeyPictureProps {
  readonly transitions: readonly PathEdge[];
  readonly words: Words;
  readonly names: ResultNames;
}

/**
 * The transitions between services as bands (d3-sankey). Each band can be reached by keyboard and has its
 * words. The table next to it has the same content.
 */
export function SankeyPicture({ transitions, words, names }: SankeyPictureProps) {
  const { t, format } = words;
  const height = TOP + Math.min(760, Math.max(220, 34 * largestStep(transitions)));
  const graph = useMemo(() => {
    const { nodes, links } = stepGraph(transitions, names);
    return sankey<StepNode, StepLink>()
      .nodeId(({ id }) => id)
      .nodeAlign(sankeyLeft)
      .nodeWidth(NODE_WIDTH)
      .nodePadding(NODE_PADDING)
      .extent([
        [1, TOP],
        [WIDTH - 1, height - 8],
      ])({ nodes, links });
  }, [transitions, names, height]);
  const path = sankeyLinkHorizontal<StepNode, StepLink>();
  const lastStep = Math.max(...graph.nodes.map(({ step }) => step));
  const placeOf = (step: number): number | undefined => graph.nodes.find((node) => node.step === step)?.x0;
  return (
    <figure className="groups-figure groups-sankey">
      <figcaption>{t('picture.sankey')}</figcaption>
      <div className="groups-picture-scroll" tabIndex={0} role="region" aria-label={t('picture.sankey')}>
        <svg viewBox={`0 0 ${WIDTH} ${height}`} role="group" aria-label={t('picture.sankey')}>
          {Array.from({ length: lastStep }, (_, index) => index + 1).map((step) => (
            <text
              key={step}
              className="groups-step"
              x={step === lastStep ? WIDTH - 1 : (placeOf(step) ?? 0)}
              y="16"
              textAnchor={step === lastStep ? 'end' : 'start'}
            >
              {t('picture.step', { step })}
            </text>
          ))}
          <g className="groups-bands">
            {graph.links.map((link) => {
              const [from, to] = [link.source as StepNode, link.target as StepNode];
              const label = t('picture.band', {
                from: from.name,
                to: to.name,
                people: format.number(link.value),
              });
              return (
                <path
                  key={`${from.id} ${to.id}`}
                  className={`groups-band groups-band-${from.sector}`}
                  d={path(link) ?? ''}
                  strokeWidth={Math.max(1, link.width ?? 1)}
                  role="img"
                  aria-label={label}
                >
                  <title>{label}</title>
                </path>
              );
            })}
          </g>
          {graph.nodes.map(({ id, name, sector, step, x0 = 0, x1 = 0, y0 = 0, y1 = 0 }) => (
            <g key={id} aria-hidden="true">
              <rect
                className={`groups-node groups-node-${sector}`}
                x={x0}
                y={y0}
                width={x1 - x0}
                height={Math.max(1, y1 - y0)}
              />
              <text
                x={step === lastStep ? x0 - 6 : x1 + 6}
                y={(y0 + y1) / 2}
                dy="0.35em"
                textAnchor={step === lastStep ? 'end' : 'start'}
              >
                {name}
              </text>
            </g>
          ))}
        </svg>
      </div>
    </figure>
  );
}

function largestStep(transitions: readonly PathEdge[]): number {
  const perStep = new Map<number, Set<string>>();
  const add = (step: number, code: string): void => {
    perStep.set(step, (perStep.get(step) ?? new Set()).add(code));
  };
  for (const { step, from, to } of transitions) {
    add(step, String(from.service?.code));
    add(step + 1, String(to.service?.code));
  }
  return Math.max(1, ...[...perStep.values()].map(({ size }) => size));
}

/** A service at a step is a node of its own, so that the graph has no cycle. */
function stepGraph(
  transitions: readonly PathEdge[],
  { service }: ResultNames,
): { nodes: StepNode[]; links: StepLink[] } {
  const nodes = new Map<string, StepNode>();
  const nodeOf = (step: number, used: PathEdge['from']): string => {
    const id = `${step} ${used.sector} ${used.service?.code}`;
    const sector = sectors.has(used.sector ?? '') ? used.sector! : 'other';
    nodes.set(id, { id, name: service(used), sector, step });
    return id;
  };
  const links = transitions.map(({ step, from, to, persons }) => ({
    source: nodeOf(step, from),
    target: nodeOf(step + 1, to),
    value: persons,
  }));
  return { nodes: [...nodes.values()], links };
}
