import { isJsonObject } from '../../core/words/json.ts'
import { sessionCookie } from '../auth/authorize.ts'
import { HttpRefusal } from '../failure-response.ts'
import type { GatewayApp, GatewayContext, GatewayParts } from '../gateway-parts.ts'
import { readForm, readJson } from '../read-body.ts'
import { route } from '../route.ts'
import { markup } from './markup.ts'
import { refusalPage } from './refusal-page.ts'

interface Asked {
  /** What refused what was shown; undefined where nothing was. */
  readonly refusal: HttpRefusal | undefined
  /** The page that is shown then. */
  readonly next: string
}

/** A page that asks for a token. One in the fragment of its address is taken by its script. */
export function signInPage(parts: GatewayParts, context: GatewayContext, { refusal, next }: Asked): Response {
  const { status = 401, code, message, headers } = refusal ?? {}
  const isWrong = refusal !== undefined && code !== 'token-missing'
  const body = markup`<h1>A token is needed here</h1>
${isWrong && markup`<p class="notice bad" role="alert">${message}</p>`}
<form method="post" action="/session"><input type="hidden" name="next" value="${next}">
<input type="text" name="username" value="drover" autocomplete="username" hidden>
<label for="token">Token</label><input id="token" name="token" type="password" autocomplete="current-password" required>
<div class="buttons"><button class="approve">Sign in</button></div></form>
<p class="faint">Whoever runs the gateway makes one.</p>`
  return refusalPage(parts, context, { title: 'Sign in', body, status, headers, isAlone: true })
}

/** A token becomes a cookie that no script can read. */
export function addSessionRoute(app: GatewayApp, parts: GatewayParts): void {
  const { access } = parts
  // Where everybody may there is nothing to keep.
  const keeping = (token: string): Record<string, string> =>
    access.tokens ? { 'Set-Cookie': toCookie(token, access) } : {}
  const fromPage = async (context: GatewayContext): Promise<Response> => {
    const { token, next } = await fromForm(context)
    try {
      await context.get('authorize')('read', { token })
    } catch (refusal) {
      if (refusal instanceof HttpRefusal) return signInPage(parts, context, { refusal, next })
      throw refusal
    }
    return new Response(null, { status: 303, headers: { Location: next, ...keeping(token) } })
  }
  route(app, '/session', {
    scope: 'open',
    post: async (context) => {
      const type = context.req.header('Content-Type') ?? ''
      if (type.startsWith('application/x-www-form-urlencoded')) return fromPage(context)
      const token = await fromJson(context)
      await context.get('authorize')('read', { token })
      return new Response(null, { status: 204, headers: keeping(token) })
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

async function fromJson(context: GatewayContext): Promise<string> {
  const body = await readJson(context)
  return isJsonObject(body) && typeof body.token === 'string' ? body.token : ''
}
