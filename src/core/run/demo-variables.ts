/** The environment variable by which the tour tells the worker that it kills to go no further than a task. */
export const holdAfterTaskVariable = 'DROVER_DEMO_HOLD_AFTER_TASK'
