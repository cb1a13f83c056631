import type { Verdict } from '../core/decide/decision.ts'
import type { KnownWait } from '../core/decide/known-waits.ts'
import type { Explanations } from '../core/diagnosis/explanation.ts'
import type { StepBounds } from '../core/manage/manage.ts'
import type { WorkflowFilter } from '../core/manage/workflow-filter.ts'
import type { Queue } from '../core/platform.ts'
import type { Profile } from '../core/profile/profile.ts'
import type { Worker } from '../core/run/list-workers.ts'
import type { BoardRow } from '../core/store.ts'
import type { Topic } from '../core/topic.ts'
import type {
  JsonValue,
  Message as SentMessage,
  Step,
  StreamSummary,
  WorkflowEvent,
  WorkflowStatus,
} from '../core/workflow.ts'
import type { FindingLine } from '../render/doctor/finding.ts'
import type { Surroundings } from '../render/explain/fixes.ts'
import type { WatchMessage, WatchModel } from '../render/watch/watch-model.ts'
import type { Key } from '../terminal/terminal.ts'
import type { RowList } from './row-list.ts'

/** The cockpit as it is: what is shown, on top of what it was opened from, and what is being asked. */
export interface Cockpit {
  /** The label of the database. */
  readonly database: string
  /** Null where none chose the database. */
  readonly profile: Profile | null
  readonly purpose: Purpose
  readonly size: { readonly columns: number; readonly rows: number }
  /** The last one is shown; Esc goes back to the one before. */
  readonly screens: readonly Screen[]
  readonly prompt: Prompt | undefined
  /** What was said last; the next key takes it away. */
  readonly notice: Notice | undefined
  readonly surroundings: Surroundings
}

/** `pick`: one workflow is looked for, for this command, which asks when it `changes` something. */
export type Purpose =
  | { readonly kind: 'top' }
  | { readonly kind: 'pick'; readonly verb: string; readonly changes: boolean }

export interface Notice {
  readonly text: string
  readonly tone: 'good' | 'bad' | 'plain'
}

export const tabs = ['all', 'running', 'waiting', 'stuck', 'failed'] as const
export type Tab = (typeof tabs)[number]

export const sections = ['picture', 'steps', 'events', 'streams', 'messages', 'children'] as const
export type SectionName = (typeof sections)[number]

export interface WorkflowsScreen {
  readonly kind: 'workflows'
  readonly tab: Tab
  /** Only these; all without. */
  readonly scope: Scope | undefined
  /** One is chosen here: what is new comes in around the one under the cursor. */
  readonly holds: boolean
  readonly list: RowList<BoardRow>
  /** Whether there was time to look. */
  readonly isRead: boolean
  /** Nothing more is read: there is nothing behind it, or too much to look for it. */
  readonly isComplete: boolean
  /** When it was created that the look for what no other started ended at; null where it saw all. */
  readonly stoppedAt: Date | null
  readonly counts: Partial<Readonly<Record<Tab, string>>>
}

export interface Scope {
  readonly label: string
  readonly filter: WorkflowFilter
}

export interface WorkflowScreen {
  readonly kind: 'workflow'
  readonly workflowId: string
  readonly section: SectionName
  readonly watch: WatchModel
  /** Why it is where it is; undefined until there was time to look. */
  readonly explanations: Explanations | undefined
  readonly surroundings: Surroundings
  readonly scroll: number
  readonly steps: RowList<Step>
  readonly events: RowList<WorkflowEvent>
  readonly streams: RowList<StreamSummary>
  readonly messages: RowList<SentMessage>
  readonly children: RowList<BoardRow>
  /** What was read. */
  readonly read: ReadonlySet<SectionName>
  /** It was deleted: what is shown is what was read before. */
  readonly isGone: boolean
}

export interface InboxScreen {
  readonly kind: 'inbox'
  readonly list: RowList<KnownWait>
  readonly total: number
  readonly isRead: boolean
}

export interface QuestionScreen {
  readonly kind: 'question'
  readonly wait: KnownWait
  /** Undefined as long as it is not chosen. */
  readonly topic: Topic | undefined
  readonly events: readonly WorkflowEvent[]
  readonly steps: readonly Step[]
  /** That held it and is not connected; null where it is, or that is not known. */
  readonly goneExecutor: string | null
  readonly scroll: number
  /** Nobody waits there any more. */
  readonly isOver: boolean
  /** Nor is there a workflow. */
  readonly isGone: boolean
}

export interface QueuesScreen {
  readonly kind: 'queues'
  readonly list: RowList<Queue>
  readonly isRead: boolean
}

export interface WorkersScreen {
  readonly kind: 'workers'
  readonly list: RowList<Worker>
  readonly isRead: boolean
  /** This role or a pooler hides the sessions of others. */
  readonly isBlind: boolean
}

export interface DoctorScreen {
  readonly kind: 'doctor'
  readonly lines: readonly FindingLine[]
  readonly isRead: boolean
  readonly scroll: number
}

export interface ExplainScreen {
  readonly kind: 'explain'
  readonly workflowId: string
  readonly surroundings: Surroundings
  readonly explanations: Explanations | undefined
  readonly scroll: number
  readonly isGone: boolean
}

/** A value, whole. */
export interface ValueScreen {
  readonly kind: 'value'
  readonly title: string
  readonly values: readonly JsonValue[]
  /** Of a stream that is followed. */
  readonly stream: { readonly workflowId: string; readonly key: string } | undefined
  readonly scroll: number
  readonly isGone: boolean
}

export type Screen =
  | WorkflowsScreen
  | WorkflowScreen
  | InboxScreen
  | QuestionScreen
  | QueuesScreen
  | WorkersScreen
  | DoctorScreen
  | ExplainScreen
  | ValueScreen

/** A workflow that an action is about, as far as the screen knows it. */
export interface Subject {
  readonly workflowId: string
  readonly name: string | undefined
  readonly status: WorkflowStatus | undefined
}

export type Prompt =
  | { readonly kind: 'help' }
  /** Only `y` does it. */
  | { readonly kind: 'confirm'; readonly question: string; readonly effect: Effect }
  | { readonly kind: 'input'; readonly label: string; readonly text: string; readonly purpose: InputPurpose }

export type InputPurpose =
  | { readonly kind: 'search' }
  | { readonly kind: 'command' }
  | { readonly kind: 'reason'; readonly wait: KnownWait; readonly topic: Topic | undefined }
  | { readonly kind: 'answer'; readonly wait: KnownWait; readonly topic: Topic | undefined }
  | { readonly kind: 'topic' }
  | { readonly kind: 'from-step'; readonly subject: Subject; readonly bounds: StepBounds | undefined }

/** What is done outside: everything that reads, changes or ends something. */
export type Effect = Ending | Action

export type Ending = { readonly kind: 'leave' } | { readonly kind: 'choose'; readonly workflowId: string }

export type Action =
  | { readonly kind: 'copy'; readonly text: string }
  | { readonly kind: 'find-workflow'; readonly typed: string }
  | { readonly kind: 'find-waits'; readonly subject: Subject; readonly verdict: Verdict }
  | { readonly kind: 'find-bounds'; readonly subject: Subject }
  | {
      readonly kind: 'decide'
      readonly wait: KnownWait
      readonly verdict: Verdict
      readonly comment: string | null
      readonly message: JsonValue | undefined
      readonly topic: Topic | undefined
    }
  | { readonly kind: 'manage'; readonly verb: 'cancel' | 'resume'; readonly subject: Subject }
  | { readonly kind: 'fork'; readonly subject: Subject; readonly fromStep: number }

/** What comes from outside for a screen: all that it shows. */
export type Data =
  /** What is there after `after`; after an end there is nothing more. */
  | {
      readonly kind: 'page'
      readonly after: string | undefined
      readonly isEnd: boolean
      readonly rows: readonly BoardRow[]
    }
  /** The look for what no other started ended there. */
  | { readonly kind: 'stopped'; readonly at: Date | null }
  /** How these are now; those that are missing are gone. */
  | { readonly kind: 'refreshed'; readonly ids: readonly string[]; readonly rows: readonly BoardRow[] }
  | { readonly kind: 'counts'; readonly counts: WorkflowsScreen['counts'] }
  | { readonly kind: 'watch'; readonly message: WatchMessage }
  | { readonly kind: 'steps'; readonly steps: readonly Step[] }
  | { readonly kind: 'events'; readonly events: readonly WorkflowEvent[] }
  | { readonly kind: 'streams'; readonly streams: readonly StreamSummary[] }
  | { readonly kind: 'messages'; readonly messages: readonly SentMessage[] }
  | { readonly kind: 'children'; readonly children: readonly BoardRow[] }
  | { readonly kind: 'inbox'; readonly waits: readonly KnownWait[]; readonly total: number }
  | {
      readonly kind: 'question'
      readonly wait: KnownWait | undefined
      readonly events: readonly WorkflowEvent[]
      readonly steps: readonly Step[]
      readonly goneExecutor: string | null
    }
  | { readonly kind: 'queues'; readonly queues: readonly Queue[] }
  | { readonly kind: 'workers'; readonly workers: readonly Worker[]; readonly isBlind: boolean }
  | { readonly kind: 'doctor'; readonly lines: readonly FindingLine[] }
  | { readonly kind: 'explain'; readonly explanations: Explanations }
  /** The workflow was deleted. */
  | { readonly kind: 'gone' }
  | { readonly kind: 'stream'; readonly value: JsonValue }

export type Message =
  | { readonly type: 'key'; readonly key: Key; readonly now: Date }
  | { readonly type: 'size'; readonly columns: number; readonly rows: number }
  | ({ readonly type: 'notice' } & Notice)
  /** For the screen of this name, if it is still shown. */
  | { readonly type: 'data'; readonly source: string; readonly data: Data }
  | { readonly type: 'open'; readonly screen: Screen; readonly notice?: Notice }
  | {
      readonly type: 'waits-found'
      readonly subject: Subject
      readonly verdict: Verdict
      readonly waits: readonly KnownWait[]
    }
  | { readonly type: 'bounds-found'; readonly subject: Subject; readonly bounds: StepBounds | undefined }

/** What becomes of it, and what is to be done besides. */
export interface Turn {
  readonly cockpit: Cockpit
  readonly effects: readonly Effect[]
}
