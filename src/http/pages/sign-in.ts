import { isJsonObject } from '../../core/words/json.ts'
import { sessionCookie } from '../auth/authorize.ts'
import type { HttpRefusal } from '../failure-response.ts'
import type { GatewayApp, GatewayContext, GatewayParts } from '../gateway-parts.ts'
import { readForm, readJson } from '../read-body.ts'
import { route } from '../route.ts'
import { markup } from './markup.ts'
import { pageResponse } from './page-layout.ts'

/** A page that asks for a token. One in the fragment of its address is taken by its script. */
export function signInPage(
  parts: GatewayParts,
  context: GatewayContext,
  refusal: HttpRefusal | undefined,
): Response {
  const { pathname, search } = new URL(context.req.url)
  const wasWrong = refusal?.code === 'token-unknown'
  const body = markup`<h1>A token is needed here</h1>
${wasWrong && markup`<p class="notice bad" role="alert">That token is not one of this gateway.</p>`}
<form method="post" action="/session"><input type="hidden" name="next" value="${pathname}${search}">
<label for="token">Token</label><input id="token" name="token" type="password" autocomplete="current-password" required>
<div class="buttons"><button class="approve">Sign in</button></div></form>
<p class="faint">Whoever runs the gateway makes one.</p>`
  return pageResponse(parts, { title: 'Sign in', body, status: 401, isAlone: true })
}

/** A token becomes a cookie that no script can read. */
export function addSessionRoute(app: GatewayApp, { access }: GatewayParts): void {
  route(app, '/session', {
    scope: 'open',
    post: async (context) => {
      const isForm = (context.req.header('Content-Type') ?? '').startsWith(
        'application/x-www-form-urlencoded',
      )
      const { token, next } = isForm ? await fromForm(context) : await fromJson(context)
      await context.get('authorize')('read', { token })
      // Where everybody may there is nothing to keep.
      const headers: Record<string, string> = access.tokens ? { 'Set-Cookie': toCookie(token, access) } : {}
      return isForm
        ? new Response(null, { status: 303, headers: { Location: next, ...headers } })
        : new Response(null, { status: 204, headers })
    },
  })
}

function toCookie(token: string, { publicUrl }: GatewayParts['access']): string {
  const secure = publicUrl?.startsWith('https:') ? '; Secure' : ''
  return `${sessionCookie}=${token}; Path=/; HttpOnly; SameSite=Strict${secure}; Max-Age=43200`
}

async function fromForm(context: GatewayContext): Promise<{ readonly token: string; readonly next: string }> {
  const form = await readForm(context)
  const next = form.get('next') ?? '/'
  // Only a path of this gateway: `//evil.example` is none.
  return { token: form.get('token') ?? '', next: /^\/(?![/\\])[^\s\\]*$/.test(next) ? next : '/' }
}

async function fromJson(context: GatewayContext): Promise<{ readonly token: string; readonly next: string }> {
  const body = await readJson(context)
  const token = isJsonObject(body) && typeof body.token === 'string' ? body.token : ''
  return { token, next: '/' }
}
