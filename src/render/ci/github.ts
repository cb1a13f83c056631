import { isEnded, type Workflow } from '../../core/workflow.ts'
import { errorSentence } from '../outcome.ts'
import { escapeControls, escapeName } from '../text.ts'
import { elapsedOf } from '../time-text.ts'

/** A command that GitHub's runner reads from a line of the log. */
export function githubCommand(
  command: 'group' | 'endgroup' | 'error' | 'warning',
  text: string,
  title?: string,
  place?: Place,
): string {
  const properties = Object.entries({ ...place, title }).flatMap(([key, value]) =>
    value === undefined ? [] : [`${key}=${escapeProperty(escapeName(String(value)))}`],
  )
  return `::${command}${properties.length > 0 ? ` ${properties.join(',')}` : ''}::${escapeData(text)}`
}

/** A line of a file of the repository, from its root. */
interface Place {
  readonly file: string
  readonly line: number
}

function escapeData(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A')
}

function escapeProperty(text: string): string {
  return escapeData(text).replaceAll(':', '%3A').replaceAll(',', '%2C')
}

/** A table in Markdown, for the summary of a job. */
export function summaryTable(workflows: readonly Workflow[], now: Date): string {
  const rows = workflows.map((workflow) => {
    const { name, workflowId, status, error, completedAt } = workflow
    const said = error ? errorSentence(error) : ''
    return [name, workflowId, status, elapsedOf(workflow, completedAt ?? now), said]
  })
  return markdownTable(['workflow', 'id', 'status', 'took', ''], rows)
}

/** With an empty line behind it. */
export function markdownTable(titles: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [titles, titles.map(() => '---'), ...rows.map((cells) => cells.map(cell))]
  return lines
    .map((cells) => `| ${cells.join(' | ')} |\n`)
    .join('')
    .concat('\n')
}

/** As text: nothing in it is Markdown, HTML or the end of a cell. */
function cell(text: string): string {
  return escapeControls(text)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll(/[\\`*_{}[\]()#+!|~]/g, (character) => `\\${character}`)
}

/** What stands at the head of an annotation. */
export function failureTitle({ name, workflowId, status }: Workflow): string {
  return `${name} ${workflowId} ${isEnded(status) ? `ended ${status}` : `is ${status}`}`
}
