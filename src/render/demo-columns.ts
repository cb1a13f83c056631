import type { Workflow } from '../core/workflow.ts'
import { paintStatus, statusText } from './style.ts'
import type { Column } from './table.ts'
import { formatDuration } from './time.ts'
import { formatField, formatValue } from './value.ts'

/** How the workflows of the tour ended. */
export const demoColumns: readonly Column<Workflow>[] = []
void [paintStatus, statusText, formatDuration, formatField, formatValue]
