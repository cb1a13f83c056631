import type { Row, Session } from './connect.ts'

/** A statement that changes something: not asked again when the connection is lost, or its answer would be about itself. */
export function writeOnce(session: Session, sql: string, parameters: readonly unknown[]): Promise<Row[]> {
  return session.transaction(async (client) => (await client.query<Row>(sql, parameters.slice())).rows)
}
