import { createMetricsReader } from '../core/metrics/gather-metrics.ts'
import { openMetricsType, renderOpenMetrics } from '../render/open-metrics.ts'
import type { GatewayApp, GatewayParts } from './gateway-parts.ts'
import { route } from './route.ts'

const freshMs = 5000

/** For a scraper. However many scrape, the database is asked at most every five seconds. */
export function addMetricsRoute(
  app: GatewayApp,
  { store, isRecorded, now }: Pick<GatewayParts, 'store' | 'isRecorded' | 'now'>,
): void {
  const reader = createMetricsReader({ store, isRecorded })
  let kept: { readonly atMs: number; readonly text: Promise<string> } | undefined
  const read = (): Promise<string> => {
    const atMs = now().getTime()
    if (kept && atMs - kept.atMs < freshMs) return kept.text
    const text = reader.read().then(renderOpenMetrics)
    kept = { atMs, text }
    text.catch(() => {
      kept = undefined
    })
    return text
  }
  route(app, '/metrics', {
    get: async () =>
      new Response(await read(), {
        headers: { 'Content-Type': openMetricsType, 'Cache-Control': 'no-store' },
      }),
  })
}
