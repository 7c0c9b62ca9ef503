/** Server-sent events over fetch (EventSource cannot carry the token): a parser of the stream and a client that comes back by itself. */
import { authorised } from "./client";

export interface ServerEvent {
  event: string;
  data: string;
}

/** Complete blocks of the text → events, and what is left over. Comment lines (heartbeats) give no event. */
export function parseEvents(text: string): { events: ServerEvent[]; rest: string } {
  const blocks = text.replace(/\r\n?/g, "\n").split("\n\n");
  const rest = blocks.pop() ?? "";
  const events = blocks.map(parseBlock).filter((found): found is ServerEvent => found !== null);
  return { events, rest };
}

function parseBlock(block: string): ServerEvent | null {
  let event = "message";
  const data: string[] = [];
  for (const line of block.split("\n")) {
    if (line.startsWith("event:")) event = line.slice(6).trim();
    if (line.startsWith("data:")) data.push(line.slice(5).trimStart());
  }
  return data.length > 0 ? { event, data: data.join("\n") } : null;
}

export interface StreamHandlers {
  onEvent(event: ServerEvent): void;
  onState(live: boolean): void;
}

const SILENCE_MS = 45_000;
const REOPEN_MS = 250;
/** Back within some seconds of the centre, each page at a moment of its own. */
const BACKOFF_MS = [1_000, 2_000, 4_000, 8_000];
const BACKOFF_LAST_MS = 8_000;

/** Listen until the returned function is called. Silence longer than 45 s counts as a lost line. */
export function listen(url: string, handlers: StreamHandlers): () => void {
  const stop = new AbortController();
  void keepListening(url, handlers, stop.signal);
  return () => stop.abort();
}

async function keepListening(url: string, handlers: StreamHandlers, stop: AbortSignal): Promise<void> {
  let tries = 0;
  while (!stop.aborted) {
    const opened = await listenOnce(url, handlers, stop);
    if (stop.aborted) return;
    // A stream that ended (the token's end, a restart) is opened again at once; only when that fails is the line lost.
    if (!opened) handlers.onState(false);
    await pause(opened ? REOPEN_MS : (BACKOFF_MS[tries] ?? BACKOFF_LAST_MS) * (1 + Math.random() / 4), stop);
    tries = opened ? 0 : tries + 1;
  }
}

async function listenOnce(url: string, handlers: StreamHandlers, stop: AbortSignal): Promise<boolean> {
  const attempt = new AbortController();
  const quit = () => attempt.abort();
  stop.addEventListener("abort", quit);
  let watchdog = setTimeout(quit, SILENCE_MS);
  let opened = false;
  try {
    const answer = await authorised(url, attempt.signal);
    if (!answer.ok || !answer.body) return false;
    opened = true;
    handlers.onState(true);
    const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
    let rest = "";
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return opened;
      clearTimeout(watchdog);
      watchdog = setTimeout(quit, SILENCE_MS);
      const parsed = parseEvents(rest + value);
      rest = parsed.rest;
      parsed.events.forEach((event) => handlers.onEvent(event));
    }
  } catch {
    return opened; // a broken line is not an error of the page: the bar says so and the loop comes back
  } finally {
    clearTimeout(watchdog);
    stop.removeEventListener("abort", quit);
  }
}

function pause(ms: number, stop: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    stop.addEventListener("abort", () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
