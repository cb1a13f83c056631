import { existsSync } from 'node:fs'
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { createLink } from '../../src/core/links/answer-link.ts'
import { createToken } from '../../src/http/auth/tokens.ts'
import type { Access } from '../../src/http/gateway-parts.ts'
import { listen } from '../../src/http/http-server.ts'
import { createExampleStore } from '../support/example-store.ts'
import type { FakeStore } from '../support/fake-store.ts'
import { patience } from '../support/patience.ts'
import { createTestGateway, testLinkKeys } from '../support/test-gateway.ts'

const executablePath = '/usr/bin/chromium'
const screenshots = process.env.SCREENSHOTS
const now = new Date('2026-01-02T03:05:05Z')
const question = '/waits/asking%231'

interface Site {
  readonly url: string
  readonly store: FakeStore
  /** What somebody else does meanwhile. */
  request(path: string, init?: RequestInit): Promise<Response>
}

async function open(access: Partial<Access> = {}): Promise<Site> {
  const stop = new AbortController()
  const { app, store, request } = createTestGateway({
    store: createExampleStore(),
    access,
    stopping: stop.signal,
  })
  const { port, close } = await listen(app, { host: '127.0.0.1', port: 0 })
  onTestFinished(async () => {
    stop.abort()
    await close(100)
  })
  return { url: `http://127.0.0.1:${port}`, store, request }
}

async function linkTo(store: FakeStore, forMs = 3_600_000): Promise<string> {
  const [wait] = await store.waits(['asking'])
  if (!wait) throw new Error('it does not wait')
  const given = { wait, actor: 'ada', database: store.database, publicUrl: 'http://x', now, forMs }
  return new URL(await createLink(given, testLinkKeys)).pathname
}

const form = (fields: Record<string, string>): RequestInit => ({
  method: 'POST',
  body: new URLSearchParams(fields).toString(),
  headers: { 'Content-Type': 'application/x-www-form-urlencoded', Origin: 'http://localhost:8000' },
})

const closedTo = async () => [createToken('ada', 'answer', now).kept]

/** Where each kind of page is, once it is as its name says. */
const pages: Readonly<Record<string, (site: Site, page: Page) => Promise<void>>> = {
  inbox: async ({ url }, page) => void (await page.goto(url)),
  workflows: async ({ url }, page) => void (await page.goto(`${url}/workflows`)),
  workflow: async ({ url }, page) => void (await page.goto(`${url}/workflows/done`)),
  'workflow-waiting': async ({ url }, page) => void (await page.goto(`${url}/workflows/asking`)),
  question: async ({ url }, page) => void (await page.goto(url + question)),
  'question-refused': async ({ url }, page) => {
    await page.goto(url + question)
    await page.click('button.reject')
    await page.waitForSelector('[role=alert]')
  },
  'question-answered': async ({ url, request }, page) => {
    await request(question, form({ decision: 'rejected', by: 'bob', comment: 'too dear\nby far' }))
    await page.goto(url + question)
  },
  link: async ({ url, store }, page) => void (await page.goto(url + (await linkTo(store)))),
  'link-expired': async ({ url, store }, page) => void (await page.goto(url + (await linkTo(store, -1)))),
  'sign-in': async ({ url }, page) => void (await page.goto(url)),
  unknown: async ({ url }, page) => void (await page.goto(`${url}/workflows/nobody`)),
}

const siteFor = (name: string) => open(name === 'sign-in' ? { tokens: closedTo } : {})

describe.skipIf(!existsSync(executablePath))('what a screen reader is told', () => {
  let browser: Browser
  beforeAll(async () => {
    browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] })
  })
  afterAll(() => browser?.close())

  async function openPage(options: BrowserContextOptions = {}): Promise<Page> {
    const context = await browser.newContext(options)
    onTestFinished(() => context.close())
    context.setDefaultTimeout(patience())
    return context.newPage()
  }

  test.each(Object.keys(pages))(
    'of the page %s: landmarks, headings, names and what is live',
    async (name) => {
      // Without script times are in UTC, and said as the gateway says them.
      const page = await openPage({ javaScriptEnabled: false })
      await pages[name]?.(await siteFor(name), page)
      const [title, language] = [await page.title(), await page.getAttribute('html', 'lang')]
      const told = await page.locator('html').ariaSnapshot()
      await expect(`${title} (${language})\n${told}\n`).toMatchFileSnapshot(`golden/${name}.txt`)
      expect(await page.locator('h1').count()).toBe(1)
      expect(await page.locator('main').count()).toBe(1)
    },
  )

  test.each(
    Object.keys(pages).flatMap((name) => [
      [name, 'light', 360],
      [name, 'dark', 1280],
    ]) as [string, 'light' | 'dark', number][],
  )('the page %s is legible in %s at %d px', async (name, colorScheme, width) => {
    const page = await openPage({ colorScheme, viewport: { width, height: 740 } })
    await pages[name]?.(await siteFor(name), page)
    if (screenshots)
      await page.screenshot({ path: `${screenshots}/${name}-${colorScheme}-${width}.png`, fullPage: true })
    expect(await page.evaluate(faintParts)).toEqual([])
    expect(
      await page.evaluate('document.documentElement.scrollWidth - window.innerWidth'),
    ).toBeLessThanOrEqual(0)
  })

  const focused = (page: Page) => page.evaluate('document.activeElement.id || document.activeElement.tagName')

  test('whoever has decided is at what became of it, and whoever was refused at the field', async () => {
    const { url } = await open()
    const page = await openPage()
    await page.goto(url + question)
    await page.click('button.reject')
    await page.waitForSelector('[role=alert]')
    expect(await focused(page)).toBe('comment')
    await page.keyboard.type('too dear')
    await page.keyboard.press('Tab')
    await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    await page.waitForSelector('#answer')
    expect(await focused(page)).toBe('answer')
  })

  test('an answer of somebody else is told, and whoever was at a button that is gone is at the question', async () => {
    const { url, request } = await open()
    const page = await openPage()
    const listening = page.waitForResponse((response) => response.url().endsWith('/live'))
    await page.goto(url + question)
    await listening
    await page.focus('button.approve')
    expect(await page.textContent('[role=status]')).toBe('')
    await request(question, form({ decision: 'approved', by: 'bob' }))
    await page.waitForSelector('#news >> text=by bob', { state: 'attached' })
    expect(await focused(page)).toBe('H1')
  })

  test('a tab that is hidden holds no stream, and is up to date once it is seen again', async () => {
    const { url, request } = await open()
    const page = await openPage()
    const isLive = (asked: { url(): string }) => asked.url().endsWith('/live')
    const listening = page.waitForResponse(isLive)
    await page.goto(url + question)
    await listening
    const show = (hidden: boolean) =>
      page.evaluate(`Object.defineProperty(document, 'hidden', { value: ${hidden}, configurable: true })
        document.dispatchEvent(new Event('visibilitychange'))`)
    const left = page.waitForEvent('requestfailed', isLive)
    await show(true)
    await left
    await request(question, form({ decision: 'approved', by: 'bob' }))
    await show(false)
    await page.waitForSelector('#answer >> text=by bob')
  })

  test('what stays on a page keeps its place while others come and go', async () => {
    const { url, store, request } = await open()
    const page = await openPage()
    const listening = page.waitForResponse((response) => response.url().endsWith('/live'))
    await page.goto(url)
    await listening
    await page.focus('ul.list a')
    await page.evaluate(`window.before = document.activeElement`)
    store.add({
      workflowId: 'another',
      name: 'orderWorkflow',
      did: [{ event: 'awaiting:legal', value: { prompt: 'And this?' } }, { recv: 'legal' }],
    })
    await page.waitForSelector('text=And this?')
    expect(await page.evaluate('document.activeElement === window.before && before.isConnected')).toBe(true)
    await request(question, form({ decision: 'approved', by: 'bob' }))
    await page.waitForSelector('#news:not(:empty)', { state: 'attached' })
  })
})

/** Texts, and edges of what can be pressed or filled in, whose contrast is less than WCAG 2.2 (AA) wants. */
const faintParts = `(() => {
  const parse = (color) => color.match(/[\\d.]+/g).map(Number)
  const luminance = (rgb) => {
    const [r, g, b] = rgb.slice(0, 3).map((one) => one / 255).map((one) => one <= 0.04045 ? one / 12.92 : ((one + 0.055) / 1.055) ** 2.4)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b
  }
  const ratio = (one, other) => {
    const [light, dark] = [luminance(one), luminance(other)].sort((a, b) => b - a)
    return (light + 0.05) / (dark + 0.05)
  }
  const backgroundOf = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const color = parse(getComputedStyle(at).backgroundColor)
      if (color.length === 3 || color[3] === 1) return color
      if (color[3] > 0) return [0, 0, 0]
    }
    return [255, 255, 255]
  }
  const found = []
  const judge = (element, what, color, least) => {
    const is = ratio(parse(color), backgroundOf(element))
    if (is < least) found.push([what, element.outerHTML.slice(0, 60), is.toFixed(2)].join(': '))
  }
  for (const element of document.body.querySelectorAll('*')) {
    if (element.getClientRects().length === 0) continue
    const style = getComputedStyle(element)
    const hasText = [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim() !== '')
    if (hasText) judge(element, 'text', style.color, 4.5)
    if (element.placeholder) judge(element, 'placeholder', getComputedStyle(element, '::placeholder').color, 4.5)
    if (element.matches('input, textarea, button')) judge(element.parentElement, 'edge', style.borderTopColor, 3)
  }
  return found
})()`
