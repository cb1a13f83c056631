import { CliError } from '../core/errors.ts'
import { findResumeStep, parseResumePoint } from '../core/manage/resume-point.ts'
import { topicFromText } from '../core/topic.ts'
import { parseJsonOrString } from '../core/words/json.ts'
import { createStyle } from '../render/style.ts'
import { escapeControls } from '../render/text.ts'
import type { Key } from '../terminal/terminal.ts'
import { actOn, confirmDecision, nameOf } from './actions.ts'
import type { Cockpit, InputPurpose, Prompt, Turn } from './cockpit-model.ts'
import { roomOf } from './footer.ts'
import { kindOf } from './screen-kinds.ts'
import { typeInto } from './text-input.ts'
import { askFirst, openScreen, shownScreen, stay, withNotice, withPrompt, withScreen } from './turns.ts'
import { completeCommand, readCommand } from './typed-command.ts'

export function pressKey(cockpit: Cockpit, key: Key, now: Date): Turn {
  if (key.ctrl && key.name === 'c') return stay(cockpit, { kind: 'leave' })
  const quiet = { ...cockpit, notice: undefined }
  const { prompt } = cockpit
  // What was meant for somewhere else decides nothing.
  if (key.name === 'paste' && prompt?.kind !== 'input') return stay(cockpit)
  switch (prompt?.kind) {
    case 'help':
      return stay(withPrompt(quiet, undefined))
    case 'confirm': {
      const answered = withPrompt(quiet, undefined)
      if (key.char === 'y' || key.char === 'Y') return stay(answered, prompt.effect)
      return stay(withNotice(answered, 'Nothing was done.'))
    }
    case 'input':
      return pressInput(quiet, prompt, key)
    default:
      return pressScreen(quiet, key, now)
  }
}

function pressScreen(cockpit: Cockpit, key: Key, now: Date): Turn {
  const screen = shownScreen(cockpit)
  const kind = kindOf(screen)
  const { columns: width } = cockpit.size
  const frame = { style: createStyle(0), width, now }
  const isPicking = cockpit.purpose.kind === 'pick'
  if (isPicking && key.name === 'return') return choose(cockpit)
  const turn = kind.press(screen, key, { cockpit, room: roomOf(cockpit), frame })
  if (turn) return turn
  if (key.name === 'escape') return goBack(cockpit)
  switch (key.char) {
    case 'q':
      return stay(cockpit, { kind: 'leave' })
    case '?':
      return stay(withPrompt(cockpit, { kind: 'help' }))
    case '/': {
      const text = kind.searchOf?.(screen)
      if (text === undefined) return stay(cockpit)
      return stay(withPrompt(cockpit, { kind: 'input', label: '/', text, purpose: { kind: 'search' } }))
    }
    case ':':
      if (isPicking) return stay(cockpit)
      return stay(withPrompt(cockpit, { kind: 'input', label: ':', text: '', purpose: { kind: 'command' } }))
    default:
      return (isPicking ? undefined : actOn(cockpit, key.char)) ?? stay(cockpit)
  }
}

function choose(cockpit: Cockpit): Turn {
  const screen = shownScreen(cockpit)
  const subject = kindOf(screen).subjectOf(screen)
  const { purpose } = cockpit
  if (!subject || purpose.kind !== 'pick') return stay(cockpit)
  const effect = { kind: 'choose', workflowId: subject.workflowId } as const
  if (!purpose.changes) return stay(cockpit, effect)
  const verb = `${purpose.verb.charAt(0).toUpperCase()}${purpose.verb.slice(1)}`
  return askFirst(cockpit, `${verb} ${nameOf(subject)}?`, effect)
}

/** First the search goes, then the screen. */
function goBack(cockpit: Cockpit): Turn {
  const screen = shownScreen(cockpit)
  const kind = kindOf(screen)
  if (kind.searchOf?.(screen)) return stay(withScreen(cockpit, kind.withSearch?.(screen, '') ?? screen))
  if (cockpit.screens.length > 1) return stay({ ...cockpit, screens: cockpit.screens.slice(0, -1) })
  return cockpit.purpose.kind === 'pick'
    ? stay(cockpit, { kind: 'leave' })
    : stay(withNotice(cockpit, 'q leaves'))
}

type Input = Extract<Prompt, { kind: 'input' }>

function pressInput(cockpit: Cockpit, prompt: Input, key: Key): Turn {
  const { purpose, text } = prompt
  if (key.name === 'escape') {
    const left = withPrompt(cockpit, undefined)
    return stay(purpose.kind === 'search' ? search(left, '') : left)
  }
  if (key.name === 'return') return submit(withPrompt(cockpit, undefined), purpose, text)
  if (key.name === 'tab' && purpose.kind === 'command')
    return stay(withPrompt(cockpit, { ...prompt, text: completeCommand(text) }))
  const isMove = purpose.kind === 'search' && ['up', 'down', 'pageup', 'pagedown'].includes(key.name)
  if (isMove) return pressScreen(cockpit, key, new Date(0))
  const typed = typeInto(text, key)
  if (typed === undefined) return stay(cockpit)
  const asked = withPrompt(cockpit, { ...prompt, text: typed })
  return stay(purpose.kind === 'search' ? search(asked, typed) : asked)
}

function search(cockpit: Cockpit, text: string): Cockpit {
  const screen = shownScreen(cockpit)
  return withScreen(cockpit, kindOf(screen).withSearch?.(screen, text) ?? screen)
}

/** What was typed at a prompt that is gone now. */
function submit(cockpit: Cockpit, purpose: InputPurpose, text: string): Turn {
  try {
    return submitText(cockpit, purpose, text)
  } catch (error) {
    if (!(error instanceof CliError)) throw error
    return stay(withNotice(cockpit, escapeControls(error.message), 'bad'))
  }
}

function submitText(cockpit: Cockpit, purpose: InputPurpose, text: string): Turn {
  switch (purpose.kind) {
    case 'search':
      return stay(cockpit)
    case 'command':
      return runCommand(cockpit, text)
    case 'reason': {
      const { wait, topic } = purpose
      if (text.trim() === '') return stay(withNotice(cockpit, 'A rejection needs a reason.', 'bad'))
      return confirmDecision(cockpit, { wait, topic, verdict: 'rejected', comment: text })
    }
    case 'answer': {
      const { wait, topic } = purpose
      if (text.trim() === '') return stay(withNotice(cockpit, 'Nothing was done.'))
      return confirmDecision(cockpit, { wait, topic, verdict: 'approved', message: parseJsonOrString(text) })
    }
    case 'topic': {
      const screen = shownScreen(cockpit)
      if (screen.kind !== 'question') return stay(cockpit)
      return stay(withScreen(cockpit, { ...screen, topic: topicFromText(text) }))
    }
    case 'from-step': {
      const { subject, bounds } = purpose
      const fromStep = findResumeStep(parseResumePoint(text.trim()), bounds)
      if (fromStep === undefined)
        return stay(withNotice(cockpit, `${nameOf(subject)} has no such step.`, 'bad'))
      const question = `Fork ${nameOf(subject)} from step ${fromStep}? The copy runs from there on.`
      return askFirst(cockpit, question, { kind: 'fork', subject, fromStep })
    }
  }
}

function runCommand(cockpit: Cockpit, text: string): Turn {
  const typed = readCommand(text)
  switch (typed.kind) {
    case 'nothing':
      return stay(cockpit)
    case 'wrong':
      return stay(withNotice(cockpit, typed.sentence, 'bad'))
    case 'effect':
      return stay(cockpit, typed.effect)
    case 'screen': {
      const source = kindOf(typed.screen).sourceOf(typed.screen)
      const place = cockpit.screens.findIndex((screen) => kindOf(screen).sourceOf(screen) === source)
      if (place >= 0) return stay({ ...cockpit, screens: cockpit.screens.slice(0, place + 1) })
      return stay(openScreen(cockpit, typed.screen))
    }
  }
}
