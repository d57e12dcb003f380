// One WebSocket feed: connects, resumes where it was, and notices when nothing comes any more.

const silenceMs = 12000; // the server sends a heartbeat every 5 s
const firstWaitMs = 1000;
const longestWaitMs = 30000;

export class Feed {
  /** `onMessage(message)` for all but hello and heartbeat; `onState(isLive, sinceMs)` when the connection changes. */
  constructor(path, request, onMessage, onState) {
    this.url = `${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}${path}`;
    this.request = request;
    this.onMessage = onMessage;
    this.onState = onState;
    this.cursor = null;
    this.waitMs = firstWaitMs;
    this.lastHeardMs = performance.now();
    /** Server clock minus ours. */
    this.skewMs = 0;
    this.isLive = false;
    this.connect();
    setInterval(() => this.watch(), 1000);
    addEventListener('online', () => this.hurry());
    document.addEventListener('visibilitychange', () => { if (!document.hidden) this.hurry(); });
  }

  connect() {
    clearTimeout(this.timer);
    this.timer = null;
    const socket = new WebSocket(this.url, 'bellwether.v1.json');
    this.socket = socket;
    this.openedMs = performance.now();
    socket.onmessage = (event) => { if (socket === this.socket) this.hear(JSON.parse(event.data)); };
    socket.onclose = () => { if (socket === this.socket) this.lost(); };
  }

  hear(message) {
    this.lastHeardMs = performance.now();
    if (message.server_time) this.skewMs = Date.parse(message.server_time) - Date.now();
    switch (message.type) {
      case 'hello':
        this.socket.send(JSON.stringify({
          type: 'subscribe', id: 1, ...this.request, ...(this.cursor ? { since: this.cursor } : {}),
        }));
        return;
      case 'heartbeat': break;
      case 'error':
        // A cursor that is not taken: start afresh.
        if (message.code === 'bad_cursor') { this.cursor = null; this.socket.close(); }
        console.error('feed', message);
        return;
      default:
        if (message.type === 'snapshot' && !message.more) {
          this.waitMs = firstWaitMs;
          this.setLive(true);
        }
        this.onMessage(message);
    }
    if (message.cursor) this.cursor = message.cursor;
  }

  /** A connection that is open but silent is as good as none. */
  watch() {
    const isSilent = performance.now() - Math.max(this.lastHeardMs, this.openedMs) > silenceMs;
    if (isSilent && !this.timer) { const dead = this.socket; this.lost(); dead.close(); }
  }

  lost() {
    this.socket = null;
    this.setLive(false);
    if (this.timer) return;
    // A random part, so that not all pages return at once.
    const wait = this.waitMs * (0.5 + Math.random());
    this.waitMs = Math.min(this.waitMs * 2, longestWaitMs);
    this.timer = setTimeout(() => this.connect(), wait);
  }

  hurry() {
    if (!this.timer) return;
    this.waitMs = firstWaitMs;
    this.connect();
  }

  setLive(isLive) {
    if (this.isLive === isLive) return;
    this.isLive = isLive;
    this.onState(isLive, this.lastHeardMs);
  }
}
