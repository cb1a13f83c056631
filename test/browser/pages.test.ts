import { existsSync } from 'node:fs'
import path from 'node:path'
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import type { DroverProcess } from '../support/drover-process.ts'
import { patience } from '../support/patience.ts'
import { untilServing } from '../support/serving.ts'
import { createWorkplace, type Workplace } from '../support/workplace.ts'

const executablePath = '/usr/bin/chromium'
const screenshots = process.env.SCREENSHOTS

let place: Workplace
let served: DroverProcess
let url: string
let browser: Browser

describe.skipIf(!existsSync(executablePath))('in a real Chromium', () => {
  beforeAll(async () => {
    place = await createWorkplace()
    served = place.start('serve', '--app', 'drover:demo', '--port', '0')
    url = await untilServing(served)
    browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] })
  })

  afterAll(async () => {
    await browser?.close()
    served?.process.kill('SIGTERM')
    await served?.ended
    await place?.remove()
  })

  interface Tab {
    readonly page: Page
    /** Whatever its console said, and what was asked for elsewhere or did not come. */
    readonly complaints: string[]
    /** Statuses of pages that refuse: Chromium says each in the console, whatever is in the page. */
    readonly refusals: string[]
  }

  let tabs: Tab[] = []
  afterEach(() => {
    const opened = tabs
    tabs = []
    for (const { complaints, refusals } of opened) {
      expect(complaints).toEqual(
        refusals.map(
          (status) => `error: Failed to load resource: the server responded with a status of ${status}`,
        ),
      )
    }
  })

  async function openTab(options: Parameters<Browser['newContext']>[0] = {}, own = url): Promise<Tab> {
    const context: BrowserContext = await browser.newContext(options)
    onTestFinished(() => context.close())
    context.setDefaultTimeout(patience())
    const page = await context.newPage()
    const tab: Tab = { page, complaints: [], refusals: [] }
    const complain = (what: string): void => {
      tab.complaints.push(what)
    }
    page.on('console', (message) => complain(`${message.type()}: ${message.text()}`))
    page.on('pageerror', (error) => complain(String(error)))
    context.on('request', (request) => {
      const asked = request.url()
      if (!asked.startsWith(`${own}/`) && asked !== 'data:,') complain(`asked for ${asked}`)
    })
    tabs.push(tab)
    return tab
  }

  /** A workflow that waits, and the path of its question. */
  async function ask(id: string): Promise<string> {
    const started = await place.drover('start', 'approvalWorkflow', '2', '3600', '--id', id)
    if (started.code !== 0) throw new Error(started.stderr)
    await place.reached(id, 'message')
    return `/waits/${encodeURIComponent(`${id}#1`)}`
  }

  const shoot = async (page: Page, name: string) => {
    if (screenshots) await page.screenshot({ path: `${screenshots}/${name}.png`, fullPage: true })
  }

  test.each([
    ['phone', { viewport: { width: 360, height: 740 } }],
    ['desk', { viewport: { width: 1280, height: 800 } }],
    ['dark', { viewport: { width: 360, height: 740 }, colorScheme: 'dark' as const }],
  ])('at a %s: the inbox leads to the question, which is approved', async (name, options) => {
    const { page } = await openTab(options)
    await ask(`order-${name}`)
    await page.goto(url)
    await shoot(page, `${name}-inbox`)
    await page.click(`a[href*="order-${name}"]`)
    await page.waitForSelector('button.approve')
    await shoot(page, `${name}-question`)
    const heights = await page.evaluate(
      `[...document.querySelectorAll('button, header a')].map((one) => one.getBoundingClientRect().height)`,
    )
    expect(Math.min(...(heights as number[]))).toBeGreaterThanOrEqual(44)
    const width = await page.evaluate('document.documentElement.scrollWidth - window.innerWidth')
    expect(width).toBe(0)
    await page.fill('#by', 'ada')
    await page.click('button.approve')
    await page.waitForSelector('text=by ada')
    await page.waitForSelector('text=ended SUCCESS')
    await shoot(page, `${name}-answered`)
    await page.goto(`${url}/workflows/order-${name}`)
    await shoot(page, `${name}-workflow`)
    expect((await place.store.get(`order-${name}`))?.output).toMatchObject({
      decision: 'approved',
      by: 'ada',
    })
  })

  test.each([
    ['phone', { viewport: { width: 360, height: 740 }, timezoneId: 'America/New_York', locale: 'en-US' }],
    ['desk', { viewport: { width: 1280, height: 800 }, timezoneId: 'Asia/Tokyo', locale: 'de-DE' }],
  ])('at a %s: rejected with a comment, in the time of whoever looks', async (name, options) => {
    const { page } = await openTab(options)
    await page.goto(`${url}${await ask(`rejected-${name}`)}`)
    const { text, utc, at } = (await page.evaluate(`(() => {
      const { textContent, title, dateTime } = document.querySelector('time')
      return { text: textContent, utc: title, at: dateTime }
    })()`)) as Record<'text' | 'utc' | 'at', string>
    const { locale, timeZone } = { locale: options.locale, timeZone: options.timezoneId }
    const format = new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'long', timeZone })
    // Chromium and Node may know other spaces.
    const plain = (one: string) => one.replaceAll(/\s/g, ' ')
    expect([plain(text), utc.slice(0, 10)]).toEqual([plain(format.format(new Date(at))), at.slice(0, 10)])
    await page.fill('#comment', 'too dear')
    await page.click('button.reject')
    await page.waitForSelector('text=Rejected')
    await page.waitForSelector('text=too dear')
    await page.waitForSelector('text=ended SUCCESS')
    await shoot(page, `${name}-rejected`)
    expect(await place.store.messages(`rejected-${name}`)).toMatchObject([
      { message: { approved: false, comment: 'too dear' } },
    ])
  })

  test('a token in the fragment of a link becomes a session, and is in no address after it', async () => {
    const file = path.join(place.home, 'tokens.json')
    const made = await place.run('token', 'create', 'ada', '--scope', 'answer', '--token-file', file)
    const token = made.stdout.trim()
    const closed = place.start('serve', '--port', '0', '--token-file', file)
    onTestFinished(async () => {
      closed.process.kill('SIGTERM')
      await closed.ended
    })
    const at = await untilServing(closed)
    const { page, refusals } = await openTab({ viewport: { width: 360, height: 740 } }, at)
    const question = await ask('signed-in')
    await page.goto(`${at}${question}`)
    await page.waitForSelector('text=A token is needed here')
    await shoot(page, 'phone-sign-in')
    refusals.push('401 (Unauthorized)')
    await page.fill('#token', 'drover_wrong')
    await page.click('button')
    await page.waitForSelector('[role=alert] >> text=That token is not one of this gateway.')
    await shoot(page, 'phone-sign-in-wrong')
    refusals.push('401 (Unauthorized)')
    await page.goto('about:blank')
    await page.goto(`${at}${question}#token=${token}`)
    refusals.push('401 (Unauthorized)')
    await page.click('button[value=approved]')
    await page.waitForSelector('text=by ada')
    expect(page.url()).toBe(`${at}${question}#answer`)
    expect(closed.stderr()).not.toContain(token.slice(7, 30))
  })

  test('without script, by keyboard alone: to reject takes a comment', async () => {
    const { page, refusals } = await openTab({ javaScriptEnabled: false })
    await page.goto(`${url}${await ask('no-script')}`)
    await page.focus('#comment')
    await page.keyboard.press('Tab')
    await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    await page.waitForSelector('[role=alert]')
    await page.fill('#comment', 'too dear')
    await page.focus('button.reject')
    await page.keyboard.press('Enter')
    await page.waitForSelector('text=Already recorded')
    expect((await place.store.messages('no-script')).length).toBe(1)
    refusals.push('422 (Unprocessable Entity)')
  })

  test('a link answers once: a second tap, and somebody else at the same time, are told who was first', async () => {
    await ask('linked')
    const made = await place.run('link', 'linked#1', '--as', 'ada', '--public-url', url)
    const link = made.stdout.trim()
    const [one, other] = [await openTab({ viewport: { width: 360, height: 740 } }), await openTab()]
    for (const { page } of [one, other]) await page.goto(link)
    await shoot(one.page, 'phone-link')
    expect(await one.page.content()).not.toContain(place.store.database.label)
    await one.page.click('button.approve')
    await one.page.waitForSelector('text=by ada')
    await other.page.waitForSelector('text=Already recorded')
    await one.page.reload()
    await one.page.waitForSelector('text=Already recorded')
    expect((await place.store.messages('linked')).length).toBe(1)
  })

  const linkFor = async (wait: string, ...args: readonly string[]) =>
    (await place.run('link', wait, '--as', 'ada', '--public-url', url, ...args)).stdout.trim()

  test('a link that has expired says so, and has nothing to press', async () => {
    await ask('expired')
    const tab = await openTab({ viewport: { width: 360, height: 740 } })
    await tab.page.goto(await linkFor('expired#1', '--for', '1ms'))
    await tab.page.waitForSelector('text=This link has expired.')
    await shoot(tab.page, 'phone-expired')
    expect(await tab.page.locator('button').count()).toBe(0)
    tab.refusals.push('410 (Gone)')
  })

  test('the link of a wait that was rewound is of no use, and a new one is', async () => {
    await ask('rewound')
    const link = await linkFor('rewound#1')
    const tab = await openTab({ viewport: { width: 1280, height: 800 } })
    await tab.page.goto(link)
    await tab.page.click('button.approve')
    await tab.page.waitForSelector('text=ended SUCCESS')
    // The page that is open looks once more after the end, maybe while there is no question: it is not refused then.
    const rewound = await place.drover('rewind', 'rewound', '--from', '0', '--yes')
    expect([rewound.code, rewound.stderr]).toEqual([0, expect.any(String)])
    await place.reached('rewound', 'message')
    await tab.page.goto(link)
    await tab.page.waitForSelector('text=This link is for an earlier run of that question.')
    await tab.page.goto(await linkFor('rewound#1'))
    await tab.page.click('button.approve')
    await tab.page.waitForSelector('text=ended SUCCESS')
    tab.refusals.push('410 (Gone)')
  })

  test('of two who press at once one decides, and both are told who it was', async () => {
    const question = await ask('raced')
    const tabs = await Promise.all(['ada', 'bob'].map(() => openTab({ javaScriptEnabled: false })))
    const names = ['ada', 'bob']
    for (const [index, { page }] of tabs.entries()) {
      await page.goto(`${url}${question}`)
      await page.fill('#by', names[index] ?? '')
    }
    await Promise.all(tabs.map(({ page }) => page.click('button.approve')))
    await Promise.all(tabs.map(({ page }) => page.waitForSelector('text=/by (ada|bob)/')))
    const told = await Promise.all(
      tabs.map(async ({ page }) => /by (ada|bob)/.exec(await page.content())?.[1]),
    )
    const [message] = await place.store.messages('raced')
    expect((await place.store.messages('raced')).length).toBe(1)
    expect(message?.message).toMatchObject({ by: told[0] })
    expect(told[1]).toBe(told[0])
  })
})
