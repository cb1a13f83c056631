/** What `drover help` knows besides the commands. */
export const topicNames = ['exit-codes', 'environment', 'formats', 'conditions'] as const
export type TopicName = (typeof topicNames)[number]
