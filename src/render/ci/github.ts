import { isEnded, type Workflow } from '../../core/workflow.ts'
import { errorSentence } from '../outcome.ts'
import { escapeControls, escapeName } from '../text.ts'
import { elapsedOf } from '../time-text.ts'

/** A command that GitHub's runner reads from a line of the log. */
export function githubCommand(
  command: 'group' | 'endgroup' | 'error' | 'warning',
  text: string,
  title?: string,
): string {
  const property = title === undefined ? '' : ` title=${escapeProperty(escapeName(title))}`
  return `::${command}${property}::${escapeData(text)}`
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
    return [name, workflowId, status, elapsedOf(workflow, completedAt ?? now), said].map(cell).join(' | ')
  })
  return [
    '| workflow | id | status | took | |',
    '| --- | --- | --- | --- | --- |',
    ...rows.map((row) => `| ${row} |`),
  ]
    .join('\n')
    .concat('\n\n')
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
