import type { WorkflowsScreen } from '../../cockpit/cockpit-model.ts'
import { firstVisible } from '../../cockpit/row-list.ts'
import { mostRows } from '../../cockpit/screens/merge-rows.ts'
import { isWhyAsked } from '../../core/diagnosis/known-why.ts'
import { lookedAt } from '../../core/roots.ts'
import type { BoardQuery, BoardRow, WorkflowQuery } from '../../core/store.ts'
import { monotonicMs } from '../../core/words/long-timer.ts'
import type { WorkflowSummary } from '../../core/workflow.ts'
import { type Reading, readEvery } from './reading.ts'
import { isForRoots, survey, tabFilter } from './survey.ts'

/** As often as `top` looks. */
const glanceMs = 2000
/** Where all moves all the time, why is asked no more often; not where somebody acts. */
const whyMs = 4000
/** Where most of what is in view is gone at the next look, nobody reads it; and where there is much, all of it may be still. */
const slowGlanceMs = 3000
/** How often it is asked again why something that goes on does not move. */
const askAgainMs = 15_000
/** How often all that goes on is looked through for what is stuck; and it takes no more than this part of the time. */
const surveyMs = 60_000
const surveyShare = 1 / 1000
/** Where there is little that costs nothing, and who begins sees what waits soon. */
const smallSurveyMs = 5000
const smallRows = 200
/** Read ahead of the cursor, so that scrolling never waits; and no more, because what is held costs time as long as it is held. */
const aheadRows = 300
const pageRows = 1000
/** So many of the newest are looked at for what no other started, again and again. */
const rootLook = 1000

/** Reads what is in view, and at the top what is new. Why it does not move is asked of what moved, and now and then of all. */
export async function readWorkflows(reading: Reading): Promise<void> {
  const { signal } = reading
  let askedAtMs = Number.NEGATIVE_INFINITY
  let surveyedAtMs = Number.NEGATIVE_INFINITY
  let surveyTookMs = 0
  let whyAtMs = Number.NEGATIVE_INFINITY
  let restedAtMs = Number.NEGATIVE_INFINITY
  const { tab } = screenOf(reading)
  if (tab === 'waiting' || tab === 'stuck')
    return readEvery(reading, 2 * glanceMs, () => survey(reading, screenOf(reading)))

  let isSlow = false
  let looks = 0
  const everyMs = () => (isSlow ? slowGlanceMs : glanceMs)
  await readEvery(reading, everyMs, async () => {
    if (!screenOf(reading).isRead) await glance(reading, undefined)
    const isAskedAgain = monotonicMs() - askedAtMs > askAgainMs
    if (isAskedAgain) askedAtMs = monotonicMs()
    const startMs = monotonicMs()
    const isWoken = startMs - restedAtMs < glanceMs / 2
    const isWhyDue = isWoken || isAskedAgain || startMs - whyAtMs >= whyMs - glanceMs / 2
    if (isWhyDue) whyAtMs = startMs
    if (signal.aborted) return
    const before = new Set(idsInView(reading))
    const asking = isWhyDue ? { isDue: isAskedAgain, isEager: isWoken } : undefined
    // What is new is looked for by whoever has gone down, or searches, too, though not as often.
    await glance(reading, asking, looks++ % 2 === 1)
    const inView = idsInView(reading)
    const stayed = inView.filter((id) => before.has(id)).length
    await readAhead(reading)
    restedAtMs = monotonicMs()
    const { isComplete, list } = screenOf(reading)
    const isSmall = isComplete && list.rows.length <= smallRows
    const isBusy = before.size > 0 && stayed < inView.length / 2
    isSlow = isBusy || (!isSmall && stayed === inView.length)
    const surveyEveryMs = isSmall ? smallSurveyMs : Math.max(surveyMs, surveyTookMs / surveyShare)
    if (signal.aborted || monotonicMs() - surveyedAtMs < surveyEveryMs) return
    surveyedAtMs = monotonicMs()
    await survey(reading, screenOf(reading))
    surveyTookMs = monotonicMs() - surveyedAtMs
  })
}

function idsInView(reading: Reading): readonly string[] {
  const { list } = screenOf(reading)
  const room = reading.room()
  const first = firstVisible(list, room)
  return list.shown.slice(first, first + room).map(({ workflowId }) => workflowId)
}

function screenOf(reading: Reading): WorkflowsScreen {
  return reading.screen() as WorkflowsScreen
}

function askerOf(near: readonly BoardRow[], when: Parameters<typeof isWhyAsked>[2]): BoardQuery['isAsked'] {
  const known = new Map(near.map((row) => [row.workflowId, row]))
  return (row) => isWhyAsked(row, known.get(row.workflowId), when)
}

/** Without `asking` only what is there. `isFirst`: at what is new, wherever somebody stands. */
async function glance(
  reading: Reading,
  asking: Parameters<typeof isWhyAsked>[2] | undefined,
  isFirst = false,
): Promise<void> {
  const { store, send } = reading
  const screen = screenOf(reading)
  const { list } = screen
  const room = reading.room()
  const first = firstVisible(list, room)
  const near = list.shown.slice(first, first + 3 * room)
  const isAsked = asking ? askerOf(near, asking) : () => false
  if (!isFirst && (first > 0 || list.search !== '')) {
    const ids = near.slice(0, room).map(({ workflowId }) => workflowId)
    const { rows } = await store.board({ ids, isAsked })
    return send({ kind: 'refreshed', ids, rows })
  }
  const limit = room + 1
  const query = isForRoots(screen)
    ? { roots: { limit, look: rootLook } }
    : { pages: [{ ...tabFilter(screen), limit }] }
  const { rows, stoppedAt } = await store.board({ ...query, isAsked })
  send({ kind: 'page', after: undefined, isEnd: rows.length < limit && stoppedAt === null, rows })
}

async function readAhead(reading: Reading): Promise<void> {
  const { store, signal, send } = reading
  while (!signal.aborted) {
    const screen = screenOf(reading)
    const { list, isComplete } = screen
    const after = list.rows.at(-1)
    const isNear = list.search !== '' || list.cursor + reading.room() + aheadRows > list.rows.length
    if (isComplete || !isNear) return
    if (isForRoots(screen)) {
      // What is behind a look has no place to go on from: all of it, or the first ones.
      const limit = list.search === '' && list.rows.length < pageRows ? pageRows : mostRows
      const { roots, stoppedAt } = await store.roots({ limit, look: lookedAt })
      const isEnd = roots.length < limit || limit === mostRows
      send({ kind: 'page', after: undefined, isEnd, rows: roots.map(unlisted) })
      if (!isEnd) return
      return send({ kind: 'stopped', at: stoppedAt })
    }
    if (!after) return
    const page: WorkflowQuery = { ...tabFilter(screen), after, limit: pageRows }
    const rows = (await store.list(page)).map(unlisted)
    send({ kind: 'page', after: after.workflowId, isEnd: rows.length < pageRows, rows })
  }
}

function unlisted(row: WorkflowSummary): BoardRow {
  return { ...row, listed: undefined }
}
