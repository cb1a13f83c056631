/**
 * What a page does beyond what it is: a token in the fragment becomes a session, times are told in the time zone of whoever
 * looks, and the page looks again when something happens, unless somebody is writing in it.
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
  const tellTimes = () => {
    for (const time of main.querySelectorAll('time')) {
      time.title = time.textContent
      time.textContent = format.format(new Date(time.dateTime))
    }
  }
  tellTimes()
  const live = main.dataset.live
  if (!live || !window.EventSource) return
  let timer
  const isWriting = () => [...main.querySelectorAll('input[type=text], textarea')].some((field) => field.value || field === document.activeElement)
  const look = async () => {
    timer = undefined
    if (isWriting()) return
    const answer = await fetch(location.href).catch(() => undefined)
    if (!answer || !answer.ok) return
    const text = await answer.text()
    const part = text.slice(text.indexOf('<main'), text.indexOf('</main>'))
    const next = new DOMParser().parseFromString(part, 'text/html').getElementById('main')
    if (!next || isWriting() || next.innerHTML === shown) return
    shown = next.innerHTML
    main.replaceChildren(...next.childNodes)
    tellTimes()
  }
  const source = new EventSource(live)
  source.addEventListener('changed', () => { timer ??= setTimeout(look, 300) })
  source.addEventListener('end', () => { source.close(); timer ??= setTimeout(look, 300) })
})()
`
