import type { DatabaseTarget } from './database.ts'

export interface LocalStatus {
  readonly state: 'absent' | 'down' | 'starting' | 'up'
  readonly pid: number | null
  /** Of the server, such as `18.4`. */
  readonly version: string | null
  readonly url: string | null
  /** Set when it also listens on TCP. Carries the password: print it only where it was asked for. */
  readonly tcpUrl: string | null
  readonly dataDirectory: string
  readonly logFile: string
  /** Bytes of the data directory; null while absent. */
  readonly sizeBytes: number | null
  /** In it, by name; empty unless up. */
  readonly databases: readonly string[]
  /** Connected clients, by session name; empty unless up. */
  readonly clients: readonly string[]
  /** True when it stays up until `db stop`. */
  readonly pinned: boolean
}

/** What `drover db upgrade` did. */
export interface UpgradeResult {
  /** Major versions, such as `17`. */
  readonly from: string
  readonly to: string
  /** The old data directory. */
  readonly kept: string
  /** Those that were copied, each with the schemas that were not: neither DBOS nor drover made them. */
  readonly databases: readonly { readonly database: string; readonly left: readonly string[] }[]
}

/** The embedded Postgres: one per user, shared by every drover process. */
export interface LocalDatabase {
  /** True once it was created, running or not. Looks at files only. */
  exists(): boolean
  /**
   * Makes sure that it runs (creating it if need be) and that `database` exists in it, and returns where it is.
   * Fast when it is up. With `mustExist` a database that is not there is not created but missed, with `no-database`.
   * Throws `embedded-database-failed`, `unsupported-platform`.
   */
  open(options: {
    readonly database: string
    readonly connectTimeoutMs: number
    readonly mustExist?: boolean
  }): Promise<DatabaseTarget>
  /** Like `open`, and keeps it up until `stop`. `tcpPort` 0 picks a free one. */
  start(options: { readonly database: string; readonly tcpPort?: number }): Promise<LocalStatus>
  /** Throws `database-in-use` with the clients unless `force`. False when it was not running. */
  stop(options: { readonly force: boolean }): Promise<boolean>
  /** The URLs are those of `database`, or of the usual one. */
  status(options?: { readonly database: string }): Promise<LocalStatus>
  /** Empties `database`, or with `all` deletes the whole cluster. Throws `no-database` where there is none of that name. */
  reset(options: { readonly database: string; readonly all: boolean }): Promise<void>
  /** Copies the data of another major version for the bundled one. Undefined where it is that already. Throws `database-in-use`. */
  upgrade(): Promise<UpgradeResult | undefined>
  /** The last `lines` lines of the server's log. */
  logs(lines: number): Promise<readonly string[]>
  /** To be called once when this process is done with it: stops it where nobody else uses it and nobody pinned it. */
  leave(): Promise<void>
}
