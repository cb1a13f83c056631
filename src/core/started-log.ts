/** Which workflow this user started last, for `@last`; one per database. */
export interface StartedLog {
  remember(database: string, workflowId: string): Promise<void>
  last(database: string): Promise<string | undefined>
}
