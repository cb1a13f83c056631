import type { FollowOptions } from '../../core/store.ts'

/** What a follower asks for; the rest is not read. */
export interface Needs {
  readonly steps: boolean
  readonly stepPayloads: boolean
  readonly events: boolean
  readonly streams: boolean
  readonly streamKeys: readonly string[] | undefined
  readonly messages: boolean
  readonly waits: boolean
}

export function needsOf({ types, streamKeys, children }: FollowOptions): Needs {
  const wants = (...some: readonly string[]): boolean => !types || types.some((type) => some.includes(type))
  return {
    steps: wants('step', 'event', 'child', 'waits') || children === true,
    stepPayloads: wants('step'),
    events: wants('event'),
    streams: wants('stream', 'stream-closed'),
    streamKeys,
    messages: wants('message'),
    waits: wants('waits'),
  }
}
