import { randomBytes } from 'node:crypto'
import type { GatewayParts } from '../gateway-parts.ts'
import { Markup, markup } from './markup.ts'
import { pageScript } from './page-script.ts'
import { styles } from './styles.ts'

export interface Page {
  readonly title: string
  readonly body: Markup
  /** A stream of server-sent events; the page looks again whenever one comes. */
  readonly live?: string
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
  /** Nothing leads on from here, or tells where it is kept: whoever has only a link may see nothing else. */
  readonly isAlone?: boolean
  /** Which page of the navigation it is. */
  readonly current?: string
}

/** A whole page, readable without script, that loads nothing from anywhere and can be framed by nobody. */
export function pageResponse(
  { access, store }: Pick<GatewayParts, 'access' | 'store'>,
  { title, body, live, status = 200, headers = {}, isAlone = false, current }: Page,
): Response {
  const nonce = randomBytes(16).toString('base64')
  const page = markup`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex"><meta name="color-scheme" content="light dark"><link rel="icon" href="data:,">
<title>${title} · drover</title><style nonce="${nonce}">${new Markup(styles)}</style></head>
<body><a class="skip" href="#main">Skip to the content</a>
<header>${isAlone ? markup`<span class="brand">drover</span>` : markup`${navigation(current)}<span class="where">${store.database.label}</span>`}</header>
<main id="main" tabindex="-1"${live === undefined ? '' : markup` data-live="${live}"`}>${body}</main>
<p id="news" class="unseen" role="status"></p>
<script nonce="${nonce}">${new Markup(pageScript)}</script></body></html>`
  return new Response(page.text, {
    status,
    headers: {
      'Content-Type': 'text/html; charset=utf-8',
      'Cache-Control': 'no-store',
      'Content-Security-Policy': `default-src 'none'; style-src 'nonce-${nonce}'; script-src 'nonce-${nonce}'; connect-src 'self'; img-src data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'`,
      // Without https a browser would hide its origin from its own gateway, too.
      'Referrer-Policy': isTrustworthy(access) ? 'no-referrer' : 'same-origin',
      'X-Robots-Tag': 'noindex',
      'X-Frame-Options': 'DENY',
      ...headers,
    },
  })
}

const pages = { '/': 'Inbox', '/workflows': 'Workflows' }

function navigation(current: string | undefined): Markup {
  const links = Object.entries(pages).map(
    ([path, name]) =>
      markup`<a href="${path}"${path === current && markup` aria-current="page"`}>${name}</a>`,
  )
  return markup`<nav aria-label="Pages"><span class="brand">drover</span>${links}</nav>`
}

function isTrustworthy({ publicUrl }: GatewayParts['access']): boolean {
  return publicUrl === undefined || publicUrl.startsWith('https:')
}
