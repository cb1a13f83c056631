import type { HttpBindings } from '@hono/node-server'
import type { Context, Hono } from 'hono'
import type { WorkflowProfiles } from '../core/decide/answer-profile.ts'
import type { Actor } from '../core/decide/decision.ts'
import type { LinkKeys } from '../core/links/link-keys.ts'
import type { Store } from '../core/store.ts'
import type { Scope } from './auth/scope.ts'
import type { KeptToken } from './auth/tokens.ts'
import type { Notifier } from './notify/notifier.ts'

/** What the gateway is made of; all that it knows of its surroundings. */
export interface GatewayParts {
  readonly store: Store
  /** Of drover. */
  readonly version: string
  /** The names of variables that choose a version, and who decides. */
  readonly env: Readonly<Record<string, string | undefined>>
  /** The application that the settings name; undefined where none does. */
  readonly application: string | undefined
  readonly workflows: Readonly<Record<string, WorkflowProfiles>>
  /** Whether who decides is recorded in the database. */
  readonly isRecorded: boolean
  /** Who decides where nobody says, such as `ada@laptop`. */
  readonly userAndHost: string
  readonly access: Access
  readonly experiment: ExperimentWorkflows
  /** What links are signed with. */
  linkKeys(): Promise<LinkKeys>
  /** How many server-sent streams may be open at once. */
  readonly mostStreams: number
  /** Told of each question that arrives; undefined where nobody wants to know. */
  readonly notifier?: Notifier | undefined
  now(): Date
  /** One line for each request, and for what the connection to the database does. */
  onLog(line: string): void
  /** Aborts when the gateway stops: what is under way ends. */
  readonly stopping: AbortSignal
}

/** From where, and by whom, requests are accepted. */
export interface Access {
  /** The address that is listened on, as it was given. */
  readonly host: string
  /** How others reach it, without a slash at its end; undefined where only this machine does. */
  readonly publicUrl: string | undefined
  /** Foreign origins whose pages may call, such as `https://console.example`. */
  readonly origins: readonly string[]
  /** Those that are good now; undefined where everybody who reaches it may. */
  readonly tokens: (() => Promise<readonly KeptToken[]>) | undefined
  /** The address of the proxy whose `X-Forwarded-For` counts. */
  readonly trustedProxy: string | undefined
  /** For each who; undefined for no limit. */
  readonly writesPerMinute: number | undefined
  /** Nothing can be started, sent or decided. */
  readonly isReadOnly: boolean
}

/** The workflows behind the routes of the experiment. */
export interface ExperimentWorkflows {
  readonly events: string
  readonly messaging: string
  readonly streaming: string
  readonly topic: string
  readonly streamKey: string
  /** Names that this process registers; undefined where it runs no application. */
  readonly registered: ReadonlySet<string> | undefined
}

export interface AuthorizeOptions {
  /** Shown in another way than by a header or a cookie. */
  readonly token?: string
  /** Only whether it would be allowed: nothing is counted. */
  readonly isProbe?: boolean
}

export interface GatewayEnv {
  Bindings: Partial<HttpBindings>
  Variables: {
    /** The name of who asks, once that is known: for the log. */
    actor: string
    /** The same with where it is known from; undefined where no token says it. */
    authenticated: Actor | undefined
    /** Whether who asks may do this; who it is, where a token says so. */
    authorize: (needed: Scope, options?: AuthorizeOptions) => Promise<Actor | undefined>
  }
}

export type GatewayApp = Hono<GatewayEnv>
export type GatewayContext = Context<GatewayEnv>
