/** What the script of a page that is open sends when it looks again. */
export const lookHeader = 'Drover-Look'

/**
 * What a page does beyond what it is: a token in the fragment becomes a session, times are told in the time zone of whoever
 * looks, and the page looks again when something happens, unless somebody is writing in it. What stays the same is left
 * where it is, so that it keeps the focus and can be pressed meanwhile; what changed is also told to a screen reader.
 */
export const pageScript = `
(() => {
  const main = document.getElementById('main')
  const token = new URLSearchParams(location.hash.slice(1)).get('token')
  if (token) {
    history.replaceState(null, '', location.pathname + location.search)
    fetch('/session', { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ token }) })
      .then((answer) => { if (answer.ok) location.reload() })
  }
  let shown = main.innerHTML
  const format = new Intl.DateTimeFormat([], { dateStyle: 'medium', timeStyle: 'long' })
  const tellTimes = (part) => {
    for (const time of part.querySelectorAll('time')) {
      time.title = time.textContent
      time.textContent = format.format(new Date(time.dateTime))
    }
  }
  tellTimes(main)
  const live = main.dataset.live
  if (!live || !window.EventSource) return
  const newsOf = (part) => [...part.querySelectorAll('[data-news]')].map((one) => one.textContent.trim()).join('. ')
  const keyOf = (node) => {
    if (node.nodeType !== 1) return node.nodeName
    const link = node.matches('li') ? node.querySelector('a') : node
    const value = node.nodeName === 'BUTTON' && node.value
    return [node.nodeName, node.id, node.getAttribute('name'), value, link && link.getAttribute('href')].join(' ')
  }
  const change = (old, next) => {
    if (old.nodeType !== 1) { if (old.data !== next.data) old.data = next.data; return }
    for (const { name } of [...old.attributes]) if (name !== 'tabindex' && !next.hasAttribute(name)) old.removeAttribute(name)
    for (const { name, value } of next.attributes) if (old.getAttribute(name) !== value) old.setAttribute(name, value)
    let place = old.firstChild
    for (const one of [...next.childNodes]) {
      const key = keyOf(one)
      let same = place
      while (same && keyOf(same) !== key) same = same.nextSibling
      if (!same) { old.insertBefore(one, place); continue }
      while (place !== same) { const gone = place; place = place.nextSibling; gone.remove() }
      place = same.nextSibling
      change(same, one)
    }
    while (place) { const gone = place; place = place.nextSibling; gone.remove() }
  }
  let timer
  const isWriting = () => [...main.querySelectorAll('input:not([type=hidden], [hidden]), textarea')].some((field) => field.value || field === document.activeElement)
  const look = async () => {
    timer = undefined
    if (isWriting()) return
    const answer = await fetch(location.href, { headers: { '${lookHeader}': '1' } }).catch(() => undefined)
    if (!answer || answer.status !== 200) return
    const text = await answer.text().catch(() => '')
    const part = text.slice(text.indexOf('<main'), text.indexOf('</main>'))
    const next = new DOMParser().parseFromString(part, 'text/html').getElementById('main')
    if (!next || isWriting() || next.innerHTML === shown) return
    shown = next.innerHTML
    tellTimes(next)
    const [before, focused] = [newsOf(main), document.activeElement]
    change(main, next)
    if (!focused.isConnected) {
      const heading = main.querySelector('h1')
      heading.tabIndex = -1
      heading.focus({ preventScroll: true })
    }
    const news = newsOf(main)
    if (news !== before) document.getElementById('news').textContent = news
  }
  const soon = () => { timer ??= setTimeout(look, 300) }
  let source
  let isOver = false
  const listen = () => {
    source = new EventSource(live)
    // Also the first time: something may have happened since the page was made.
    source.addEventListener('open', soon)
    source.addEventListener('changed', soon)
    source.addEventListener('end', () => { isOver = true; source.close(); soon() })
  }
  // A browser has few connections to one place: nobody looks at a tab that is hidden.
  document.addEventListener('visibilitychange', () => {
    source?.close()
    source = undefined
    if (!isOver && !document.hidden) listen()
  })
  if (!document.hidden) listen()
})()
`
