/** A database that drover was pointed at, before anything connects. */
export interface DatabaseTarget {
  /** Carries the password: never print it. */
  readonly url: string
  /** The schema of the DBOS system tables. */
  readonly schema: string
  /** Safe to print: host, port and database, or `embedded database drover`. */
  readonly label: string
  /** Its name inside the embedded server; undefined elsewhere. */
  readonly embedded?: string
  readonly connectTimeoutMs: number
  /** The same database reached directly, for notifications that the pooler behind `url` does not deliver. Carries a password too. */
  readonly listenUrl?: string
  /** How long a follower waits for a lost database to come back; 5 minutes by default. */
  readonly reconnectTimeoutMs?: number
  /** To which a password may go in clear text without TLS; to this machine it always may. */
  readonly clearTextHosts?: readonly string[] | 'all'
  /** Throws where the socket is not that of the embedded server: called before each connect, for anybody may squat in /tmp. */
  readonly assertOwnSocket?: () => void
  /** Set the system tables up under this schema where drover created the database; a mistyped name must not. */
  readonly createSchema?: boolean
  /** Every transaction is one in which Postgres refuses to change anything. */
  readonly isReadOnly?: boolean
  /** Tables that a migration changes right now are not to be used, also where they could be read: `migration-under-way`. */
  readonly refuseMigrating?: boolean
  /** What is read through a connection that gets lost is read again once there is another one, as what is followed is. */
  readonly isFollowed?: boolean
}

export interface DatabaseIdentity {
  readonly label: string
  readonly schema: string
  /** True when drover created this database: only there it migrates, registers its queue and pins versions. */
  readonly own: boolean
  /** Set where the DBOS tables are newer than those that drover knows: the number of their migration. */
  readonly unknownMigration?: number
  /** Set where its tables are of an SDK that cannot be launched in a process of drover's. */
  readonly isBeforeSdk5?: boolean
}

/** What is remembered of workflows is remembered for this place: where two schemas are in one database, for one of them. */
export function databaseKey({ label, schema }: Pick<DatabaseIdentity, 'label' | 'schema'>): string {
  return schema === 'dbos' ? label : `${label}, schema ${schema}`
}
