import { CliError, exitNameByErrorCode } from '../core/errors.ts'
import type { ExitName } from '../core/exit-codes.ts'
import { type Phrase, renderPhrase } from '../core/words/command-line.ts'
import { toJsonLine } from '../render/to-json.ts'

/** The status of each exit code; the compiler refuses a new one without. */
const statusByExitName = {
  ok: 200,
  usage: 422,
  permission: 403,
  'not-found': 404,
  'check-failed': 409,
  'workflow-failed': 409,
  'workflow-cancelled': 409,
  'workflow-dead': 409,
  conflict: 409,
  'waiting-for-input': 409,
  unavailable: 503,
  bug: 500,
  'output-failed': 500,
  'timed-out': 408,
  interrupted: 503,
  'hung-up': 503,
  terminated: 503,
} as const satisfies Record<ExitName, number>

/** What HTTP itself refuses, before anything of drover is asked. */
export class HttpRefusal extends Error {
  override readonly name = 'HttpRefusal'
  readonly status: number
  readonly code: string
  readonly hint: string | undefined
  readonly headers: Readonly<Record<string, string>>

  constructor(
    status: number,
    code: string,
    message: string,
    options: { readonly hint?: Phrase; readonly headers?: Readonly<Record<string, string>> } = {},
  ) {
    super(message)
    this.status = status
    this.code = code
    this.hint = options.hint === undefined ? undefined : renderPhrase(options.hint)
    this.headers = options.headers ?? {}
  }
}

/** A status with a body of its own, as the experiment's server answered. */
export class DetailRefusal extends HttpRefusal {
  readonly detail: unknown

  constructor(status: number, code: string, detail: unknown) {
    super(status, code, typeof detail === 'string' ? detail : code)
    this.detail = detail
  }
}

interface Failure {
  readonly status: number
  readonly code: string
  readonly message: string
  readonly hint: string | undefined
  readonly headers: Readonly<Record<string, string>>
}

/** Of what is thrown. A bug keeps its words to itself: they may quote anything. */
export function toFailure(error: unknown): Failure {
  if (error instanceof HttpRefusal) {
    const { status, code, message, hint, headers } = error
    return { status, code, message, hint, headers }
  }
  if (error instanceof CliError) {
    const { code, message, hint } = error
    const status = statusByExitName[exitNameByErrorCode[code]]
    return { status, code, message, hint, headers: status === 503 ? { 'Retry-After': '2' } : {} }
  }
  const message = 'This is a bug in drover; the log of the gateway has more.'
  return { status: 500, code: 'bug', message, hint: undefined, headers: {} }
}

/** `/v1` answers `{"error": {code, message, hint}}`, the routes of the experiment `{"detail", "code", "hint"}`. */
export function failureResponse(error: unknown, path: string): Response {
  const { status, code, message, hint, headers } = toFailure(error)
  const detail = error instanceof DetailRefusal ? error.detail : message
  const body = isExperimentPath(path) ? { detail, code, hint } : { error: { code, message, hint } }
  return new Response(toJsonLine(body), {
    status,
    headers: { 'Content-Type': 'application/json', 'Cache-Control': 'no-store', ...headers },
  })
}

function isExperimentPath(path: string): boolean {
  return /^\/(health|start-workflow-|workflow-events\/|workflow-stream\/|send-message\/)/.test(path)
}
