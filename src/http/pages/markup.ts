import { escapeControls } from '../../core/words/escape-controls.ts'

/** HTML that is safe to send: what came into it was escaped. */
export class Markup {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }
}

type Part = string | number | Markup | undefined | false | null | readonly Part[]

/** A template of HTML. Whatever is put into it is text, unless it is markup itself. */
export function markup(strings: TemplateStringsArray, ...parts: readonly Part[]): Markup {
  return new Markup(strings.reduce((text, string, index) => `${text}${render(parts[index - 1])}${string}`))
}

function render(part: Part): string {
  if (part === undefined || part === false || part === null) return ''
  if (part instanceof Markup) return part.text
  if (typeof part === 'string') return escapeHtml(part)
  if (typeof part === 'number') return String(part)
  return part.map(render).join('')
}

/** Also what would turn the direction of writing, or hide: a question must look like what it says. Lines stay lines. */
function escapeHtml(text: string): string {
  return text
    .split(/(\r?\n|\t)/)
    .map((piece, index) => (index % 2 === 1 ? piece.replace('\r', '') : escapeControls(piece)))
    .join('')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;')
}
