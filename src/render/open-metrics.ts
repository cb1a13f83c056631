import type { Metric } from '../core/metrics/metric.ts'
import { escapeControls } from '../core/words/escape-controls.ts'

export const openMetricsType = 'application/openmetrics-text; version=1.0.0; charset=utf-8'

/** As Prometheus and others read it. What came from the database stands in labels alone, without control characters. */
export function renderOpenMetrics(metrics: readonly Metric[]): string {
  const lines = metrics.flatMap(({ name, type, help, samples }) => [
    `# HELP ${name} ${help}`,
    `# TYPE ${name} ${type}`,
    ...samples.map(
      ({ labels, value }) => `${name}${type === 'counter' ? '_total' : ''}${renderLabels(labels)} ${value}`,
    ),
  ])
  return `${lines.join('\n')}\n# EOF\n`
}

function renderLabels(labels: Readonly<Record<string, string>>): string {
  const entries = Object.entries(labels)
  if (entries.length === 0) return ''
  return `{${entries.map(([name, value]) => `${name}="${escapeLabel(value)}"`).join(',')}}`
}

function escapeLabel(value: string): string {
  return escapeControls(value).replaceAll(/[\\"]/g, '\\$&')
}
