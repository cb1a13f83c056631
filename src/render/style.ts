import { Chalk } from 'chalk'
import { isKnownStatus, type KnownStatus, type WorkflowStatus } from '../core/workflow.ts'
import type { ColorLevel } from '../terminal/terminal.ts'

type Paint = (text: string) => string

/** What a piece of text means; never how it looks. Only the 16 colours of the user's own theme are used. */
export interface Style {
  readonly plain: Paint
  readonly strong: Paint
  readonly faint: Paint
  readonly good: Paint
  readonly bad: Paint
  readonly warning: Paint
  readonly accent: Paint
  /** Something to type. */
  readonly command: Paint
}

export function createStyle(level: ColorLevel): Style {
  if (level === 0) return unpainted
  const chalk = new Chalk({ level })
  return {
    plain: asItIs,
    strong: (text) => chalk.bold(text),
    faint: (text) => chalk.dim(text),
    good: (text) => chalk.green(text),
    bad: (text) => chalk.red(text),
    warning: (text) => chalk.yellow(text),
    accent: (text) => chalk.cyan(text),
    command: (text) => chalk.cyan(text),
  }
}

const asItIs: Paint = (text) => text
const unpainted: Style = {
  ...{ plain: asItIs, strong: asItIs, faint: asItIs, good: asItIs, bad: asItIs },
  ...{ warning: asItIs, accent: asItIs, command: asItIs },
}

const lookByStatus = {
  DELAYED: { symbol: '◌', paint: 'faint' },
  ENQUEUED: { symbol: '○', paint: 'warning' },
  PENDING: { symbol: '●', paint: 'accent' },
  SUCCESS: { symbol: '✓', paint: 'good' },
  ERROR: { symbol: '✗', paint: 'bad' },
  CANCELLED: { symbol: '⊘', paint: 'warning' },
  MAX_RECOVERY_ATTEMPTS_EXCEEDED: { symbol: '✗', paint: 'bad' },
} as const satisfies Record<KnownStatus, StatusLook>

interface StatusLook {
  readonly symbol: string
  readonly paint: 'faint' | 'warning' | 'accent' | 'good' | 'bad'
}

function lookOf(status: WorkflowStatus): StatusLook {
  return isKnownStatus(status) ? lookByStatus[status] : { symbol: '?', paint: 'faint' }
}

export function statusSymbol(status: WorkflowStatus): string {
  return lookOf(status).symbol
}

/** Symbol and word, unpainted, so that it can be measured and cut. */
export function statusText(status: WorkflowStatus): string {
  return `${lookOf(status).symbol} ${status}`
}

export function paintStatus(text: string, status: WorkflowStatus, style: Style): string {
  return style[lookOf(status).paint](text)
}

/** Symbol and word: status is never told by colour alone. */
export function statusLabel(status: WorkflowStatus, style: Style): string {
  return paintStatus(statusText(status), status, style)
}
