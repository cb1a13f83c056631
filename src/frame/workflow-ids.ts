import type { Context } from '../context.ts'
import { databaseKey } from '../core/database.ts'
import { CliError } from '../core/errors.ts'
import type { Store } from '../core/store.ts'
import { command, type Phrase, phrase, quotedList } from '../core/words/command-line.ts'
import { refuseNul } from '../core/words/database-value.ts'
import { nearestId } from '../core/words/nearest.ts'
import type { Workflow } from '../core/workflow.ts'
import { printNotice } from './print-notice.ts'

/** One id in place: a command about it can be told. */
export function isOneId(typed: readonly string[]): boolean {
  return typed.length === 1 && typed[0] !== '-'
}

/** What the user typed for ids, with `-` replaced by the lines of stdin. Throws `invalid-argument` when none is left. */
export async function readIds(context: Context, typed: readonly string[]): Promise<readonly string[]> {
  const ids = await readIdsToChange(context, typed)
  return ids.length > 0 ? ids : throwNoId()
}

/**
 * The same for a command that changes or decides: nothing on stdin is nothing to do, as for a filter that finds nothing.
 * Throws `invalid-argument` when what was typed in place is empty.
 */
export async function readIdsToChange(
  context: Context,
  typed: readonly string[],
): Promise<readonly string[]> {
  const lists = typed.map(async (id) => (id === '-' ? toLines(await context.terminal.readStdin()) : [id]))
  const ids = (await Promise.all(lists)).flat().filter((id) => id !== '')
  for (const id of ids) refuseNul(id, 'An id')
  return ids.length > 0 || typed.every((id) => id === '-') ? [...new Set(ids)] : throwNoId()
}

/** A blank at the edge of an id is part of it. */
function toLines(text: string): readonly string[] {
  return text.split(/\r?\n/)
}

function throwNoId(): never {
  throw new CliError('invalid-argument', 'No id was given.', { hint: command('list', [], { '-o': 'ids' }) })
}

/** What is told where `-` was typed and stdin held nothing. */
export function nothingOnStdin({ database }: Store, verb: string): string {
  return `Nothing to ${verb} in ${database.label}: no id on stdin.`
}

/** For commands that only read: an exact id, `@last`, or the unique start of a UUID. Throws `workflow-not-found`. */
export async function findWorkflow(context: Context, store: Store, typed: string): Promise<Workflow> {
  const workflow = await findById(context, store, typed)
  if (workflow) return workflow
  const candidates = isUuidPrefix(typed) ? await store.findByPrefix(typed, 3) : []
  if (candidates.length > 1) {
    throw new CliError('ambiguous-id', `Several workflows start with "${typed}".`, {
      hint: phrase`give more of it: ${quotedList(candidates)}`,
    })
  }
  const [only] = candidates
  const found = only === undefined ? undefined : await store.get(only)
  return found ?? (await throwNotFound(store, typed))
}

/** For commands that change something: a whole id, or `@last`. Throws `workflow-not-found`. */
export async function findExactWorkflow(context: Context, store: Store, typed: string): Promise<Workflow> {
  return (await findById(context, store, typed)) ?? (await throwNotFound(store, typed))
}

async function findById(context: Context, store: Store, typed: string): Promise<Workflow | undefined> {
  const workflow = await store.get(typed)
  if (workflow || typed !== '@last') return workflow
  const last = await context.started.last(databaseKey(store.database))
  if (last === undefined) {
    throw new CliError('workflow-not-found', `You have started no workflow in ${store.database.label} yet.`, {
      hint: command('list'),
    })
  }
  printNotice(context, `@last is ${last}`)
  return (await store.get(last)) ?? (await throwNotFound(store, last))
}

/** A prefix is accepted from eight characters of a UUID on. */
function isUuidPrefix(text: string): boolean {
  return text.length >= 8 && /^[0-9a-f-]+$/i.test(text)
}

async function throwNotFound(store: Store, id: string): Promise<never> {
  if (id === '-') {
    throw new CliError(
      'usage',
      'This command takes one id as an argument; it does not read ids from stdin.',
      {
        hint: phrase`${command('list', [], { '-o': 'ids' })}   # one of these`,
      },
    )
  }
  throw new CliError('workflow-not-found', `There is no workflow "${id}" in ${store.database.label}.`, {
    hint: await notFoundHint(store, id),
  })
}

/** Among so many of the newest the one that was meant is looked for. */
const recentIds = 200

/** What is told of an id that is not there: the one that was probably meant, or how to find it. */
export async function notFoundHint(store: Store, id: string): Promise<Phrase> {
  const [, ofWait] = /^(.+)#\d+$/s.exec(id) ?? []
  if (ofWait !== undefined && (await store.get(ofWait)))
    return phrase`${command('get', [ofWait])}   # ${id} is a wait of it`
  const whole = isUuidPrefix(id) ? await store.findByPrefix(id, 3) : []
  const [only] = whole
  if (only !== undefined && whole.length === 1)
    return phrase`${command('get', [only])}   # what changes something takes a whole id`
  if (whole.length > 0) return phrase`what changes something takes a whole id: ${quotedList(whole)}`
  const recent = (await store.list({ limit: recentIds })).map(({ workflowId }) => workflowId)
  const meant = nearestId(id, recent)
  if (meant !== undefined) return phrase`did you mean ${command('get', [meant])}?`
  return /^[0-9a-f]{1,7}$/i.test(id)
    ? phrase`the start of a UUID takes 8 characters: ${command('list')}`
    : command('list')
}
