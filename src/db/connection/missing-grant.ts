import type pg from 'pg'
import type { DatabaseTarget } from '../../core/database.ts'
import { sqlName } from '../../core/words/sql-name.ts'

const lastStatements = new WeakMap<object, string>()

/** Remembers what this connection was asked last: Postgres does not say which privilege it missed. */
export function rememberStatements(client: pg.Client): void {
  const query = client.query as (...args: unknown[]) => unknown
  const remembering = (...args: unknown[]): unknown => {
    const [first] = args
    const text = typeof first === 'string' ? first : (first as { text?: unknown } | undefined)?.text
    if (typeof text === 'string' && !/^(rollback|commit)$/i.test(text)) lastStatements.set(client, text)
    return query.apply(client, args)
  }
  client.query = remembering as typeof client.query
}

/** The statement that would help, as far as it can be told: `grant update on dbos.workflow_status to ops`. */
export function missingGrant(
  reason: string,
  client: pg.Client | undefined,
  { schema }: DatabaseTarget,
): string | undefined {
  const [, kind, name] =
    /permission denied for (table|view|sequence|schema|function) (\S+?)\.?$/.exec(reason) ?? []
  if (kind === undefined || name === undefined) return undefined
  const role = client?.user === undefined ? 'ROLE' : sqlName(client.user)
  const system = sqlName(schema)
  if (kind === 'schema') return `grant usage on schema ${sqlName(name)} to ${role}`
  if (kind === 'sequence') return `grant usage on sequence ${system}.${sqlName(name)} to ${role}`
  if (kind === 'function') return `grant execute on function ${system}.${sqlName(name)} to ${role}`
  const privilege = client ? privilegeOf(lastStatements.get(client) ?? '', name) : undefined
  return (
    privilege &&
    `grant ${privilege} on ${sqlName(schemaOf(lastStatements.get(client ?? {}), name) ?? schema)}.${sqlName(name)} to ${role}`
  )
}

/** What the statement does to this table; undefined where that cannot be told. */
function privilegeOf(statement: string, table: string): string | undefined {
  const sql = statement.toLowerCase()
  const named = `(?:"[^"]+"\\.|\\w+\\.)?"?${table}"?`
  const patterns = [
    ['insert', `insert\\s+into\\s+${named}`],
    ['update', `update\\s+${named}|insert\\s+into\\s+${named}[^]*on\\s+conflict[^]*do\\s+update`],
    ['delete', `delete\\s+from\\s+${named}`],
  ] as const
  const found = patterns
    .filter(([, pattern]) => new RegExp(pattern).test(sql))
    .map(([privilege]) => privilege)
  if (found.length > 0) return found.join(', ')
  if (/for (no key )?update/.test(sql)) return 'update'
  return new RegExp(named).test(sql) ? 'select' : undefined
}

function schemaOf(statement: string | undefined, table: string): string | undefined {
  const found = new RegExp(`(?:"([^"]+)"|(\\w+))\\."?${table}"?`).exec(statement ?? '')
  return found?.[1] ?? found?.[2]
}
