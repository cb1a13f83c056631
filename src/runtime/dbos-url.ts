import pg from 'pg'
import type { DatabaseTarget } from '../core/database.ts'
import { withoutParameters } from '../core/words/postgres-url.ts'

/**
 * The URL in the form that DBOS insists on: with the user, host and database that pg would take from the environment,
 * and without an `application_name` that would hide the executor from those who look for it.
 */
export function toDbosUrl(target: DatabaseTarget): string {
  const { user, password, host, port, database } = new pg.Client({ connectionString: target.url })
  const url = new URL(withoutParameters(target.url, 'application_name', 'user', 'password'))
  if (!url.hostname) {
    url.hostname = 'localhost'
    url.port = String(port)
    if (!url.searchParams.has('host')) url.searchParams.set('host', host)
  }
  // In the place where DBOS masks it when it prints the URL.
  url.username = encodeURIComponent(user ?? 'postgres')
  if (password) url.password = encodeURIComponent(password)
  if (url.pathname.length <= 1) url.pathname = `/${database ?? user ?? 'postgres'}`
  if (!url.searchParams.has('connect_timeout')) {
    url.searchParams.set('connect_timeout', String(Math.ceil(target.connectTimeoutMs / 1000)))
  }
  return url.href
}
