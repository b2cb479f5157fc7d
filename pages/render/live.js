// One socket per page. Everything that came from a model or a database is written by textContent only.
const followed = (globalThis.__tabletalkLive ??= new WeakMap());
const RETRIES_BEFORE_POLLING = 3;
const NO_ACCESS = 4401;
const NAMED = 4;  // so many people are named, the others counted
const UNANSWERED_MS = [4000, 10000, 30000];

class Live {
  constructor(session) {
    Object.assign(this, { session, turn: "", last: "", failures: 0, stopped: false, rungAt: 0, ringing: null, waiting: null, ticking: null });
  }

  update(root, data, ring) {
    const at = (name) => root.querySelector("." + name);
    const answered = this.latest === undefined ? data.latest && !data.active && askedHere() : this.latest !== data.latest;
    const ended = (this.active && !data.active) || answered;  // the first answer may be there before this page first draws
    Object.assign(this, { at, ring, token: data.token, me: data.me, active: data.active, latest: data.latest });
    if (data.heard === this.rungAt) clearTimeout(this.waiting);
    if (ended) revealLastCard();
    if (!this.last) this.last = data.after;
    if (data.turn !== this.turn || !data.active) this.show(data);
    else if (data.sql) this.write("sql", data.sql);
    if (!this.socket && !this.stopped) this.open();
    this.poll();
    if (this.people) this.greet(this.people);
    if (data.again) this.call();
  }

  show(data) {
    if (data.active && data.turn !== this.turn && askedHere()) toTheEnd();
    this.turn = data.turn;
    this.startedAt = performance.now() - 1000 * data.elapsed;
    this.at("live").hidden = !data.active;
    this.write("message", data.message);
    this.write("sql", data.sql);
    this.write("text", data.text);
    clearInterval(this.ticking);
    this.ticking = data.active && data.ticks ? setInterval(() => this.tick(), 250) : null;
    this.tick();
  }

  tick() {
    const seconds = Math.max(0, (performance.now() - this.startedAt) / 1000);
    this.at("seconds").textContent = this.ticking ? (seconds < 10 ? seconds.toFixed(1) : Math.floor(seconds)) + " s" : "";
  }

  write(name, text) {
    const element = this.at(name);
    element.textContent = text || "";
    if (name !== "message") element.hidden = !text;
  }

  open() {
    const url = new URL("api/events", document.baseURI);
    url.protocol = url.protocol.replace("http", "ws");
    url.search = new URLSearchParams({ session: this.session, after: this.last, token: this.token });
    const socket = (this.socket = new WebSocket(url));
    socket.onopen = () => { this.failures = 0; this.poll(); };
    socket.onmessage = (message) => this.hear(...JSON.parse(message.data));
    socket.onclose = (closed) => {
      this.failures += 1;
      this.poll();
      if (this.stopped) return;
      if (this.failures === RETRIES_BEFORE_POLLING) this.greet({});  // nobody tells any more
      if (this.failures === 1 || closed.code === NO_ACCESS) this.call();  // a fresh token and whatever was missed, or why there is nothing to see
      setTimeout(() => this.stopped || this.open(), Math.min(15000, 300 * 2 ** this.failures));
    };
  }

  hear(id, event) {
    if (id) this.last = id;
    const data = event.data || {};
    if (event.kind === "company") this.greet(data);
    else if (event.kind === "status" && event.turn_id === this.turn) this.write("message", data.message);
    else if (event.kind === "chunk" && event.turn_id === this.turn && data.type === "text") this.append(data.text);
    else if (event.kind === "chunk" && event.turn_id === this.turn && data.type === "sql") this.write("sql", data.sql);
    else if (event.kind === "error" && event.turn_id === this.turn) this.write("message", data.message);
    else if (data.what === "deleted") setTimeout(() => this.call(), 500);  // it is told just before
    else this.call();  // a turn starts, rows are there, done, or something else of the session changed
  }

  // Who else is here, in a line that takes no room from the page.
  greet(data) {
    this.people = data;
    const line = this.at("company");
    const here = data.here || [];
    line.hidden = !here.some((one) => one.tag !== this.me);
    const shown = line.hidden ? [] : here.slice(0, NAMED);
    this.at("people").replaceChildren(...shown.map((one) => person(one.name, one.tag === this.me)));
    this.at("others").textContent = !line.hidden && data.count > shown.length ? `and ${data.count - shown.length} more` : "";
  }

  append(text) {
    const element = this.at("text");
    element.append(text || "");
    element.hidden = false;
  }

  call() {
    if (this.ringing) return;
    const wait = Math.max(0, 120 - (performance.now() - this.rungAt));
    this.ringing = setTimeout(() => this.sound(0), wait);
  }

  // A page that is busy can lose a ring or what it drew for it, and nothing more may happen in the session for hours: a ring
  // that no drawing answers is sounded again, for the whole page.
  sound(tries) {
    this.ringing = null;
    this.rungAt = Math.round(performance.now());
    clearTimeout(this.waiting);
    if (tries < UNANSWERED_MS.length) this.waiting = setTimeout(() => this.sound(tries + 1), UNANSWERED_MS[tries]);
    this.ring("ring", { at: this.rungAt, whole: tries > 0 });
  }

  // Without a socket the page still follows, by asking.
  poll() {
    const wanted = !this.stopped && this.failures >= RETRIES_BEFORE_POLLING ? (this.active ? 1500 : 6000) : 0;
    if (wanted === this.polls) return;
    clearInterval(this.polling);
    this.polls = wanted;
    this.polling = wanted ? setInterval(() => this.call(), wanted) : null;
  }

  close() {
    this.stopped = true;
    clearInterval(this.ticking);
    clearInterval(this.polling);
    clearTimeout(this.ringing);
    clearTimeout(this.waiting);
    if (this.socket) this.socket.close();
  }
}

// Names are any text: no markup, no signs that turn the writing round.
function person(name, mine) {
  const text = (name || "").replace(/[\p{Cc}\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu, " ").trim() || "Somebody";
  const element = document.createElement("span");
  const initials = element.appendChild(document.createElement("span"));
  const words = element.appendChild(document.createElement("bdi"));
  element.className = "person";
  initials.className = "initials";
  initials.ariaHidden = "true";
  initials.textContent = text.split(/\s+/u).slice(0, 2).map((word) => Array.from(word)[0]).join("").toUpperCase();
  words.textContent = text;
  if (mine) element.appendChild(document.createElement("span")).textContent = "(you)";
  return element;
}

// A panel that opens below the window's edge is brought into sight, but never so far that its controls leave it.
function revealPanel(click) {
  const controls = click.target.closest?.('[class*="st-key-controls-"]');
  const main = document.querySelector('[data-testid="stAppScrollToBottomContainer"]');
  if (!controls || !main) return;
  const look = () => {
    const card = controls.closest('[class*="st-key-card-"], [data-testid="stExpander"]');
    const input = document.querySelector('[data-testid="stChatInput"]');
    if (!card || !input) return;
    const hidden = card.getBoundingClientRect().bottom - input.getBoundingClientRect().top + 16;
    const room = controls.getBoundingClientRect().top - main.getBoundingClientRect().top - 80;
    if (hidden > 0 && room > 0) main.scrollBy({ top: Math.min(hidden, room), behavior: "smooth" });
  };
  setTimeout(look, 400);
  setTimeout(look, 1200);
}
if (!globalThis.__tabletalkPanels) {
  globalThis.__tabletalkPanels = true;
  document.addEventListener("click", revealPanel, true);
}

// When the person of this page asked last: a key in the input, or a click on a suggestion or on send.
globalThis.__tabletalkAsked ??= -Infinity;
const ASKING = ["example", "followup", "choice", "retry"].map((kind) => `[class*="st-key-${kind}-"] button`)
  .concat('[data-testid="stChatInput"] button').join(", ");
function noteAsking(event) {
  const input = event.target.closest?.('[data-testid="stChatInput"]');
  const button = event.target.closest?.(ASKING);
  const sent = event.type === "click" ? button : event.key === "Enter" && input;
  if (sent) globalThis.__tabletalkAsked = performance.now();
}
// Who scrolls since is reading: nothing brings them elsewhere, neither their own answer nor a teammate's question.
function noteScrolling() {
  globalThis.__tabletalkAsked = -Infinity;
}
function askedHere() {
  return performance.now() - globalThis.__tabletalkAsked < 20000;
}
if (!globalThis.__tabletalkNotes) {
  globalThis.__tabletalkNotes = true;
  document.addEventListener("keydown", noteAsking, true);
  document.addEventListener("click", noteAsking, true);
  for (const kind of ["wheel", "touchmove"]) document.addEventListener(kind, noteScrolling, { passive: true, capture: true });
}
function scroller() {
  return document.querySelector('[data-testid="stAppScrollToBottomContainer"]');
}
function toTheEnd() {
  const main = scroller();
  for (const wait of [0, 80, 250]) setTimeout(() => { if (main) main.scrollTop = main.scrollHeight; }, wait);
}

// The page sticks to its end; of a card taller than the window that would show the controls and hide the question. For the
// seconds in which a fresh answer grows, its top is kept in sight instead, unless the person scrolls or had scrolled away;
// whoever asked on this page is brought to the answer from wherever it was read.
function revealLastCard() {
  const main = scroller();
  const margin = matchMedia("(max-width: 768px)").matches ? 68 : 20;
  const until = performance.now() + 3000;
  const asked = askedHere();
  let mine = true;
  const leave = () => { mine = false; };
  for (const kind of ["wheel", "touchstart", "keydown", "pointerdown"]) document.addEventListener(kind, leave, { once: true, passive: true, capture: true });
  const look = () => {
    const card = [...document.querySelectorAll('[class*="st-key-card-"]')].at(-1);
    if (!mine || !main) return;
    const atEnd = main.scrollHeight - main.scrollTop - main.clientHeight < 60;
    const top = card ? card.getBoundingClientRect().top - main.getBoundingClientRect().top : 0;
    if (card && (asked || (atEnd && top < margin))) main.scrollTop += top - margin;
    if (performance.now() < until) setTimeout(look, 60);
  };
  look();
}

// A first visit begins with the cursor in the input: not where that would pull up a keyboard, and not once a person did anything.
function focusInput() {
  if (document.activeElement === document.body && !navigator.userActivation?.hasBeenActive && matchMedia("(pointer: fine)").matches) {
    document.querySelector('[data-testid="stChatInputTextArea"]')?.focus({ preventScroll: true });
  }
}

export default function ({ parentElement, data, setTriggerValue }) {
  if (!data.session) {
    const soon = setTimeout(focusInput, 150);
    return () => clearTimeout(soon);
  }
  let live = followed.get(parentElement);
  if (!live || live.stopped || live.session !== data.session) {
    live?.close();
    live = new Live(data.session);
    followed.set(parentElement, live);
  }
  live.update(parentElement, data, setTriggerValue);
  // Streamlit also runs the cleanup of a call that a newer one has overtaken; its page is still there.
  return () => { if (!parentElement.isConnected) live.close(); };
}
