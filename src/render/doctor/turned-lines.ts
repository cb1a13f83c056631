import type { Turned } from '../../core/diagnosis/turned-findings.ts'
import type { Style } from '../style.ts'
import { formatTime } from '../time-text.ts'
import type { TypedFinding } from './finding.ts'

/** What turned bad, with its fix below it, or is well again. */
export function turnedLines({ change, finding }: Turned<TypedFinding>, style: Style, at: Date): string[] {
  const { check, verdict, message, fix } = finding
  const time = style.faint(formatTime(at))
  if (change === 'well') return [`${time} ${style.good('well')} ${check} is well again`]
  const said = verdict === 'fail' ? style.bad('fail') : style.warning('warn')
  return [`${time} ${said} ${check}: ${message}`, ...(fix === null ? [] : [`  ${style.command(fix)}`])]
}
