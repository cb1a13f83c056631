import { createHash } from 'node:crypto'
import pg from 'pg'
import type { SystemSchema } from '../tables/schema.ts'

/** Names of Postgres are cut after so many bytes. */
const longestName = 63

/** The name in schema `drover` of a function that runs as its owner: one for each schema of DBOS's tables. */
export function definerFunctionName(task: 'decide' | 'record', { name }: Pick<SystemSchema, 'name'>): string {
  const whole = `${task}_${name}`
  if (Buffer.byteLength(whole) <= longestName) return whole
  return `${task}_${createHash('sha256').update(name).digest('hex').slice(0, 32)}`
}

/** Qualified and quoted. */
export function definerFunction(task: 'decide' | 'record', schema: Pick<SystemSchema, 'name'>): string {
  return `drover.${pg.escapeIdentifier(definerFunctionName(task, schema))}`
}

/** SQL: each role, quoted, that has a privilege on a table, or on a column of it, by a condition on `c.oid` and `g.privilege_type`. */
export function selectGrantees(condition: string): string {
  return `select distinct case when g.grantee = 0 then 'public' else quote_ident(pg_get_userbyid(g.grantee)) end
    from pg_class c, lateral (
      select grantee, privilege_type from aclexplode(c.relacl)
      union all select e.grantee, e.privilege_type from pg_attribute a, aclexplode(a.attacl) e where a.attrelid = c.oid
    ) g where g.grantee <> c.relowner and (${condition})`
}
