import { openingKey, readLink } from '../../core/links/answer-link.ts'
import { createRateLimit } from '../auth/rate-limit.ts'
import { HttpRefusal, toFailure } from '../failure-response.ts'
import type { GatewayApp, GatewayContext, GatewayParts } from '../gateway-parts.ts'
import { readAnswer, settle } from '../pages/answer-form.ts'
import { markup } from '../pages/markup.ts'
import { pageResponse } from '../pages/page-layout.ts'
import { openLive, orQuiet } from '../pages/page-routes.ts'
import { type Question, readQuestion } from '../pages/question.ts'
import { questionPage } from '../pages/question-page.ts'
import { refusalPage } from '../pages/refusal-page.ts'
import { pathParameter, route } from '../route.ts'
import type { EventStreams } from '../sse/event-stream.ts'

const answersPerMinute = 60

interface Opened {
  readonly question: Question
  readonly actor: string
  readonly token: string
}

/**
 * `/a/…`: one question, for whoever has the link. Reading shows it, as often as it is opened, also by what scans mails; only
 * sending its form decides.
 */
export function addLinkRoutes(app: GatewayApp, parts: GatewayParts, streams: EventStreams): void {
  const answers = createRateLimit(answersPerMinute, parts.now, 'answers by links')

  const byLink =
    (use: (context: GatewayContext, opened: Opened) => Promise<Response>) =>
    async (context: GatewayContext): Promise<Response> => {
      try {
        const opened = await openLink(parts, pathParameter(context, 'token'))
        context.set('actor', opened.actor)
        return await use(context, opened)
      } catch (error) {
        const { status, message, headers } = toFailure(error)
        if (status === 500) throw error
        const body = markup`<h1>${message}</h1><p class="faint">Ask whoever sent the link for a new one.</p>`
        return refusalPage(parts, context, { title: message, body, status, headers, isAlone: true })
      }
    }

  route(app, '/a/:token', {
    scope: 'open',
    get: byLink(async (_, { question, actor, token }) => {
      const canAnswer = !parts.access.isReadOnly
      const shown = { now: parts.now(), action: `/a/${token}`, actor, isByLink: true, canAnswer }
      const body = questionPage(question, shown)
      return pageResponse(parts, { title: question.text, body, live: `/a/${token}/live`, isAlone: true })
    }),
    post: byLink(async (context, { question, actor, token }) => {
      if (parts.access.isReadOnly) throw new HttpRefusal(403, 'read-only', 'This gateway only reads.')
      answers.take(actor)
      const { by: _, ...answer } = await readAnswer(context, parts)
      const place = { action: `/a/${token}`, actor, isByLink: true }
      return settle(parts, question.waitId, { ...answer, actor: { name: actor, source: 'link' } }, place)
    }),
  })
  route(app, '/a/:token/live', {
    scope: 'open',
    get: (context) =>
      orQuiet(async () => {
        const { question } = await openLink(parts, pathParameter(context, 'token'))
        return openLive(streams, context, parts.store, question.workflow.workflowId)
      }),
  })
}

/** Throws 404 for what is no link, 410 for one that is over. */
async function openLink(parts: GatewayParts, token: string): Promise<Opened> {
  const { store, now } = parts
  const content = await readLink(token, {
    keys: await parts.linkKeys(),
    database: store.database,
    now: now(),
  })
  if (content === undefined)
    throw new HttpRefusal(404, 'link-unknown', 'This link is not one of this gateway.')
  if (content === 'expired') throw new HttpRefusal(410, 'link-expired', 'This link has expired.')
  const question = await readQuestion(parts, content.waitId)
  if (openingKey(question.wait) !== content.key) {
    throw new HttpRefusal(410, 'link-outdated', 'This link is for an earlier run of that question.')
  }
  return { question, actor: content.actor, token }
}
