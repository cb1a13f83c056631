import type { Change, ChangeType } from '../../src/core/change.ts'
import { beforeItsEnd, endOf, signatureOf } from '../../src/core/feed-rules.ts'
import type { FollowOptions } from '../../src/core/store.ts'
import { isEnded } from '../../src/core/workflow.ts'
import { asTold, waitsOf } from './fake-workflow.ts'
import type { Draft, FakeWorld } from './fake-world.ts'

interface Position {
  logged: number
  status: string
  waits: string
}

/** What happens to these workflows, from their beginning until all have ended. */
export async function* follow(
  world: FakeWorld,
  workflowIds: readonly string[],
  options: FollowOptions,
): AsyncGenerator<Change> {
  const { entries, entryOf, readClock, untilSomethingHappens } = world
  const wanted = (type: ChangeType): boolean => options.types?.includes(type) ?? true
  const positions: Record<string, Position> = options.from ? decodeCursor(options.from) : {}
  for (const id of workflowIds) {
    entryOf(id)
    positions[id] ??= { logged: options.fromNow ? entryOf(id).log.length : 0, status: '', waits: '[]' }
  }
  const finish = (id: string, draft: Draft): Change => ({
    ...draft,
    cursor: Buffer.from(JSON.stringify(positions)).toString('base64url'),
    workflowId: id,
  })
  while (!world.closed && !options.signal.aborted) {
    const ended: string[] = []
    for (const id of Object.keys(positions)) {
      if (!entries.has(id)) {
        delete positions[id]
        options.onDeleted?.(id)
        continue
      }
      const { rows, log } = entryOf(id)
      const position = positions[id]
      if (!position) continue
      const isNew = position.status === ''
      const current = signatureOf(rows.workflow)
      if (isNew || (position.status !== current && !isEnded(rows.workflow.status))) {
        const workflow = beforeItsEnd(rows.workflow)
        position.status = signatureOf(workflow)
        if (wanted('status')) yield finish(id, { type: 'status', at: workflow.createdAt, workflow })
      }
      const isCaughtUp = options.latestEvents && isNew ? log.length : 0
      while (position.logged < log.length) {
        const draft = log[position.logged++]
        if (!draft || !wanted(draft.type)) continue
        if (draft.type === 'event' && isOvertaken(draft, log.slice(position.logged, isCaughtUp))) continue
        if (options.streamKeys && 'key' in draft && draft.type !== 'event') {
          if (!options.streamKeys.includes(draft.key)) continue
        }
        if (draft.type === 'stream' && draft.offset < (options.streamStarts?.get(draft.key) ?? 0)) continue
        yield finish(id, draft.type === 'step' ? toldStep(draft, readClock()) : draft)
        if (draft.type === 'child' && options.children && entries.has(draft.childId)) {
          positions[draft.childId] ??= { logged: 0, status: '', waits: '[]' }
        }
      }
      const waits = waitsOf(rows, readClock())
      if (JSON.stringify(waits) !== position.waits) {
        position.waits = JSON.stringify(waits)
        if (wanted('waits')) yield finish(id, { type: 'waits', at: readClock(), waits })
      }
      if (isEnded(rows.workflow.status)) ended.push(id)
    }
    for (const id of ended) {
      const { workflow } = entryOf(id).rows
      const position = positions[id]
      if (!position || position.status === signatureOf(workflow)) continue
      position.status = signatureOf(workflow)
      if (wanted('status')) {
        yield finish(id, { type: 'status', at: endOf(workflow), workflow })
      }
    }
    const states = Object.entries(positions)
    if (states.every(([id, { status }]) => isEnded(entryOf(id).rows.workflow.status) && status !== '')) return
    if (
      states.some(([id, { logged, status }]) => {
        const { rows, log } = entryOf(id)
        return logged < log.length || status !== signatureOf(rows.workflow)
      })
    ) {
      continue
    }
    await untilSomethingHappens(options.signal)
  }
}

function toldStep(draft: Draft & { readonly type: 'step' }, now: Date): Draft {
  const step = asTold(draft.step, now)
  return { ...draft, step, at: step.completedAt ?? step.startedAt ?? draft.at }
}

function isOvertaken({ key }: Draft & { readonly type: 'event' }, later: readonly Draft[]): boolean {
  return later.some((other) => other.type === 'event' && other.key === key)
}

export function decodeCursor(cursor: string): Record<string, Position> {
  return JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'))
}
