import { isEnded } from '../../core/workflow.ts'
import { type Markup, markup } from './markup.ts'
import {
  deadline,
  facts,
  moment,
  showError,
  showStatus,
  showValue,
  time,
  workflowPath,
} from './page-parts.ts'
import type { Question } from './question.ts'

interface Shown {
  readonly now: Date
  /** Where the form is sent to. */
  readonly action: string
  /** In whose name this is answered; undefined where a name can be given. */
  readonly actor: string | undefined
  /** Whose name stands on record where none is given. */
  readonly usualActor?: string
  readonly isByLink: boolean
  readonly canAnswer: boolean
  /** What kept the last attempt from being stored. */
  readonly problem?: string
  /** What was written in that attempt. */
  readonly comment?: string
}

/** One question: what is asked, and the form that answers it, or what became of it. */
export function questionPage(question: Question, shown: Shown): Markup {
  const { wait, text, details, workflow, events } = question
  const { now, isByLink, problem } = shown
  const isLinked = !isByLink
  return markup`<h1>${text}</h1>
${problem !== undefined && markup`<p class="notice bad" id="problem" role="alert">${problem}</p>`}
${stages(question)}
<div class="card">${facts('Question', [
    ...details.map(([name, value]) => [name, showValue(value)] as const),
    ['waiting since', moment(wait.since, now)],
    ['until', wait.until ? (question.isOpen ? deadline(wait.until, now) : time(wait.until)) : undefined],
  ])}
${question.isOpen && shown.canAnswer && form(shown)}
${question.isOpen && !shown.canAnswer && markup`<p class="faint">This token may read, not answer.</p>`}</div>
<h2>The workflow that asks</h2>
${facts('The workflow that asks', [
  [
    'workflow',
    isLinked
      ? markup`<a href="${workflowPath(workflow.workflowId)}">${workflow.workflowId}</a>`
      : workflow.workflowId,
  ],
  ['name', workflow.name],
  ['status', showStatus(workflow.status)],
  ['error', showError(workflow.error)],
  ...events.slice(0, 8).map(({ key, value }) => [key, showValue(value)] as const),
])}
${isByLink && markup`<p class="faint">Whoever has this link can answer this question as ${shown.actor ?? ''}. It is on record as answered by the link, which proves the link and not the person.</p>`}`
}

function form({ action, actor, usualActor = '', comment = '', problem }: Shown): Markup {
  return markup`<form method="post" action="${action}">
${actor === undefined && markup`<label for="by">Your name <span class="faint">(goes on record)</span></label><input id="by" name="by" type="text" maxlength="100" autocomplete="name" placeholder="${usualActor}">`}
<label for="comment">Comment <span class="faint">(needed to reject)</span></label>
<textarea id="comment" name="comment" rows="2" maxlength="4000"${problem !== undefined && markup` aria-describedby="problem" aria-invalid="true" autofocus`}>${comment}</textarea>
<div class="buttons"><button class="approve" name="decision" value="approved">Approve</button><button class="reject" name="decision" value="rejected">Reject</button></div>
${actor !== undefined && markup`<p class="faint">You answer as ${actor}.</p>`}
</form>`
}

/** Stored, read, ended: how far the answer came. */
function stages({ decision, wait, isRead, isOpen, workflow }: Question): Markup {
  const hasEnded = isEnded(workflow.status)
  if (isOpen) return markup`<p class="notice warn" data-news>Nobody has answered yet.</p>`
  const what = decision
    ? markup`<strong>${decision.decision === 'approved' ? 'Approved' : 'Rejected'}</strong> by ${decision.by} at ${time(decision.at)}${decision.comment ? markup`: ${decision.comment}` : ''}`
    : wait.state === 'answered' || (isRead && !hasEnded)
      ? markup`It does not wait any more.`
      : markup`It ended without an answer from here.`
  const tone = decision ? (decision.decision === 'approved' ? 'good' : 'bad') : 'warn'
  return markup`<p class="notice ${tone}" id="answer" tabindex="-1" data-news>${decision ? 'Already recorded: ' : ''}${what}</p>
${decision !== undefined && markup`<ol class="stages" role="list" aria-label="How far it came" data-news><li class="done">stored</li><li${isRead ? markup` class="done"` : ''}>${isRead ? 'read' : 'not read yet'}</li><li${hasEnded ? markup` class="done"` : ''}>${hasEnded ? `ended ${workflow.status}` : 'the workflow goes on'}</li></ol>`}`
}
