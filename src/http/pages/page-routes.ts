import { createWaitKnowledge } from '../../core/decide/known-waits.ts'
import type { Store } from '../../core/store.ts'
import { actorOf } from '../answer/actor.ts'
import type { Scope } from '../auth/scope.ts'
import { HttpRefusal, toFailure } from '../failure-response.ts'
import type { GatewayApp, GatewayContext, GatewayParts } from '../gateway-parts.ts'
import { pathParameter, route } from '../route.ts'
import type { EventStreams, ServerEvent } from '../sse/event-stream.ts'
import type { StreamSources } from '../sse/stream-operations.ts'
import { decodePage, nextLink } from '../v1/paging.ts'
import { requireWorkflow } from '../v1/require-workflow.ts'
import { answerByForm } from './answer-form.ts'
import { inboxPage, workflowListPage } from './list-pages.ts'
import { markup } from './markup.ts'
import { pageResponse } from './page-layout.ts'
import { waitPath, workflowPath } from './page-parts.ts'
import { readQuestion } from './question.ts'
import { questionPage } from './question-page.ts'
import { refusalPage } from './refusal-page.ts'
import { signInPage } from './sign-in.ts'
import { workflowPage } from './workflow-page.ts'

const rowsShown = 50

/** The pages for a browser. Who may not see one is asked for a token. */
export function addPageRoutes(app: GatewayApp, parts: GatewayParts, { streams, inbox }: StreamSources): void {
  const { store, workflows, now } = parts

  const page = (path: string, show: (context: GatewayContext) => Promise<Response>, post?: typeof show) =>
    route(app, path, {
      scope: 'open',
      get: (context) => asPage(parts, context, 'read', show),
      ...(post && { post: (context: GatewayContext) => asPage(parts, context, 'answer', post) }),
    })

  page('/', async () => {
    const { waits, total } = await store.inbox({ limit: rowsShown })
    const known = await createWaitKnowledge(store, workflows)(waits)
    return pageResponse(parts, {
      title: 'Inbox',
      body: inboxPage(known, total, now()),
      live: '/live',
      current: '/',
    })
  })
  page('/workflows', async (context) => {
    const after = context.req.query('after')
    const found = await store.list({
      limit: rowsShown,
      ...(after !== undefined && { after: decodePage(after) }),
    })
    const next = found.length === rowsShown ? nextLink(context, found.at(-1)) : undefined
    const href = /<([^>]+)>/.exec(next ?? '')?.[1]
    return pageResponse(parts, {
      title: 'Workflows',
      body: workflowListPage(found, href, now()),
      current: '/workflows',
    })
  })
  page('/workflows/:id', async (context) => {
    const workflowId = pathParameter(context, 'id')
    const body = await workflowPage(store, workflowId, now())
    return pageResponse(parts, { title: workflowId, body, live: `${workflowPath(workflowId)}/live` })
  })
  page(
    '/waits/:wait',
    (context) => showWait(parts, context),
    (context) => answerByForm(parts, context),
  )
  const live = (path: string, open: (context: GatewayContext) => Promise<Response>) =>
    route(app, path, { get: (context) => orQuiet(() => open(context)) })
  live('/live', (context) => streams.open(context, async (_, signal) => changed(inbox.changes(signal))))
  live('/workflows/:id/live', (context) => openLive(streams, context, store, pathParameter(context, 'id')))
  live('/waits/:wait/live', async (context) => {
    const { workflow } = await readQuestion(parts, pathParameter(context, 'wait'))
    return openLive(streams, context, store, workflow.workflowId)
  })
}

async function showWait(parts: GatewayParts, context: GatewayContext): Promise<Response> {
  const question = await readQuestion(parts, pathParameter(context, 'wait'))
  const action = waitPath(question.waitId)
  const actor = context.get('authenticated')?.name
  const canAnswer = await mayAnswer(context)
  const usualActor = actorOf(context, parts, undefined).name
  const shown = { now: parts.now(), action, actor, usualActor, isByLink: false, canAnswer }
  const live = `${action}/live`
  return pageResponse(parts, { title: question.text, body: questionPage(question, shown), live })
}

async function mayAnswer(context: GatewayContext): Promise<boolean> {
  try {
    await context.get('authorize')('answer', { isProbe: true })
    return true
  } catch {
    return false
  }
}

/** Refusals of a page are pages, too; without a token it is one that asks for it. */
async function asPage(
  parts: GatewayParts,
  context: GatewayContext,
  scope: Scope,
  show: (context: GatewayContext) => Promise<Response>,
): Promise<Response> {
  try {
    context.set('authenticated', await context.get('authorize')(scope))
    return await show(context)
  } catch (error) {
    const { status, message, headers } = toFailure(error)
    if (status === 500) throw error
    if (status === 401) {
      const { pathname, search } = new URL(context.req.url)
      const refusal = error instanceof HttpRefusal ? error : undefined
      return signInPage(parts, context, { refusal, next: `${pathname}${search}` })
    }
    const body = markup`<h1>${message}</h1><p><a href="/">To the inbox</a></p>`
    return refusalPage(parts, context, { title: message, body, status, headers })
  }
}

/** That something changed, for a page that then looks again: nothing of what changed. */
export function openLive(
  streams: EventStreams,
  context: GatewayContext,
  store: Store,
  workflowId: string,
): Promise<Response> {
  return streams.open(context, async (_, signal) => {
    await requireWorkflow(store, workflowId)
    const types = ['status', 'waits', 'event', 'step'] as const
    return changed(store.follow([workflowId], { signal, types, fromNow: true, cursors: false }))
  })
}

const comeBack = { 'Content-Type': 'text/event-stream; charset=utf-8', 'Cache-Control': 'no-store' }

/**
 * A page that is open is not refused what tells it of changes, which its browser would write into its console: it is told that
 * nothing follows, or to come back later.
 */
export async function orQuiet(open: () => Promise<Response>): Promise<Response> {
  try {
    return await open()
  } catch (error) {
    const { status } = toFailure(error)
    if (status === 500) throw error
    if (status < 500 && status !== 429) return new Response(null, { status: 204 })
    return new Response('retry: 5000\n\n', { headers: comeBack })
  }
}

async function* changed(followed: AsyncIterable<unknown>): AsyncGenerator<ServerEvent> {
  for await (const _ of followed) yield { event: 'changed', data: '{}' }
}
