/** What ada and bob say to a wait; the wait and its topic are the test's. */
export const adaApproves = {
  verdict: 'approved',
  message: { approved: true, by: 'ada' },
  actor: { name: 'ada', source: '--as' },
  comment: null,
} as const

export const bobRejects = {
  verdict: 'rejected',
  message: { approved: false, by: 'bob' },
  actor: { name: 'bob', source: 'DROVER_ACTOR' },
  comment: 'no',
} as const
