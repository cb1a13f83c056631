import type { Viewport } from '../../render/gutter.ts'
import { foldLine } from './fold-line.ts'

/** Above what is known of a workflow that is looked at and was deleted; none where it is there. */
export function goneLines(
  { isGone }: { readonly isGone: boolean },
  { style, width }: Pick<Viewport, 'style' | 'width'>,
): string[] {
  if (!isGone) return []
  const text = '! It is not there any more: somebody deleted it. This is how it was last seen.'
  return foldLine(text, width).map(style.warning)
}
