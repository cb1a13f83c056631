/** What `drover help` knows besides the commands. */
export const topicNames = ['exit-codes', 'environment', 'formats', 'conditions'] as const
/** Of which there is one for each command that has a schema. */
export const schemaTopic = 'schema'
export type TopicName = (typeof topicNames)[number]
