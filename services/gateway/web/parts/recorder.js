// Capturing a tab: getDisplayMedia and MediaRecorder, piece by piece.

const TYPES = ['video/webm;codecs=vp9', 'video/webm;codecs=vp8', 'video/webm', 'video/mp4'];
const PIECE_MS = 1000;
export const MOST_BYTES = 100 * 1024 * 1024; // what POST /recordings takes

export const possible = () => Boolean(navigator.mediaDevices?.getDisplayMedia && globalThis.MediaRecorder);

/** Why somebody's choice of a tab came to nothing, in words. */
export function refused(error) {
  if (error.name === 'NotAllowedError')
    return 'No tab was chosen. Press Record again and choose the tab that you want to show.';
  if (error.name === 'NotReadableError')
    return 'The system does not let the browser capture. Check its screen-recording permission.';
  return `The tab cannot be recorded: ${error.message}`;
}

/**
 * Let the person choose a tab and record it. Resolves once it runs, to `{ type, stop }`; `ended(why)` is called once,
 * with 'stopped' | 'unshared' | 'limit' | 'size', after the last piece. Raises what the browser says.
 */
export async function record({ limitMs, piece, tick, ended }) {
  const stream = await navigator.mediaDevices.getDisplayMedia({
    video: { displaySurface: 'browser', frameRate: { max: 30 } },
    audio: false,
    selfBrowserSurface: 'include',
    surfaceSwitching: 'exclude',
  });
  const type = TYPES.find(each => MediaRecorder.isTypeSupported(each));
  const media = new MediaRecorder(stream, { mimeType: type, videoBitsPerSecond: 2_500_000 });
  const began = performance.now();
  let size = 0;
  let why = 'stopped';
  const stop = reason => {
    if (media.state !== 'inactive') {
      why = reason;
      media.stop();
    }
  };
  const timer = setInterval(() => {
    tick(performance.now() - began, size);
    if (performance.now() - began >= limitMs) stop('limit');
  }, 200);
  media.ondataavailable = event => {
    if (!event.data.size) return;
    size += event.data.size;
    piece(event.data);
    if (size > MOST_BYTES * 0.97) stop('size');
  };
  media.onstop = () => {
    clearInterval(timer);
    stream.getTracks().forEach(track => track.stop());
    ended(why, performance.now() - began);
  };
  stream.getVideoTracks()[0].addEventListener('ended', () => stop('unshared'));
  media.start(PIECE_MS);
  return { type: type.split(';')[0], stop: () => stop('stopped') };
}
