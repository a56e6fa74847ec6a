// Numbers and times as people read them.

/** mm:ss.mmm of the recording's own time. */
export function clock(ms) {
  const whole = Math.max(0, Math.round(ms));
  const pad = (n, width = 2) => String(n).padStart(width, '0');
  return `${pad(Math.floor(whole / 60000))}:${pad(Math.floor(whole / 1000) % 60)}.${pad(whole % 1000, 3)}`;
}

export function minutes(seconds) {
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.floor(whole / 60) % 60} min`;
}

export function bytes(n) {
  if (n < 1024) return `${n} B`;
  return n < 1024 ** 2 ? `${(n / 1024).toFixed(0)} kB` : `${(n / 1024 ** 2).toFixed(1)} MB`;
}

export function some(n, one, many = `${one}s`) {
  return `${n} ${n === 1 ? one : many}`;
}

const relative = new Intl.RelativeTimeFormat('en', { numeric: 'auto' });
const STEPS = [
  ['day', 86400],
  ['hour', 3600],
  ['minute', 60],
];

/** "5 minutes ago"; a date for what is older than a week. */
export function ago(iso, now = Date.now()) {
  const seconds = (new Date(iso) - now) / 1000;
  if (seconds < -7 * 86400) return new Date(iso).toLocaleDateString('en', { dateStyle: 'medium' });
  const [unit, size] = STEPS.find(([, each]) => Math.abs(seconds) >= each) ?? [null, 1];
  return unit ? relative.format(Math.round(seconds / size), unit) : 'just now';
}

export const moment = iso => new Date(iso).toLocaleString('en', { dateStyle: 'medium', timeStyle: 'short' });

export const TARGETS = { CLAUDE_CODE: 'Claude Code', CODEX: 'Codex', CURSOR: 'Cursor', RAW: 'Raw' };

const REASONS = { initial: 'first state', settled: 'new state', transient: 'short flash', scroll: 'scrolled' };
export const reason = text => REASONS[text] ?? text.replaceAll('_', ' ');
