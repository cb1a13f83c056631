import type { ErrorCode } from './errors.ts'
import { command, type Phrase, phrase } from './words/command-line.ts'

/** What a refusal of Postgres is to whoever typed the command. */
export interface Refusal {
  readonly code: ErrorCode
  /** The sentence up to the reason that Postgres gives. */
  readonly says: (label: string) => string
  readonly hint: Phrase
  /** It may be over in a moment: who follows tries again. */
  readonly isTransient?: boolean
}

const configHint = phrase`${command('config')}   # which database this is, and what chose it`
const againHint = 'run the same command again'
const serverLogHint = "look into the server's log, and run the same command again"

const denied: Refusal = {
  code: 'permission-denied',
  says: (label) => `This role may not do that on ${label}`,
  hint: configHint,
}
const lost: Refusal = {
  code: 'connection-lost',
  says: (label) => `The connection to ${label} was lost`,
  hint: againHint,
  isTransient: true,
}
const unfit: Refusal = {
  code: 'schema-unsupported',
  says: (label) => `The DBOS tables of ${label} are not what drover knows`,
  hint: configHint,
}
const refusedByRule: Refusal = {
  code: 'database-refused',
  says: (label) => `A function, a trigger or an extension of ${label} refuses that`,
  hint: 'whoever looks after that database knows why',
}
const valueRefused: Refusal = {
  code: 'value-refused',
  says: (label) => `${label} cannot hold that value`,
  hint: 'change the value that was given',
}
const exhausted: Refusal = {
  code: 'server-exhausted',
  says: (label) => `${label} has not enough left for that`,
  hint: againHint,
  isTransient: true,
}
const faulty: Refusal = {
  code: 'server-failed',
  says: (label) => `The Postgres of ${label} reports a fault of its own`,
  hint: serverLogHint,
}
const conflicting: Refusal = {
  code: 'transaction-conflict',
  says: (label) => `Another transaction on ${label} came in between`,
  hint: againHint,
  isTransient: true,
}
const locked: Refusal = {
  code: 'lock-not-granted',
  says: (label) => `Another transaction on ${label} holds what is needed`,
  hint: `${againHint} when it has ended; select * from pg_stat_activity tells who it is`,
  isTransient: true,
}

/** By SQLSTATE, and by its class (the first two characters) for all others: every class of Postgres has a row. */
const refusalByState: Readonly<Record<string, Refusal>> = {
  '00': faulty,
  '01': faulty,
  '02': faulty,
  '03': faulty,
  '08': lost,
  '09': refusedByRule,
  '0A': unfit,
  '0B': faulty,
  '0F': faulty,
  '0L': denied,
  '0P': denied,
  '0Z': faulty,
  '10': faulty,
  '20': refusedByRule,
  '21': unfit,
  '22': valueRefused,
  '23': {
    code: 'constraint-violated',
    says: (label) => `A constraint of ${label} does not allow that`,
    hint: configHint,
  },
  '24': faulty,
  '25': faulty,
  '25006': {
    code: 'read-only',
    says: (label) => `The connection to ${label} is read-only (a replica?)`,
    hint: phrase`name the primary with --db-url; ${command('doctor')} tells what this server is`,
  },
  '25P03': {
    ...lost,
    says: (label) => `The connection to ${label} was idle in a transaction for longer than its role may be`,
    hint: `${againHint}; idle_in_transaction_session_timeout of that role is short`,
  },
  '25P04': {
    ...lost,
    says: (label) => `A transaction on ${label} took longer than transaction_timeout of its role`,
    hint: `${againHint}, or raise it in the URL: options=-ctransaction_timeout%3D60s`,
  },
  '26': {
    ...unfit,
    says: (label) => `The pooler before ${label} lost a statement`,
    hint: 'name the database without its pooler: --db-url',
  },
  '27': refusedByRule,
  '28': denied,
  '2B': denied,
  '2D': faulty,
  '2F': refusedByRule,
  '34': faulty,
  '38': refusedByRule,
  '39': refusedByRule,
  '3B': faulty,
  '3D': {
    code: 'database-unreachable',
    says: (label) => `Cannot use ${label}`,
    hint: configHint,
    isTransient: true,
  },
  '3F': unfit,
  '40': conflicting,
  '42': unfit,
  '42501': denied,
  '44': refusedByRule,
  '53': exhausted,
  '53100': {
    ...exhausted,
    says: (label) => `The disk of ${label} is full`,
    hint: "free space on the database server's disk, and run the same command again",
  },
  '53200': {
    ...exhausted,
    says: (label) => `The Postgres of ${label} is out of memory`,
    hint: 'ask for less at once (--limit), or try again when the server has less to do',
  },
  '53300': {
    ...exhausted,
    says: (label) => `${label} takes no more connections`,
    hint: 'close others, raise max_connections or the connection limit of this role, or use a pooler',
  },
  '54': valueRefused,
  '55': locked,
  '55000': {
    code: 'server-failed',
    says: (label) => `${label} is not in a state for that`,
    hint: serverLogHint,
    isTransient: true,
  },
  '55P03': {
    ...locked,
    hint: `${againHint} when that transaction has ended; lock_timeout of this role says how long is waited for it`,
  },
  '57': lost,
  '57014': {
    code: 'statement-cancelled',
    says: (label) => `A statement on ${label} took longer than it may, or somebody cancelled it`,
    hint: 'ask for less (--limit, --since), or raise statement_timeout in the URL: options=-cstatement_timeout%3D60s',
    isTransient: true,
  },
  '57P04': {
    code: 'database-unreachable',
    says: (label) => `${label} was dropped while it was used`,
    hint: configHint,
  },
  '57P05': {
    ...lost,
    says: (label) => `The connection to ${label} was idle for longer than its role may be`,
    hint: `${againHint}; idle_session_timeout of that role is short`,
  },
  '58': faulty,
  '72': conflicting,
  F0: faulty,
  HV: refusedByRule,
  P0: refusedByRule,
  XX: faulty,
}

/** Undefined for what is no SQLSTATE at all; classes of forks and extensions are faults of the server's. */
export function refusalOf(state: string): Refusal | undefined {
  // E…: what Node calls errors of the system, such as EPIPE.
  if (!/^[0-9A-DF-Z][0-9A-Z]{4}$/.test(state)) return undefined
  return refusalByState[state] ?? refusalByState[state.slice(0, 2)] ?? faulty
}

/** All that have a row of their own, and one of each class. */
export const knownStates: readonly string[] = Object.keys(refusalByState).map((state) => state.padEnd(5, '0'))
