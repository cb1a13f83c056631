import { existsSync } from 'node:fs'
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
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
    /** What the console complained of, and what was asked for elsewhere. */
    readonly complaints: readonly string[]
  }

  async function openTab(options: Parameters<Browser['newContext']>[0] = {}): Promise<Tab> {
    const context: BrowserContext = await browser.newContext(options)
    onTestFinished(() => context.close())
    context.setDefaultTimeout(patience())
    const page = await context.newPage()
    const complaints: string[] = []
    page.on('console', (message) => {
      if (message.type() === 'error') complaints.push(message.text())
    })
    page.on('pageerror', (error) => complaints.push(String(error)))
    page.on('request', (request) => {
      const asked = request.url()
      if (!asked.startsWith(url) && !asked.startsWith('data:')) complaints.push(`asked for ${asked}`)
    })
    return { page, complaints }
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
    const { page, complaints } = await openTab(options)
    await ask(`order-${name}`)
    await page.goto(url)
    await shoot(page, `${name}-inbox`)
    await page.click(`a[href*="order-${name}"]`)
    await page.waitForSelector('button.approve')
    await shoot(page, `${name}-question`)
    // In one look: the page replaces what it shows when something has happened.
    const heights = await page.waitForFunction(`(() => {
      const found = [...document.querySelectorAll('button, header a')]
      return found.length > 0 && found.map((one) => one.getBoundingClientRect().height)
    })()`)
    expect(Math.min(...((await heights.jsonValue()) as number[]))).toBeGreaterThanOrEqual(44)
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
    expect(complaints).toEqual([])
  })

  test('without script, by keyboard alone: to reject takes a comment', async () => {
    const { page, complaints } = await openTab({ javaScriptEnabled: false })
    const path = await ask('no-script')
    await page.goto(`${url}${path}`)
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
    // The refusal is a status that the console mentions.
    expect(complaints.filter((line) => !line.includes('422'))).toEqual([])
  })

  test('a link answers once: a second tap, and somebody else at the same time, are told who was first', async () => {
    await ask('linked')
    const made = await place.run('link', 'linked#1', '--as', 'ada', '--public-url', url)
    const link = made.stdout.trim()
    const [one, other] = [await openTab({ viewport: { width: 360, height: 740 } }), await openTab()]
    for (const { page } of [one, other]) await page.goto(link)
    await shoot(one.page, 'phone-link')
    await one.page.click('button.approve')
    await one.page.waitForSelector('text=by ada')
    await other.page.waitForSelector('text=Already recorded')
    await one.page.reload()
    await one.page.waitForSelector('text=Already recorded')
    expect((await place.store.messages('linked')).length).toBe(1)
    expect([...one.complaints, ...other.complaints]).toEqual([])
  })

  const linkFor = async (wait: string, ...args: readonly string[]) =>
    (await place.run('link', wait, '--as', 'ada', '--public-url', url, ...args)).stdout.trim()

  /** Of a page that refuses: the console mentions its status. */
  const without410 = ({ complaints }: Tab) => complaints.filter((line) => !line.includes('410'))

  test('a link that has expired says so, and has nothing to press', async () => {
    await ask('expired')
    const tab = await openTab({ viewport: { width: 360, height: 740 } })
    await tab.page.goto(await linkFor('expired#1', '--for', '1ms'))
    await tab.page.waitForSelector('text=This link has expired.')
    await shoot(tab.page, 'phone-expired')
    expect(await tab.page.locator('button').count()).toBe(0)
    expect(without410(tab)).toEqual([])
  })

  test('the link of a wait that was rewound is of no use, and a new one is', async () => {
    await ask('rewound')
    const link = await linkFor('rewound#1')
    const tab = await openTab({ viewport: { width: 1280, height: 800 } })
    await tab.page.goto(link)
    await tab.page.click('button.approve')
    await tab.page.waitForSelector('text=ended SUCCESS')
    const rewound = await place.drover('rewind', 'rewound', '--from', '0', '--yes')
    expect([rewound.code, rewound.stderr]).toEqual([0, expect.any(String)])
    await place.reached('rewound', 'message')
    await tab.page.goto(link)
    await tab.page.waitForSelector('text=This link is for an earlier run of that question.')
    await tab.page.goto(await linkFor('rewound#1'))
    await tab.page.click('button.approve')
    await tab.page.waitForSelector('text=ended SUCCESS')
    expect(without410(tab)).toEqual([])
  })

  test('of two who press at once one decides, and both are told who it was', async () => {
    const path = await ask('raced')
    const tabs = await Promise.all(['ada', 'bob'].map(() => openTab({ javaScriptEnabled: false })))
    const names = ['ada', 'bob']
    for (const [index, { page }] of tabs.entries()) {
      await page.goto(`${url}${path}`)
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
