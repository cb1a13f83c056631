import { waitId } from '../../core/decide/wait-id.ts'
import type { RecordLine } from '../../core/record/record-line.ts'
import { isJsonObject } from '../../core/words/json.ts'
import type { JsonValue } from '../../core/workflow.ts'
import type { Style } from '../style.ts'
import type { Column } from '../table.ts'
import { shortId } from '../text.ts'
import { formatTime } from '../time-text.ts'
import { toIso } from './cell.ts'

const faint = (text: string, _row: unknown, style: Style) => style.faint(text)

/** A line of `audit`. */
export const recordColumns: readonly Column<RecordLine>[] = [
  { title: 'AT', value: ({ at }) => toIso(at), short: ({ at }) => formatTime(at), optional: 2 },
  {
    title: 'OF',
    value: subjectOf,
    compact: (line) =>
      line.type === 'decision' ? `${shortId(line.workflowId)}#${line.step}` : shortId(subjectOf(line)),
    minWidth: 12,
  },
  {
    title: 'ACTION',
    value: (line) => (line.type === 'decision' ? line.decision : line.action),
    short: (line) =>
      line.type === 'action' ? line.action : line.decision === 'approved' ? '✓ approved' : '✗ rejected',
    paint: (text, line, style) =>
      line.type === 'action' ? text : line.decision === 'approved' ? style.good(text) : style.warning(text),
  },
  {
    title: 'OUTCOME',
    value: ({ outcome }) => outcome,
    paint: (text, { outcome }, style) => (standing.includes(outcome) ? text : style.bad(text)),
  },
  { title: 'BY', value: ({ by }) => by, minWidth: 8 },
  { title: 'COMMENT', isText: true, value: ({ comment }) => comment ?? '', minWidth: 8, optional: 1 },
  { title: 'ROLE', value: ({ sessionUser }) => sessionUser, paint: faint, optional: 4 },
  { title: 'ADDRESS', value: ({ clientAddress }) => clientAddress ?? '', paint: faint, optional: 5 },
  {
    title: 'WORKFLOW',
    value: (line) => (line.type === 'decision' ? line.name : ''),
    paint: faint,
    minWidth: 8,
    optional: 6,
  },
  {
    title: 'CHANGE',
    isText: true,
    value: (line) => (line.type === 'action' ? describeChange(line.before, line.after) : ''),
    minWidth: 8,
    optional: 3,
  },
]

const standing: readonly RecordLine['outcome'][] = ['stored', 'repeated', 'done', 'sent', 'intended']

function subjectOf(line: RecordLine): string {
  return line.type === 'decision' ? waitId(line) : (line.workflowId ?? line.subject ?? '')
}

/** `status ENQUEUED → CANCELLED, queue mails`. */
function describeChange(before: JsonValue, after: JsonValue): string {
  const [was, is] = [before, after].map((value) => (isJsonObject(value) ? value : {}))
  const keys = [...new Set([...Object.keys(was ?? {}), ...Object.keys(is ?? {})])]
  return keys
    .flatMap((key) => {
      const [old, now] = [was?.[key], is?.[key]]
      if (now === undefined) return `${key} was ${asText(old)}`
      if (old === undefined) return `${key} ${asText(now)}`
      return asText(old) === asText(now) ? [] : `${key} ${asText(old)} → ${asText(now)}`
    })
    .join(', ')
}

function asText(value: JsonValue | undefined): string {
  return typeof value === 'string' ? value : JSON.stringify(value ?? null)
}
