import type { ClientBase } from 'pg'
import { CliError } from '../../core/errors.ts'
import type { ActionName, IntendedActionName, RecordedActionName } from '../../core/record/recorded-action.ts'
import type { Signature, Unrecorded } from '../../core/record/signature.ts'
import { command } from '../../core/words/command-line.ts'
import { stringifyExact } from '../../core/words/exact-number.ts'
import type { JsonValue } from '../../core/workflow.ts'
import type { Session } from '../connection/connect.ts'
import { writeOnce } from '../connection/write-once.ts'
import { createMissingRecord, findRecord } from '../decide/open-record.ts'
import type { Database } from '../tables/system-database.ts'
import { recordFunction } from './create-record-function.ts'

/** Of more workflows only the first are named in a line of an export or an import. */
export const namedIds = 1000

/** What a line says of one change, beside who made it. */
export interface ActionLine {
  readonly workflowId?: string
  readonly subject?: string
  /** `retain`: all of a batch; `export`, `import`: the first of them. */
  readonly workflowIds?: readonly string[]
  /** `fork`: the new workflow. */
  readonly copy?: string
  readonly before?: object
  readonly after?: object
}

/** Writes lines of the record of actions, signed. */
export interface Recorder {
  /** In the transaction of the change, and after it; before it where something is deleted. */
  done(client: ClientBase, action: RecordedActionName, lines: readonly ActionLine[]): Promise<void>
  /** In a transaction of its own. Resolves to the number of the line. */
  intend(action: IntendedActionName, line: ActionLine): Promise<number>
  end(intentId: number, outcome: 'done' | 'failed', after: object): Promise<void>
}

/**
 * Undefined where nothing is to be recorded, or cannot be, which whoever signs hears. Throws `no-record` where that is
 * required. To be asked before a transaction begins.
 */
export async function findRecorder(database: Database, action: ActionName): Promise<Recorder | undefined> {
  const { session, schema, signature } = database
  if (!signature || signature.recording === 'off') return undefined
  const refusal = await findRefusal(database, action)
  if (refusal) {
    if (signature.recording === 'required') throw noRecord(session, refusal)
    signature.onUnrecorded(refusal)
    return undefined
  }
  const statement = `select ${recordFunction(schema)}($1, $2, $3::jsonb, $4, $5, $6, $7) as id`
  const values = (action: string, outcome: string, lines: readonly ActionLine[], intentId: number | null) => [
    ...[action, outcome, stringifyExact(lines as unknown as JsonValue), intentId],
    ...signed(signature),
  ]
  return {
    done: async (client, action, lines) => {
      if (lines.length > 0) await client.query(statement, values(action, 'done', lines, null))
    },
    intend: async (action, line) => {
      const [row] = await writeOnce(session, statement, values(action, 'intended', [line], null))
      return Number(row?.id)
    },
    end: async (intentId, outcome, after) => {
      await writeOnce(session, statement, values('', outcome, [{ after }], intentId))
    },
  }
}

function signed({ actor, comment }: Signature): readonly (string | null)[] {
  return [actor.name, actor.source, comment]
}

async function findRefusal(database: Database, action: ActionName): Promise<Unrecorded | undefined> {
  const { session, schema } = database
  const found = await findRecord(database)
  if (schema.isReplica || found.isReadOnly) return { reason: 'read-only' }
  const record = await createMissingRecord(database, found)
  if (!record.hasActions) return { reason: 'no-record' }
  if (!record.knows(action)) return { reason: 'outdated' }
  if (record.mayRecord) return undefined
  const [row] = await session.query('select current_user as role')
  return { reason: 'may-not', role: String(row?.role) }
}

function noRecord({ target: { label } }: Session, why: Unrecorded): CliError {
  const sentence = (reason: string) =>
    `What is done cannot be recorded, and "audit" is "required": ${reason}; nothing was done.`
  if (why.reason === 'may-not') {
    return new CliError('no-record', sentence(`${why.role} may not write to the record of ${label}`), {
      hint: command('audit init', [], { '--operator': why.role }),
    })
  }
  if (why.reason === 'read-only') {
    return new CliError('no-record', sentence(`nothing can be written to ${label} from here`), {
      hint: command('config'),
    })
  }
  const reason =
    why.reason === 'outdated'
      ? `the record of ${label} was made by an older drover, which did not know this action`
      : `${label} has no record of actions`
  return new CliError('no-record', sentence(reason), { hint: command('audit init') })
}

/** Changes something in a transaction; `record` adds the line of it, where lines are written. */
export async function changeOnRecord<Result>(
  database: Database,
  action: RecordedActionName,
  use: (client: ClientBase, record: (line: ActionLine) => Promise<void>) => Promise<Result>,
): Promise<Result> {
  const recorder = await findRecorder(database, action)
  return database.session.transaction((client) =>
    use(client, async (line) => recorder?.done(client, action, [line])),
  )
}

/** What is done elsewhere than in a transaction of ours: a line before, and one after it. What throws has failed. */
export async function withIntent<Result>(
  database: Database,
  action: IntendedActionName,
  line: ActionLine,
  use: () => Promise<Result>,
  describe: (result: Result) => object,
): Promise<Result> {
  const recorder = await findRecorder(database, action)
  if (!recorder) return use()
  const intentId = await recorder.intend(action, line)
  let result: Result
  try {
    result = await use()
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    await recorder.end(intentId, 'failed', { reason }).catch(() => {})
    throw error
  }
  await recorder.end(intentId, 'done', describe(result))
  return result
}
