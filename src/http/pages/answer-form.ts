import { type Answer, answerWait } from '../../core/decide/answer-wait.ts'
import type { Verdict } from '../../core/decide/decision.ts'
import { CliError } from '../../core/errors.ts'
import { actorOf } from '../answer/actor.ts'
import { HttpRefusal, toFailure } from '../failure-response.ts'
import type { GatewayContext, GatewayParts } from '../gateway-parts.ts'
import { isOwnPage } from '../guard/guard-request.ts'
import { readForm } from '../read-body.ts'
import { pathParameter } from '../route.ts'
import { getAsked } from '../v1/require-workflow.ts'
import { pageResponse } from './page-layout.ts'
import { waitPath } from './page-parts.ts'
import { readQuestion } from './question.ts'
import { questionPage } from './question-page.ts'

/** What somebody sent with the form of a question. */
export interface FormAnswer {
  readonly verdict: Verdict
  readonly comment: string | null
  readonly by: string | undefined
}

/** Throws 403 for a form that no page of this gateway sent, and `usage` for a rejection without a reason. */
export async function readAnswer(context: GatewayContext, { access }: GatewayParts): Promise<FormAnswer> {
  if (!isOwnPage(context, access)) {
    throw new HttpRefusal(403, 'foreign-origin', 'Only a page of this gateway can send its form.')
  }
  const form = await readForm(context)
  const verdict = form.get('decision')
  if (verdict !== 'approved' && verdict !== 'rejected') {
    throw new HttpRefusal(422, 'invalid-argument', 'The form says neither to approve nor to reject.')
  }
  const text = (name: string) =>
    form.get(name)?.replaceAll('\0', '').replaceAll('\r\n', '\n').trim() || undefined
  return { verdict, comment: text('comment') ?? null, by: text('by') }
}

/**
 * Decides, and then shows the question again: by a new request, so that going back sends nothing twice, and at what became
 * of it, where a screen reader goes on.
 */
export async function answerByForm(parts: GatewayParts, context: GatewayContext): Promise<Response> {
  const waitId = pathParameter(context, 'wait')
  const { by, ...answer } = await readAnswer(context, parts)
  const actor = actorOf(context, parts, by)
  return settle(
    parts,
    waitId,
    { ...answer, actor },
    {
      action: waitPath(waitId),
      actor: context.get('authenticated')?.name,
      usualActor: actorOf(context, parts, undefined).name,
      isByLink: false,
    },
  )
}

interface Place {
  readonly action: string
  readonly actor: string | undefined
  readonly usualActor?: string
  readonly isByLink: boolean
}

export async function settle(
  parts: GatewayParts,
  waitId: string,
  answer: Answer,
  place: Place,
): Promise<Response> {
  try {
    if (answer.verdict === 'rejected' && answer.comment === null) {
      throw new CliError('usage', 'To reject, say why.')
    }
    await answerWait(parts.store, parts, waitId, answer, (id) => getAsked(parts.store, id))
    return new Response(null, {
      status: 303,
      headers: {
        Location: `${place.action}#answer`,
        'Cache-Control': 'no-store',
        'Referrer-Policy': 'no-referrer',
      },
    })
  } catch (error) {
    const { status, message } = toFailure(error)
    if (status !== 409 && status !== 422) throw error
    const question = await readQuestion(parts, waitId)
    const shown = {
      ...place,
      now: parts.now(),
      canAnswer: true,
      problem: message,
      comment: answer.comment ?? '',
    }
    return pageResponse(parts, {
      title: question.text,
      body: questionPage(question, shown),
      status,
      isAlone: place.isByLink,
    })
  }
}
