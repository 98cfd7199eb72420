export interface ReceivedSpan {
  readonly service: string;
  readonly name: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string | undefined;
  readonly startNs: bigint;
  readonly endNs: bigint;
  readonly attributes: Readonly<Record<string, unknown>>;
}
export function spansOf(body: string): ReceivedSpan[];
export function treeOf(spans: readonly ReceivedSpan[]): string;
export function startCollector(
  port: number,
  receive: (spans: readonly ReceivedSpan[], body: string) => void,
): Promise<{ readonly url: string; close(): Promise<void> }>;
