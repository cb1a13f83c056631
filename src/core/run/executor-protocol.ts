import { slotSession, startingExecutorId } from '../dbos-names.ts'
import type { RegisteredWorkflow, Registration } from './registration.ts'

/**
 * What drover's own executors tell of themselves. Each has a connection of its own that holds its lock. Every statement on
 * it begins with a comment that says who it is, which the server shows with the session. It listens for questions, which
 * are the name of a channel, and answers there in pages: what a notification carries has a limit.
 */
export interface ExecutorIdentity {
  readonly executorId: string
  /** The schema of the DBOS tables that it works on. */
  readonly schema: string
  readonly application: string
  /** Empty as long as DBOS has not computed it. */
  readonly version: string
}

/** As the beginning of a statement. */
export function toIdentityComment({ executorId, ...rest }: ExecutorIdentity): string {
  return `-- ${slotSession} ${executorId} ${toAscii(rest)}\n`
}

/** Of a statement, as far as the server keeps it: where it is cut off, only the id is left. */
export function parseIdentity(
  statement: string,
): (Pick<ExecutorIdentity, 'executorId'> & Partial<ExecutorIdentity>) | undefined {
  const opening = `-- ${slotSession} `
  if (!statement.startsWith(opening)) return undefined
  const told = statement.slice(opening.length)
  const executorId = startingExecutorId(told)
  if (executorId === undefined || told[executorId.length] !== ' ') return undefined
  const [rest = ''] = told.slice(executorId.length + 1).split('\n', 1)
  const { schema, application, version } = parseObject(rest)
  return isText(schema) && isText(application) && isText(version)
    ? { executorId, schema, application, version }
    : { executorId }
}

export interface ExecutorAnswer extends ExecutorIdentity {
  /** Null where it registers too much to tell. */
  readonly registration: Registration | null
}

/** Postgres refuses payloads of 8000 bytes and more. */
const pageBytes = 7900
const mostPages = 200
const mostEntries = 20_000

/** ASCII, whatever encoding the database has. */
export function toAnswerPages(answer: ExecutorAnswer): readonly string[] {
  const text = toAscii(answer)
  const pages = Math.ceil(text.length / pageBytes)
  if (pages > mostPages) return toAnswerPages({ ...answer, registration: null })
  return Array.from(
    { length: pages },
    (_, page) => `${page + 1}/${pages} ${text.slice(page * pageBytes, (page + 1) * pageBytes)}`,
  )
}

/** Puts the pages of one executor together, in whatever order they come. */
export interface AnswerReader {
  /** The answer as soon as it is whole and makes sense. */
  read(page: string): ExecutorAnswer | undefined
}

export function createAnswerReader(): AnswerReader {
  const pages = new Map<number, string>()
  return {
    read: (page) => {
      const [, number, count, text] = /^(\d{1,3})\/(\d{1,3}) (.*)$/s.exec(page) ?? []
      const [at, of] = [Number(number), Number(count)]
      if (text === undefined || at < 1 || at > of || of > mostPages) return undefined
      pages.set(at, text)
      if (pages.size < of) return undefined
      return toAnswer(
        parseObject(
          [...pages]
            .sort(([a], [b]) => a - b)
            .map(([, part]) => part)
            .join(''),
        ),
      )
    },
  }
}

function toAnswer({
  executorId,
  schema,
  application,
  version,
  registration,
}: Record<string, unknown>): ExecutorAnswer | undefined {
  if (!isText(executorId) || !isText(schema) || !isText(application) || !isText(version)) return undefined
  return { executorId, schema, application, version, registration: toRegistration(registration) }
}

function toRegistration(given: unknown): Registration | null {
  const { queues, workflows } = toObject(given)
  if (queues !== 'all' && !isList(queues, isText)) return null
  return isList(workflows, isRegisteredWorkflow) ? { queues, workflows } : null
}

function isRegisteredWorkflow(value: unknown): value is RegisteredWorkflow {
  const { name, className, instances } = toObject(value)
  return isText(name) && (className === null || isText(className)) && isList(instances, isText)
}

function isText(value: unknown): value is string {
  return typeof value === 'string'
}

function isList<Value>(
  value: unknown,
  isEntry: (entry: unknown) => entry is Value,
): value is readonly Value[] {
  return Array.isArray(value) && value.length <= mostEntries && value.every(isEntry)
}

function toObject(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
}

function parseObject(text: string): Record<string, unknown> {
  try {
    return toObject(JSON.parse(text))
  } catch {
    return {}
  }
}

function toAscii(value: object): string {
  const toEscape = (unit: string) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`
  return JSON.stringify(value).replace(/[\u007f-\uffff]/g, toEscape)
}
