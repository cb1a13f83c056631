import type pg from 'pg'
import type { SystemSchema } from '../tables/schema.ts'

const createTable = `create schema if not exists drover;
create table if not exists drover.imported_decisions (
  id bigint generated always as identity primary key,
  system_schema text not null,
  workflow_id text not null,
  source text not null default 'imported',
  imported_at timestamptz not null default clock_timestamp(),
  imported_by text not null default session_user,
  decision jsonb not null
)`

/**
 * Into a table of their own: nobody decided them here, and the record is for what was. A role that may not make it loses
 * them, which is told.
 */
export async function importDecisions(client: pg.ClientBase, { name }: SystemSchema): Promise<string[]> {
  const { rows } = await client.query(
    `select count(*) as count from import_rows l join import_ids i on i.id = l.row->>'workflow_id'
     where l.type = 'decision' and not i.is_there`,
  )
  const count = Number(rows[0]?.count)
  if (count === 0) return []
  await client.query('savepoint decisions')
  try {
    await client.query(createTable)
    await client.query(
      `insert into drover.imported_decisions (system_schema, workflow_id, decision)
       select $1, i.new_id, l.row from import_rows l join import_ids i on i.id = l.row->>'workflow_id'
       where l.type = 'decision' and not i.is_there order by (l.row->>'id')::bigint`,
      [name],
    )
    return []
  } catch (error) {
    if ((error as { code?: string }).code !== '42501') throw error
    await client.query('rollback to savepoint decisions')
    return [`The decisions were left out (${count}): this role may not create drover.imported_decisions.`]
  }
}
