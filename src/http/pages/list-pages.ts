import type { KnownWait } from '../../core/decide/known-waits.ts'
import { describeQuestion } from '../../core/decide/question-words.ts'
import { waitId } from '../../core/decide/wait-id.ts'
import type { WorkflowSummary } from '../../core/workflow.ts'
import { elapsedOf, formatAge, formatCountdown } from '../../render/time-text.ts'
import { type Markup, markup } from './markup.ts'
import { showStatus, waitPath, workflowPath } from './page-parts.ts'

export function inboxPage(waits: readonly KnownWait[], total: number, now: Date): Markup {
  if (waits.length === 0) return markup`<h1 data-news>Inbox</h1><p data-news>Nothing waits for an answer.</p>`
  return markup`<h1 data-news>Inbox <span class="faint">${total} waiting</span></h1>
<ul class="list" role="list">${waits.map((wait) => waitItem(wait, now))}</ul>
${total > waits.length && markup`<p class="faint">The oldest ${waits.length}.</p>`}`
}

function waitItem(wait: KnownWait, now: Date): Markup {
  const { name, since, until, state } = wait
  const left = until ? ` · ${formatCountdown(until, now)}` : ''
  const tone = state === 'overdue' ? 'bad' : state === 'answered' ? 'good' : 'faint'
  return markup`<li><a href="${waitPath(waitId(wait))}"><strong>${describeQuestion(wait)}</strong>
<span class="faint">${name} · ${waitId(wait)} · asked ${formatAge(since, now)}${left}</span>${state !== 'waiting' && markup` <span class="${tone}">${state}</span>`}</a></li>`
}

export function workflowListPage(
  workflows: readonly WorkflowSummary[],
  next: string | undefined,
  now: Date,
): Markup {
  if (workflows.length === 0) return markup`<h1>Workflows</h1><p>There are none.</p>`
  return markup`<h1>Workflows</h1><ul class="list" role="list">${workflows.map(
    (workflow) =>
      markup`<li><a href="${workflowPath(workflow.workflowId)}"><strong>${workflow.name} <span class="faint">${workflow.workflowId}</span></strong>
${showStatus(workflow.status)} <span class="faint">${formatAge(workflow.createdAt, now)} · took ${elapsedOf(workflow, now)}</span></a></li>`,
  )}</ul>${next !== undefined && markup`<p><a href="${next}">Older ones</a></p>`}`
}
