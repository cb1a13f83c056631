import type pg from 'pg'

const setting = '-c default_transaction_read_only=on'

/** The same URL, by which Postgres begins every transaction of the session as one that changes nothing. */
export function withReadOnlyOption(given: string): string {
  const url = new URL(given)
  const others = url.searchParams.get('options') ?? process.env.PGOPTIONS ?? ''
  url.searchParams.set('options', `${others} ${setting}`.trim())
  return url.href
}

/** A pooler takes no options of a session: it has none of its own. */
export function isOptionRefused(error: unknown): boolean {
  return error instanceof Error && /unsupported startup parameter|unrecognized.*options/i.test(error.message)
}

/**
 * Where the session is not Postgres's own, or did not take the option, each statement gets a transaction that says so itself.
 * Nothing is set for the session: behind a pooler the next one to have it may be the application.
 */
export async function keepReadOnly(client: pg.Client): Promise<void> {
  const { rows } = await client.query<{ pid: number; read_only: string }>(
    `select pg_backend_pid() as pid, current_setting('transaction_read_only') as read_only`,
  )
  const [session] = rows
  const isOwn = session?.pid === (client as unknown as { readonly processID: number }).processID
  if (!isOwn || session?.read_only !== 'on') wrapInTransactions(client)
}

type Query = (...args: unknown[]) => Promise<unknown>

interface WireEvents {
  on(event: 'readyForQuery', listener: (message: { readonly status: string }) => void): void
}

function wrapInTransactions(client: pg.Client): void {
  const query = client.query.bind(client) as unknown as Query
  let isInTransaction = false
  const { connection } = client as unknown as { readonly connection: WireEvents }
  connection.on('readyForQuery', ({ status }) => {
    isInTransaction = status !== 'I'
  })
  const readOnly: Query = async (statement, ...rest) => {
    if (isInTransaction || isStream(statement)) return query(statement, ...rest)
    const text = textOf(statement)
    if (/^\s*begin\b/i.test(text)) return query(text.replace(/^\s*begin\b/i, 'begin read only'), ...rest)
    await query('begin read only')
    const result = await query(statement, ...rest).catch(async (error: unknown) => {
      await query('rollback').catch(() => {})
      throw error
    })
    await query('commit')
    return result
  }
  client.query = readOnly as unknown as pg.Client['query']
}

function textOf(statement: unknown): string {
  return typeof statement === 'object' && statement !== null && 'text' in statement
    ? String(statement.text)
    : String(statement)
}

/** What pg hands over to, such as a copy; drover begins a transaction before it. */
function isStream(statement: unknown): boolean {
  return typeof statement === 'object' && statement !== null && 'submit' in statement
}
